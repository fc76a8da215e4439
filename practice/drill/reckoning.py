"""What the year showed: every mail that arrived against what was true, every one that should have against what arrived.

A message counts as lost when it neither arrived nor came to an end of which somebody was told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import StaffTask
from practice.drill.expecting import LEADS, is_night, reminder_due
from practice.drill.model import Booked, Delivery, World
from practice.reminders.kinds import OPEN_STATES, MessageKind, MessageState
from practice.reminders.models import Message
from practice.scheduling.models import Appointment

PROMPT = timedelta(seconds=60)
CLOSE_CALL = timedelta(minutes=15)
"""What is told so shortly before a reminder is due may rightly stand in its place."""

REMINDERS = frozenset({MessageKind.REMINDER, MessageKind.CALL_US})
MOST_EXAMPLES = 5
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Report:
    """Counts of a year, and a few examples of each promise that broke."""

    visits: int = 0
    mails: int = 0
    reminders_checked: int = 0
    crashes: int = 0
    lost: int = 0
    stale: int = 0
    duplicates: int = 0
    copies_after_doubt: int = 0
    late: int = 0
    quiet: int = 0
    ended_with_a_task: int = 0
    unhindered: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def promptness(self) -> float:
        """Return how many of the mails that nothing held up left within a minute of their time, in per cent."""
        return 100 * (self.unhindered - self.late) / self.unhindered if self.unhindered else 100.0

    @property
    def is_kept(self) -> bool:
        """Return whether every promise held."""
        return not (self.lost or self.stale or self.duplicates or self.late or self.quiet)

    def found(self, what: str, example: str) -> None:
        """Count one fault and keep its words if there are few yet."""
        setattr(self, what, getattr(self, what) + 1)
        if sum(each.startswith(what) for each in self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{what}: {example}")

    def add(self, other: "Report") -> None:
        """Take over the counts of another clinic's year."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What the product wrote down, by message id and by visit, and of which messages the desk was told."""

    rows: Sequence[Any]
    by_mail: Mapping[str, Sequence[Any]]
    by_visit: Mapping[str, Sequence[Any]]
    tasks: frozenset[int]


def reckon(session: Session, world: World, *, now: datetime) -> Report:
    """Return the counts of a year that ended at *now*."""
    ledger = _read(session)
    report = Report(visits=len(world.visits), mails=len(world.deliveries))
    report.crashes = sum(window.what.startswith("crash") for window in world.troubles)
    _count_stale(report, world)
    _count_copies(report, world)
    _count_times(report, world, ledger)
    _count_open(report, ledger, now)
    _count_reminders(report, world, ledger, now)
    _count_told(report, world, ledger, now)
    return report


def _read(session: Session) -> _Ledger:
    columns = (Message.id, Message.message_id, Message.kind, Message.state, Message.why, Message.due_at)
    rows = session.execute(
        select(*columns, Message.created_at, Message.attempt, Message.dedupe_key, Appointment.uid)
        .join(Appointment, Appointment.id == Message.subject_id)
        .where(Message.subject_kind == "appointment")
    ).all()
    by_mail, by_visit = defaultdict(list), defaultdict(list)
    for row in rows:
        by_mail[row.message_id].append(row)
        by_visit[row.uid].append(row)
    tasks = session.scalars(select(StaffTask.subject_id).where(StaffTask.subject_kind == "message"))
    return _Ledger(rows, by_mail, by_visit, frozenset(tasks))


def _count_stale(report: Report, world: World) -> None:
    for delivery in world.deliveries:
        for lie in delivery.lies:
            report.found("stale", f"{delivery.at:%Y-%m-%d %H:%M} “{delivery.mail.subject}” {lie}")


def _count_copies(report: Report, world: World) -> None:
    copies = Counter(delivery.mail.message_id for delivery in world.deliveries)
    for message_id, number in copies.items():
        doubts = min(number - 1, world.doubtful.get(message_id, 0))
        report.copies_after_doubt += doubts
        if number - 1 > doubts:
            report.found("duplicates", f"{message_id} arrived {number} times")


def _count_times(report: Report, world: World, ledger: _Ledger) -> None:
    for delivery in world.deliveries:
        for row in ledger.by_mail.get(delivery.mail.message_id, ()):
            zone = next((entry.zone for entry in delivery.mail.entries), None)
            if zone is not None and _is_reminder(row) and is_night(delivery.at, zone):
                report.found("quiet", f"{delivery.at:%Y-%m-%d %H:%M} UTC “{delivery.mail.subject}”")
        row = min(ledger.by_mail.get(delivery.mail.message_id, ()), key=lambda each: each.due_at, default=None)
        if row is None or (waited := _waited(row, delivery, world)) is None:
            continue
        report.unhindered += 1
        if waited > PROMPT:
            late = delivery.at - row.due_at
            report.found("late", f"{row.kind} due {row.due_at:%Y-%m-%d %H:%M:%S} left {late} later")


def _is_reminder(row: Any) -> bool:
    return row.kind in REMINDERS or (row.kind == MessageKind.FORM and row.dedupe_key.rpartition(":")[2].isdigit())


