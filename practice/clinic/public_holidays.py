"""The public holidays of a country or one of its regions, named ``CA`` or ``CA-ON`` as in ISO 3166. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day and its name; ``is_observed`` when it only stands in for one that falls on a weekend."""

    on: date
    name: str
    is_observed: bool = False


def is_known_region(region: str) -> bool:
    """Return whether holidays of *region* are known."""
    country, _, part = region.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    return country in known and (not part or part in known[country])


@lru_cache(maxsize=256)
def public_holidays(region: str, year: int) -> tuple[Holiday, ...]:
    """Return the holidays of *region* in *year*, in English where they have English names.

    Raises ``ValueError`` for a region that is not known.
    """
    if not is_known_region(region):
        raise ValueError(f"{region!r} is no region whose holidays are known")
    own = {on for on, _ in _named(region, year, observed=False)}
    return tuple(Holiday(on, name, on not in own) for on, name in _named(region, year, observed=True))


def _named(region: str, year: int, *, observed: bool) -> list[tuple[date, str]]:
    country, _, part = region.partition("-")
    found = holidays.country_holidays(
        country, subdiv=part or None, years=year, observed=observed, language=_language(country)
    )
    return sorted(found.items())


@lru_cache(maxsize=256)
def _language(country: str) -> str | None:
    """Return the language of the names: the country's own English, else any English, else its own."""
    about = holidays.country_holidays(country)
    spoken = (about.default_language or "", *about.supported_languages)
    return next((language for language in spoken if language.startswith("en")), None)


def holidays_between(region: str, first_on: date, last_on: date) -> dict[date, str]:
    """Return the holidays from first to last day, both included, without days that only stand in for one."""
    return {
        each.on: each.name
        for year in range(first_on.year, last_on.year + 1)
        for each in public_holidays(region, year)
        if first_on <= each.on <= last_on and not each.is_observed
    }
