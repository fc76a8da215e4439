"""A made-up visit, so that every text can be read as a client would read it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from practice.reminders.calendar_part import Party
from practice.reminders.digests import render_digest
from practice.reminders.kinds import MessageKind
from practice.reminders.letters import Before, Digest, Entry, House, Letter, VisitDetails
from practice.reminders.rendering import Rendered, render
from practice.reminders.texts.names import Edition, Parts, TextName, Texts, Which

_WEEK = timedelta(days=7)
_CLIENT = Party("Ana Moreau", "ana@example.com")
_SEVERAL: Mapping[TextName, tuple[MessageKind, ...]] = {
    TextName.SEVERAL_BOOKED: (MessageKind.CONFIRMATION, MessageKind.CONFIRMATION),
    TextName.SEVERAL_TENTATIVE: (MessageKind.CONFIRMATION, MessageKind.CONFIRMATION),
    TextName.SEVERAL_MOVED: (MessageKind.MOVED, MessageKind.MOVED),
    TextName.SEVERAL_CANCELLED: (MessageKind.CANCELLED, MessageKind.CANCELLED),
    TextName.SEVERAL_CHANGED: (MessageKind.CONFIRMATION, MessageKind.MOVED, MessageKind.CANCELLED),
}
_IN_DOUBT = {TextName.TENTATIVE: False, TextName.TENTATIVE_FORM: True, TextName.SEVERAL_TENTATIVE: False}
"""Which samples are of a visit that lacks something, and whether that is the client's form."""


def sample_mail(which: Which, parts: Parts, *, visit: VisitDetails, house: House) -> Rendered:
    """Return a mail with this text, about *visit* or about several that begin with it; its links lead nowhere."""
    name, language = which
    texts = Texts({(name, language): Edition(name, language, 0, parts)})
    shown = _in_doubt(name, visit)
    if name in _SEVERAL:
        return render_digest(_digest(name, language, shown, house), house, texts)
    return render(_letter(name, language, shown, house), house, texts)


def _in_doubt(name: TextName, visit: VisitDetails) -> VisitDetails:
    return replace(visit, is_tentative=name in _IN_DOUBT, lacks_form=_IN_DOUBT.get(name, False))


def _letter(name: TextName, language: str, visit: VisitDetails, house: House) -> Letter:
    kind = MessageKind.CONFIRMATION if name in _IN_DOUBT else MessageKind(name)
    return Letter(
        kind=kind,
        language=language,
        recipient=_CLIENT,
        greeted_as="Ana",
        about="",
        visit=visit,
        before=_before(visit) if kind is MessageKind.MOVED else None,
        manage_url=f"{house.base_url}/",
        stop_url=f"{house.base_url}/",
        message_id=f"<sample@{house.domain}>",
        written_at=_written_at(visit),
        answer_until=visit.starts_at - timedelta(days=2),
        choices=(_later(visit, 1), _later(visit, 2)) if kind is MessageKind.TIMES else (),
    )


def _digest(name: TextName, language: str, visit: VisitDetails, house: House) -> Digest:
    entries = [_entry(kind, visit, weeks, house) for weeks, kind in enumerate(_SEVERAL[name])]
    return Digest(
        language=language,
        recipient=_CLIENT,
        greeted_as="Ana",
        about="",
        entries=tuple(entries),
        stop_url=f"{house.base_url}/",
        message_id=f"<sample@{house.domain}>",
        written_at=_written_at(visit),
    )


def _entry(kind: MessageKind, visit: VisitDetails, weeks: int, house: House) -> Entry:
    moved = replace(visit, starts_at=visit.starts_at + weeks * _WEEK, ends_at=visit.ends_at + weeks * _WEEK)
    before = _before(moved) if kind is MessageKind.MOVED else None
    return Entry(kind, moved, before, f"{house.base_url}/")


def _before(visit: VisitDetails) -> Before:
    return Before(visit.starts_at - timedelta(days=1), visit.zone, visit.therapist)


def _later(visit: VisitDetails, days: int) -> Before:
    return Before(visit.starts_at + timedelta(days=days), visit.zone, visit.therapist)


def _written_at(visit: VisitDetails) -> datetime:
    return visit.starts_at - timedelta(days=3)
