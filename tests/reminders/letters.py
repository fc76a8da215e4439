"""Letters for tests: valid by default, every value visible."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from practice.reminders.calendar_part import Party
from practice.reminders.kinds import MessageKind
from practice.reminders.letters import Before, Digest, Entry, House, Letter, VisitDetails

HOUSE = House(
    alias="Harbourline",
    address="appointments@example.com",
    base_url="https://clinic.example.com",
    reply_to="desk@example.com",
    late_fee_percent=50,
)
START = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
VISIT = VisitDetails(
    uid="0b8f1a5e-7f0e-4c39-9f6b-8f3f0f1f2a3b",
    sequence=0,
    starts_at=START,
    ends_at=START + timedelta(minutes=60),
    zone="America/Toronto",
    therapist="Bram Castellan",
    address="2 Quay St, Toronto",
    phone="555-0100",
    early_minutes=10,
)

UNTIL = (MessageKind.OFFER, MessageKind.TIMES)
WITHOUT_CALENDAR = (*UNTIL, MessageKind.FORM)
CHOICES = tuple(Before(START + timedelta(days=days), "America/Toronto", "Ines Moreau") for days in (0, 1, 3))


def letter(kind: MessageKind = MessageKind.CONFIRMATION, **over: object) -> Letter:
    """Return a letter to Ana about a visit on Tuesday 24 November 2026 at 14:00 in Toronto."""
    before = Before(START - timedelta(days=1), "America/Toronto", "Ines Moreau") if kind is MessageKind.MOVED else None
    made = Letter(
        kind=kind,
        language="en",
        recipient=Party("Ana García", "ana@example.com"),
        greeted_as="Ana",
        about="",
        visit=VISIT,
        before=before,
        manage_url="https://clinic.example.com/m/11111111-1111-4111-8111-111111111111.c2lnbmF0dXJl",
        stop_url="https://clinic.example.com/u/22222222-2222-4222-8222-222222222222.c2lnbmF0dXJl",
        message_id="<33333333-3333-5333-8333-333333333333@example.com>",
        written_at=datetime(2026, 11, 20, 15, 2, tzinfo=UTC),
        answer_until=datetime(2026, 11, 20, 18, 2, tzinfo=UTC) if kind in UNTIL else None,
        choices=CHOICES if kind is MessageKind.TIMES else (),
    )
    if kind is MessageKind.PASSED_ON:
        made = replace(made, manage_url="")
    return replace(made, **over)


def entry(kind: MessageKind, weeks: int, **over: object) -> Entry:
    """Return what happened to the visit that many weeks after the first one, by the wall clock of Toronto."""
    starts_at = START + timedelta(weeks=weeks)
    before = (
        Before(starts_at - timedelta(days=1), "America/Toronto", "Ines Moreau") if kind is MessageKind.MOVED else None
    )
    uid = f"0b8f1a5e-7f0e-4c39-9f6b-8f3f0f1f2a{weeks:02}"
    visit = replace(VISIT, uid=uid, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=60), **over)
    return Entry(kind, visit, before, f"https://clinic.example.com/m/11111111-1111-4111-8111-1111111111{weeks:02}.c2ln")


def digest(*entries: Entry, **over: object) -> Digest:
    """Return a mail to Ana about several visits."""
    single = letter()
    made = Digest(
        language="en",
        recipient=single.recipient,
        greeted_as="Ana",
        about="",
        entries=entries,
        stop_url=single.stop_url,
        message_id=single.message_id,
        written_at=single.written_at,
    )
    return replace(made, **over)


def series_of(amount: int) -> Digest:
    """Return the mail about a series."""
    return digest(*(entry(MessageKind.CONFIRMATION, week) for week in range(amount)))


def changes() -> Digest:
    """Return the mail about an act that did something else to each visit, to a mother."""
    return digest(
        entry(MessageKind.CONFIRMATION, 1),
        entry(MessageKind.CONFIRMATION, 2, is_tentative=True),
        entry(MessageKind.MOVED, 3, address="9 Hill Road, Toronto"),
        entry(MessageKind.MOVED, 4, is_by_phone=True),
        entry(MessageKind.CANCELLED, 5),
        recipient=Party("Maria Marsh", "maria@example.com"),
        greeted_as="Maria Marsh",
        about="Leo",
    )
