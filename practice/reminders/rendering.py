"""Letters become text and HTML: each shape of letter is compiled once and filled for every recipient."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from html import escape
from pathlib import Path

import css_inline
from babel.dates import get_timezone_name
from babel.localedata import locale_identifiers
from jinja2 import Environment, FileSystemLoader, select_autoescape

from practice.core.local_time import to_local
from practice.reminders.catalogue import spoken, wording
from practice.reminders.filling import Filled
from practice.reminders.kinds import OFF, MessageKind
from practice.reminders.letters import Before, House, Letter, VisitDetails
from practice.reminders.texts.names import STANDARD, Parts, TextName, Texts
from practice.reminders.typography import typeset
from practice.reminders.wording import Wording
from practice.web.formatting import Style, client_time, long_date

CHOICES = ("first_choice", "second_choice", "third_choice")
"""As many times are kept for a client at most."""

PLACEHOLDERS = frozenset(
    {
        "recipient",
        "client",
        "day",
        "clock",
        "zone",
        "was",
        "minutes",
        "early",
        "therapist",
        "address",
        "phone",
        "free_until",
        "fee",
        "practice",
        "manage_url",
        "stop_url",
        "answer_until",
        *CHOICES,
    }
)

# Square brackets are read when a shape is compiled, curly ones stay for the values.
LAYOUTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates" / "reminders"),
    variable_start_string="[[",
    variable_end_string="]]",
    block_start_string="[%",
    block_end_string="%]",
    autoescape=select_autoescape(["html"]),
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that decides which lines a letter has, apart from the values in them."""

    kind: MessageKind
    language: str
    is_tentative: bool
    is_by_phone: bool
    is_about_somebody: bool
    comes_early: bool
    was_different: bool
    has_phone: bool
    has_fee: bool
    is_inside_notice: bool
    choices: int = 0
    lacks_form: bool = False

    @property
    def is_off(self) -> bool:
        """Return whether the visit will not take place."""
        return self.kind in OFF

    @property
    def is_offer(self) -> bool:
        """Return whether the visit is only offered."""
        return self.kind is MessageKind.OFFER

    @property
    def is_in_doubt(self) -> bool:
        """Return whether the mail says first that something is missing before the visit stands."""
        return self.is_tentative and not self.is_off and self.kind not in _NEVER_IN_DOUBT


@dataclass(frozen=True, slots=True)
class Compiled:
    """The three texts of one shape."""

    subject: Filled
    text: Filled
    html: Filled


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a recipient reads."""

    subject: str
    text: str
    html: str
    event_title: str


def render(letter: Letter, house: House, texts: Texts = STANDARD) -> Rendered:
    """Return the texts of one letter; all times are wall times of the visit's zone, which is named."""
    house = house_in(house, letter.language)
    shape = _shape(letter, house)
    compiled = compile_shape(shape, parts_of(shape, texts))
    values = _values(letter, house)
    return Rendered(
        compiled.subject.fill(values),
        compiled.text.fill(values),
        compiled.html.fill(values, escape),
        event_title(letter.language).fill(values),
    )


@lru_cache(maxsize=64)
def house_in(house: House, language: str) -> House:
    """Return the house as it writes days and hours in *language*, by the customs of its own country."""
    base, _, country = house.style.locale.partition("_")
    wanted = spoken(language)
    if wanted == base:
        return house
    locale = f"{wanted}_{country}"
    known = locale if locale in locale_identifiers() else wanted
    return replace(house, style=Style(known, house.style.currency))


def parts_of(shape: Shape, texts: Texts) -> Parts:
    """Return the words of a letter that a practice may write itself."""
    language = spoken(shape.language)
    name = TextName(shape.kind)
    if not shape.is_in_doubt:
        return texts.parts(name, language)
    doubt = texts.parts(TextName.TENTATIVE_FORM if shape.lacks_form else TextName.TENTATIVE, language)
    return doubt if name is TextName.CONFIRMATION else replace(texts.parts(name, language), lead=doubt.lead)


@lru_cache(maxsize=512)
def compile_shape(shape: Shape, parts: Parts) -> Compiled:
    """Return the texts of *shape*, with styles inlined and cut at their placeholders."""
    words = wording(shape.language)
    context = {
        "words": words,
        "language": spoken(shape.language),
        "greeting": words.greeting,
        "about": words.about_somebody if shape.is_about_somebody else "",
        "subject": parts.subject,
        "lead": paragraphs(parts.lead),
        "foot": paragraphs(parts.foot),
        "rows": _rows(shape, words),
        "rule": "" if shape.is_off else _rule(shape, words),
        "act": _act(shape, words),
        "because": words.why_offered if shape.is_offer else words.why_you_get_this,
        "stop": words.stop_offers if shape.is_offer else words.stop,
        "again": words.book_again if shape.is_off and shape.has_phone else "",
        "is_gone": shape.is_off or shape.kind is MessageKind.TIMES,
    }
    html = css_inline.inline(LAYOUTS.get_template("mail.html").render(context), keep_style_tags=False)
    return Compiled(
        Filled(parts.subject, PLACEHOLDERS),
        Filled(LAYOUTS.get_template("mail.txt").render(context), PLACEHOLDERS),
        Filled(_with_links(html), PLACEHOLDERS),
    )


def paragraphs(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line for line in text.splitlines() if line.strip()]


