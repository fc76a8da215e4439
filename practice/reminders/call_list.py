"""Calls for tomorrow: who is called about which visit, and how the call ended."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clients.recipients import message_recipient
from practice.clinic.models import Location, StaffTask, Therapist
from practice.clinic.queries import get_task, practice_today
from practice.clinic.tasks import finish_task, keep_before
from practice.core.actor import Actor
from practice.core.errors import RELOAD, NotFound, RuleViolation, require_version
from practice.core.events import Event, record
from practice.reminders.calls import CALL_KINDS
from practice.reminders.context import look, truth_of
from practice.reminders.facts import LastTold
from practice.reminders.told import remember, to_json
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment

TRY_AGAIN_AFTER = timedelta(hours=2)
MOST_LISTED = 100


class CallOutcome(StrEnum):
    """How a call ended; only ``no_answer`` leaves it to be made again."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"


class CallDone(RuleViolation):
    """Somebody else has made this call already."""

    code = "call_done"
    title = "Already called"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make. ``say`` is neutral enough for a voicemail box that others listen to."""

    uid: str
    version: int
    kind: str
    due_at: datetime
    last_outcome: str | None
    client_uid: str
    client_name: str
    speak_to: str
    phone: str | None
    appointment_uid: str
    starts_at: datetime
    zone: str
    therapist_name: str
    say: str


def list_calls(session: Session, *, now: datetime, until: datetime | None = None) -> list[Call]:
    """Return the open calls due until *until* (default: the coming 24 hours), the most urgent first."""
    rows = (
        select(StaffTask, Appointment, Client, Therapist.name, Location.phone)
        .join(Appointment, Appointment.id == StaffTask.subject_id)
        .join(Client, is_kept_record(func.coalesce(StaffTask.client_id, Appointment.client_id)))
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .join(Location, Location.id == Appointment.location_id)
        .where(
            StaffTask.kind.in_(CALL_KINDS),
            StaffTask.state == "open",
            StaffTask.subject_kind == "appointment",
            StaffTask.due_at <= (until or now + timedelta(hours=24)),
            Appointment.starts_at > now,
        )
        .order_by(StaffTask.due_at, Appointment.starts_at, StaffTask.id)
        .limit(MOST_LISTED)
    )
    found = session.execute(rows).all()
    people = message_recipient(session, {row[2].id for row in found}, on=practice_today(session, now))
    calls = []
    for task, appointment, client, therapist, house_phone in found:
        person = people[client.id]
        calls.append(
            Call(
                uid=task.uid,
                version=task.version,
                kind=task.kind,
                due_at=task.due_at,
                last_outcome=task.outcome,
                client_uid=client.uid,
                client_name=client.display_name,
                speak_to=person.name,
                phone=person.phone,
                appointment_uid=appointment.uid,
                starts_at=appointment.starts_at,
                zone=appointment.zone,
                therapist_name=therapist,
                say=_voicemail(house_phone),
            )
        )
    return calls


def _voicemail(phone: str) -> str:
    back = f" on {phone}" if phone else ""
    return f"This is a message about your appointment. Please call us back{back}. Thank you."


def record_call(
    session: Session,
    *,
    task_uid: str,
    outcome: CallOutcome,
    note: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> StaffTask:
    """Note how a call ended. Whoever was reached, or has it on the machine, counts as told.

    Nobody answering keeps the call open for two hours later. Raises ``NotFound``, :class:`CallDone` and
    ``StaleVersion``.
    """
    task = get_task(session, task_uid)
    if task.kind not in CALL_KINDS:
        raise NotFound("There is no such call.")
    if task.state != "open":
        raise CallDone("Somebody has made this call already.", ways_out=(RELOAD,))
    if outcome is CallOutcome.NO_ANSWER:
        require_version(task.version, version)
        keep_before(task, now)
        task.outcome, task.note = outcome, note or task.note
        task.due_at = now + TRY_AGAIN_AFTER
        record(session, Event("call.no_answer", "task", task.uid, actor, now))
        return task
    finish_task(session, task=task, outcome=outcome, note=note, version=version, actor=actor, now=now)
    _remember(session, task, now)
    return task


def _remember(session: Session, task: StaffTask, now: datetime) -> None:
    outlook = look(session, [task.subject_id], now=now)
    facts = outlook.facts.get(task.subject_id)
    if facts is None or facts.client_id is None:
        return
    client_id = task.client_id or facts.client_id
    before = outlook.told_to(facts.id, client_id)
    task.was = {**(task.was or {}), "client_id": client_id, "told": None if before is None else to_json(before)}
    if (former := outlook.told_to(facts.id, task.client_id)) is not None:
        remember(session, facts.id, replace(former, is_cancelled=True, at=now), former.sequence + 1)
        return
    is_cancelled = facts.state not in OPEN
    remember(session, facts.id, LastTold(facts.client_id, truth_of(facts), is_cancelled, now), facts.sequence)