def _waited(row: Any, delivery: Delivery, world: World) -> timedelta | None:
    """Return how long a mail waited after its time, None if a server or a death held it up."""
    # When a form is first asked for depends on what else its client has booked, so its time is no promise.
    if row.attempt > 1 or row.kind == MessageKind.FORM:
        return None
    since = max(row.due_at, row.created_at, _reachable_since(world.visits.get(row.uid), delivery.at))
    is_held_up = any(window.touches(since, delivery.at) for window in world.troubles)
    return None if is_held_up else delivery.at - since


def _reachable_since(visit: Booked | None, until: datetime) -> datetime:
    """Return when the address or consent that a mail followed was noted: before that it could not leave."""
    changes = [] if visit is None else [at for at in visit.person.changes if at <= until]
    return max(changes, default=LONG_AGO)


def _count_open(report: Report, ledger: _Ledger, now: datetime) -> None:
    for row in ledger.rows:
        if row.state in OPEN_STATES and row.due_at < now - timedelta(hours=1):
            report.found("lost", f"{row.kind} due {row.due_at:%Y-%m-%d %H:%M} is still {row.state}")
        elif row.state in {MessageState.FAILED, MessageState.EXPIRED}:
            if any(each.id in ledger.tasks for each in ledger.by_mail[row.message_id]):
                report.ended_with_a_task += 1
            else:
                report.found("lost", f"{row.kind} {row.state} ({row.why}) and nobody was told")


def _count_reminders(report: Report, world: World, ledger: _Ledger, now: datetime) -> None:
    arrived: dict[str, list[datetime]] = defaultdict(list)
    for delivery in world.deliveries:
        for row in ledger.by_mail.get(delivery.mail.message_id, ()):
            arrived[row.dedupe_key].append(delivery.at)
    for visit in world.visits.values():
        if visit.starts_at < now:
            for lead, due_at in _expected(visit, world):
                report.reminders_checked += 1
                if (fault := _fault(visit, lead, due_at, ledger, arrived)) is not None:
                    report.found("lost", fault)


def _expected(visit: Booked, world: World) -> Iterator[tuple[timedelta, datetime]]:
    """Yield the reminders that nothing speaks against: who was written to did not change, nor did the visit."""
    person = visit.person
    if not visit.is_on or visit.is_tentative or visit.is_confirmed or not person.reached_at or not person.agrees:
        return
    settled_at = max(visit.changed_at, person.changed_at) + CLOSE_CALL
    for lead in LEADS:
        due_at = reminder_due(visit.starts_at, visit.zone, lead)
        if due_at > settled_at and not _news_near(visit, due_at, world):
            yield lead, due_at


def _news_near(visit: Booked, due_at: datetime, world: World) -> bool:
    """Return whether the news of the visit may have left after the reminder's time: at night, or after trouble."""
    first = visit.changed_at
    if is_night(first, visit.zone) and due_at - first < timedelta(hours=14):
        return True
    return any(window.touches(first, due_at) for window in world.troubles) and due_at - first < timedelta(hours=14)


def _fault(
    visit: Booked, lead: timedelta, due_at: datetime, ledger: _Ledger, arrived: Mapping[str, Sequence[datetime]]
) -> str | None:
    minutes = lead // timedelta(minutes=1)
    stamp = f"{visit.starts_at:%Y%m%dT%H%M%S}"
    for row in ledger.by_visit.get(visit.uid, ()):
        if row.kind == MessageKind.REMINDER and row.dedupe_key.endswith(f":{minutes}") and stamp in row.dedupe_key:
            if row.due_at != due_at and not arrived.get(row.dedupe_key):
                return f"reminder planned for {row.due_at} instead of {due_at}"
            if arrived.get(row.dedupe_key):
                early = min(arrived[row.dedupe_key]) < due_at
                return f"reminder of {due_at} left early" if early else None
            if row.state in {MessageState.FAILED, MessageState.EXPIRED}:
                return None  # counted where it ended
            return f"reminder {minutes // 60} h before {visit.starts_at} is {row.state} ({row.why})"
    return f"no reminder {minutes // 60} h before {visit.starts_at:%Y-%m-%d %H:%M} UTC was ever planned"


def _count_told(report: Report, world: World, ledger: _Ledger, now: datetime) -> None:
    """Count visits of which the last mail does not say what is true, although it could have been said in time."""
    last: dict[str, tuple[datetime, bool, datetime]] = {}
    for delivery in world.deliveries:
        for entry in delivery.mail.entries:
            last[entry.visit_uid] = (delivery.at, entry.is_cancelled, entry.local_start)
    for visit in world.visits.values():
        if _should_know(visit, now) and _believes(last.get(visit.uid), visit) != (visit.is_on, visit.local_start):
            ends = {(row.kind, row.state) for row in ledger.by_visit.get(visit.uid, ())}
            if not any(state in {MessageState.FAILED, MessageState.EXPIRED} for _, state in ends):
                report.found("lost", f"visit {visit.uid} is not as its client was told ({sorted(ends)})")


def _should_know(visit: Booked, now: datetime) -> bool:
    person = visit.person
    has_time = visit.starts_at - visit.changed_at > timedelta(hours=20)
    return bool(person.reached_at) and person.changed_at < visit.changed_at and has_time and visit.changed_at < now


def _believes(told: tuple[datetime, bool, datetime] | None, visit: Booked) -> tuple[bool, datetime | None]:
    """Return what the client believes; somebody never told of a visit believes rightly that it is off."""
    if told is None:
        return False, visit.local_start
    _, is_cancelled, local_start = told
    return (not is_cancelled, visit.local_start if is_cancelled else local_start)
