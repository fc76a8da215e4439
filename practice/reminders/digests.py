"""One mail about several visits becomes text and HTML: what happened to which, what all share said once. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import css_inline

from practice.reminders.catalogue import spoken, wording
from practice.reminders.filling import Filled
from practice.reminders.kinds import MessageKind
from practice.reminders.letters import Digest, Entry, House
from practice.reminders.rendering import (
    LAYOUTS,
    PLACEHOLDERS,
    Rendered,
    event_title,
    house_in,
    paragraphs,
    values_of_visit,
)
from practice.reminders.texts.names import SEVERAL, STANDARD, Parts, TextName, Texts
from practice.reminders.wording import Wording
from practice.web.formatting import span_words

_NAMES = PLACEHOLDERS | {"notice"}
_ORDER = (MessageKind.CONFIRMATION, MessageKind.MOVED, MessageKind.CANCELLED)


@dataclass(frozen=True, slots=True)
class Row:
    """One line about a visit, or about all of them."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One visit in the mail: its time, what is not the same for all, and its own page."""

    when: str
    rows: tuple[Row, ...]
    manage_url: str


@dataclass(frozen=True, slots=True)
class Section:
    """What happened, and to which visits."""

    lead: list[str]
    is_off: bool
    lines: tuple[Line, ...]


def render_digest(digest: Digest, house: House, texts: Texts = STANDARD) -> Rendered:
    """Return the texts of one mail about several visits; all times are wall times of the visits' zones."""
    words, house = wording(digest.language), house_in(house, digest.language)
    said = _Said(digest, house, words, texts)
    parts, first = _parts(said), _values(digest, digest.entries[0], house)
    context = {
        "words": words,
        "language": spoken(digest.language),
        "title": _fill(parts.subject, first),
        "greeting": _fill(words.greeting, {"recipient": digest.greeted_as}),
        "about": _fill(words.about_several, {"client": digest.about}) if digest.about else "",
        "sections": _sections(said),
        "foot": [_fill(line, first) for line in paragraphs(parts.foot)],
        "shared": _shared(digest, house, words),
        "rule": _rule(digest, house, words),
        "again": _again(digest, words),
        "because": _fill(words.why_you_get_this, {"practice": house.alias}),
        "practice": house.alias,
        "stop_url": digest.stop_url,
    }
    html = LAYOUTS.get_template("digest.html").render(context)
    return Rendered(
        str(context["title"]),
        LAYOUTS.get_template("digest.txt").render(context),
        css_inline.inline(html, keep_style_tags=False),
        "",
    )


def title_of_event(entry: Entry, language: str) -> str:
    """Return what a calendar calls a visit."""
    return event_title(language).fill({"therapist": entry.visit.therapist})


@lru_cache(maxsize=256)
def _cut(text: str) -> Filled:
    return Filled(text, _NAMES)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _cut(text).fill(values)


def _values(digest: Digest, entry: Entry, house: House) -> Mapping[str, str]:
    own = values_of_visit(entry.visit, entry.before, house)
    return {**own, "recipient": digest.greeted_as, "client": digest.about}


@dataclass(frozen=True, slots=True)
class _Said:
    """A mail with everything that its words come from."""

    digest: Digest
    house: House
    words: Wording
    texts: Texts

    def text(self, name: TextName) -> Parts:
        """Return the words of one text in the language of the mail."""
        return self.texts.parts(name, spoken(self.digest.language))


def _parts(said: _Said) -> Parts:
    kinds = {entry.kind for entry in said.digest.entries}
    return said.text(SEVERAL[min(kinds)] if len(kinds) == 1 else TextName.SEVERAL_CHANGED)


def _sections(said: _Said) -> list[Section]:
    found = []
    for is_tentative in (False, True):
        for kind in _ORDER:
            entries = [each for each in said.digest.entries if (each.kind, _is_kept(each)) == (kind, is_tentative)]
            if entries:
                found.append(_section(said, entries))
    # What does not take place is said last.
    return sorted(found, key=lambda section: section.is_off)


def _is_kept(entry: Entry) -> bool:
    return entry.visit.is_tentative and entry.kind is not MessageKind.CANCELLED


def _section(said: _Said, entries: Sequence[Entry]) -> Section:
    is_off = entries[0].kind is MessageKind.CANCELLED
    lines = tuple(_line(said.digest, entry, said.house, said.words) for entry in entries)
    lead, values = said.text(_text_of(entries)).lead, _values(said.digest, entries[0], said.house)
    return Section([_fill(line, values) for line in paragraphs(lead)], is_off, lines)


def _text_of(entries: Sequence[Entry]) -> TextName:
    first, *others = entries
    if _is_kept(first):
        alone = TextName.TENTATIVE_FORM if first.visit.lacks_form else TextName.TENTATIVE
        return TextName.SEVERAL_TENTATIVE if others else alone
    return SEVERAL[first.kind] if others else TextName(first.kind)


def _line(digest: Digest, entry: Entry, house: House, words: Wording) -> Line:
    values = _values(digest, entry, house)
    shared = {(row.label, row.value) for row in _shared(digest, house, words)}
    own = [row for row in _rows(entry, values, words) if (row.label, row.value) not in shared]
    was = [Row(words.was, values["was"])] if entry.before is not None else []
    url = "" if entry.kind is MessageKind.CANCELLED else entry.manage_url
    return Line(_fill(words.day_and_time, values), (*was, *own), url)


def _shared(digest: Digest, house: House, words: Wording) -> list[Row]:
    """Return what is the same for every visit of which it is said."""
    by_label: dict[str, set[str]] = {}
    for entry in digest.entries:
        for row in _rows(entry, _values(digest, entry, house), words):
            by_label.setdefault(row.label, set()).add(row.value)
    return [Row(label, min(values)) for label, values in by_label.items() if len(values) == 1]


def _rows(entry: Entry, values: Mapping[str, str], words: Wording) -> Iterable[Row]:
    visit = entry.visit
    if entry.kind is not MessageKind.CANCELLED:
        comes_early = visit.early_minutes and not visit.is_by_phone
        yield Row(words.how_long, _fill(words.arrive_early if comes_early else words.minutes, values))
    yield Row(words.with_whom, visit.therapist)
    yield Row(words.where, words.by_phone if visit.is_by_phone else visit.address)
    yield Row(words.time_zone, values["zone"])
    if visit.phone:
        yield Row(words.phone, visit.phone)


def _rule(digest: Digest, house: House, words: Wording) -> str:
    if all(entry.kind is MessageKind.CANCELLED for entry in digest.entries):
        return ""
    text = words.free_then_fee_of_several if house.late_fee_percent else words.no_fee_of_several
    notice = span_words(house.cancel_notice, house.style)
    return _fill(text, {"notice": notice, "fee": str(house.late_fee_percent)})


def _again(digest: Digest, words: Wording) -> str:
    phones = [
        entry.visit.phone for entry in digest.entries if entry.kind is MessageKind.CANCELLED and entry.visit.phone
    ]
    return _fill(words.book_again, {"phone": phones[0]}) if phones else ""