def _with_links(html: str) -> str:
    """Return *html* with our two links as placeholders again: the inliner writes braces in addresses as escapes."""
    for name in ("manage_url", "stop_url"):
        html = html.replace(f'href="%7B%7B{name}%7D%7D"', f'href="{{{{{name}}}}}"')
    return html


@lru_cache(maxsize=16)
def event_title(language: str) -> Filled:
    """Return what a calendar calls a visit, to be filled."""
    return Filled(wording(language).event_title, PLACEHOLDERS)


_OWN_ACTS = frozenset({MessageKind.TIMES, MessageKind.FORM})
"""What asks for something else than to confirm, move or cancel."""
_NEVER_IN_DOUBT = _OWN_ACTS | {MessageKind.CALL_US}


def _act(shape: Shape, words: Wording) -> str:
    if shape.kind in _OWN_ACTS:
        return words.choose if shape.kind is MessageKind.TIMES else words.fill_in
    return words.answer if shape.is_offer else words.manage


def _rows(shape: Shape, words: Wording) -> list[tuple[str, str]]:
    rows = [(words.when, f"{words.day_and_time} {words.zone_note}")]
    if shape.kind is MessageKind.TIMES:
        choices = [(words.choice, f"{{{{{name}}}}}") for name in CHOICES[: shape.choices]]
        return rows + choices + ([(words.phone, "{{phone}}")] if shape.has_phone else [])
    if shape.was_different:
        rows.append((words.was, "{{was}}"))
    if not shape.is_off:
        rows.append((words.how_long, words.arrive_early if shape.comes_early else words.minutes))
    rows.append((words.with_whom, "{{therapist}}"))
    rows.append((words.where, words.by_phone if shape.is_by_phone else "{{address}}"))
    if shape.has_phone:
        rows.append((words.phone, "{{phone}}"))
    return rows


def _rule(shape: Shape, words: Wording) -> str:
    if shape.is_offer:
        return words.answer_until
    if shape.kind in _OWN_ACTS:
        return words.choose_until if shape.kind is MessageKind.TIMES else words.fill_in_else
    if not shape.has_fee:
        return words.no_fee
    return words.fee_now if shape.is_inside_notice else words.free_then_fee


def _shape(letter: Letter, house: House) -> Shape:
    visit = letter.visit
    return Shape(
        kind=letter.kind,
        language=letter.language,
        is_tentative=visit.is_tentative,
        is_by_phone=visit.is_by_phone,
        is_about_somebody=bool(letter.about),
        comes_early=bool(visit.early_minutes) and not visit.is_by_phone,
        was_different=letter.before is not None,
        has_phone=bool(visit.phone),
        has_fee=house.late_fee_percent > 0,
        is_inside_notice=letter.written_at >= visit.starts_at - house.cancel_notice,
        choices=len(letter.choices),
        lacks_form=visit.lacks_form,
    )


def _values(letter: Letter, house: House) -> Mapping[str, str]:
    until = letter.answer_until
    return {
        **values_of_visit(letter.visit, letter.before, house),
        "recipient": letter.greeted_as,
        "client": letter.about,
        "manage_url": letter.manage_url,
        "stop_url": letter.stop_url,
        **{name: _was(each, house.style) for name, each in zip(CHOICES, letter.choices, strict=False)},
        "answer_until": "" if until is None else day_and_time(until, letter.visit.zone, house.style),
    }


def values_of_visit(visit: VisitDetails, before: Before | None, house: House) -> dict[str, str]:
    """Return what can be said of one visit, by placeholder."""
    style = house.style
    local = to_local(visit.starts_at, visit.zone)
    return {
        "day": _day(local.date(), style),
        "clock": clock_time(local, style),
        "zone": zone_name(local, visit.zone, style),
        "was": _was(before, style),
        "minutes": str(visit.minutes),
        "early": str(visit.early_minutes),
        "therapist": visit.therapist,
        "address": visit.address,
        "phone": visit.phone,
        "free_until": day_and_time(visit.starts_at - house.cancel_notice, visit.zone, style),
        "fee": str(house.late_fee_percent),
        "practice": house.alias,
    }


def _was(before: Before | None, style: Style) -> str:
    if before is None:
        return ""
    return f"{day_and_time(before.starts_at, before.zone, style)}, {before.therapist}"


def day_and_time(instant: datetime, zone: str, style: Style) -> str:
    """Return "Tuesday 24 November, 2:00 p.m." by the zone's wall clock."""
    local = to_local(instant, zone)
    return f"{_day(local.date(), style)}, {clock_time(local, style)}"


@lru_cache(maxsize=1024)
def _day(day: date, style: Style) -> str:
    return long_date(day, style)


def clock_time(local: datetime, style: Style) -> str:
    """Return "2:00 p.m." with a plain space, so that subjects stay plain, and "14 h 00" that no line breaks."""
    return _clock(local.hour, local.minute, style)


@lru_cache(maxsize=2048)
def _clock(hour: int, minute: int, style: Style) -> str:
    plain = client_time(time(hour, minute), style).replace("\u202f", " ").replace("\xa0", " ")
    return typeset(plain, style.locale.partition("_")[0])


def zone_name(local: datetime, zone: str, style: Style) -> str:
    """Return what people call the zone on that day: "Eastern Standard Time"."""
    key = (zone, local.utcoffset(), style.locale)
    if key not in _ZONE_NAMES:
        _ZONE_NAMES[key] = get_timezone_name(local, "long", locale=style.locale)
    return _ZONE_NAMES[key]


_ZONE_NAMES: dict[tuple[str, timedelta | None, str], str] = {}
