"""Other times that a client may choose: a few each day, with the same therapist while there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from practice.core.local_time import local_start, local_text, wall_time
from practice.portal.visits import ManagedVisit
from practice.scheduling.free_time.search import FoundStarts, StartsQuery, find_starts
from practice.scheduling.local_days import instant_of

DAYS_AHEAD = 21
DAYS_SHOWN = 6
LATEST_START = 366
TIMES_A_DAY = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """One start: what the form sends, its wall time, and a note on what surprises: somebody else, another hour."""

    value: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """The offers of one local day."""

    on: date
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class Offers:
    """Days with times, and the day from which later ones may be asked; None when there are none."""

    days: Sequence[OfferedDay]
    later_from: date | None


def find_offers(session: Session, visit: ManagedVisit, *, from_on: date | None, now: datetime) -> Offers:
    """Return times to which the visit may move: inside the notice only the same day's, else from *from_on* on."""
    today = wall_time(now, visit.appointment.zone).date()
    day = visit.local_start.date()
    window = (day, day) if visit.is_late else _window(from_on, today)
    with_same = _query(visit, visit.appointment.therapist.uid)
    days = _days(_find(session, with_same, window, now), visit)
    days = days or _days(_find(session, _query(visit), window, now), visit)
    shown = days[:DAYS_SHOWN]
    later = shown[-1].on + timedelta(days=1) if len(days) > DAYS_SHOWN and not visit.is_late else None
    return Offers(shown, later)


def _window(from_on: date | None, today: date) -> tuple[date, date]:
    first_on = min(max(from_on or today, today), today + timedelta(days=LATEST_START))
    return first_on, first_on + timedelta(days=DAYS_AHEAD)


def _query(visit: ManagedVisit, *therapists: str) -> StartsQuery:
    appointment = visit.appointment
    return StartsQuery(
        service_uid=appointment.service.uid,
        location_uid=appointment.location.uid,
        therapist_uids=therapists,
        client_uid=appointment.client.uid if appointment.client else None,
        moving_id=appointment.id,
        by_link=True,
    )


def _find(session: Session, query: StartsQuery, window: tuple[date, date], now: datetime) -> FoundStarts:
    return find_starts(session, query, first_on=window[0], last_on=window[1], now=now)


def _days(found: FoundStarts, visit: ManagedVisit) -> list[OfferedDay]:
    by_day = groupby(_offers(found, visit), key=lambda offer: offer.at.date())
    return [OfferedDay(day, _spread(list(times))) for day, times in by_day]


def _offers(found: FoundStarts, visit: ManagedVisit) -> list[Offer]:
    therapists = found.facts.set_up.therapists
    offers = []
    for start in found.starts:
        if instant_of(start.begins) == visit.appointment.starts_at:
            continue
        therapist = therapists[start.therapist_ids[0]]
        local = local_start(instant_of(start.begins), found.location.zone)
        is_same = therapist.id == visit.appointment.therapist_id
        notes = [] if is_same else [therapist.name]
        notes += ["after the clocks go back"] if local.fold else []
        offers.append(Offer(f"{local_text(local)} {therapist.uid}", local, ", ".join(notes)))
    return offers


def _spread(times: list[Offer]) -> list[Offer]:
    """Return a few of a day's times, from its first to its last."""
    if len(times) <= TIMES_A_DAY:
        return times
    step = (len(times) - 1) / (TIMES_A_DAY - 1)
    return [times[round(position * step)] for position in range(TIMES_A_DAY)]
