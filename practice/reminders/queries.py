"""Reads of messages: of a visit, of a client, what goes out next, and why no mail came."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.core.errors import NotFound
from practice.reminders.context import look
from practice.reminders.explaining import WHY_SENTENCES, sentence_for
from practice.reminders.heartbeat import FOLLOWING, SENDING, SILENT_AFTER
from practice.reminders.kinds import OPEN_STATES, Channel, MessageState, Why
from practice.reminders.models import Message, WorkerPulse
from practice.reminders.outbox import comes_before, shares_mail
from practice.reminders.planned import Omitted, Plan, Wanted
from practice.scheduling.models import Appointment

APPOINTMENT = "appointment"
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as the desk sees it; the text is not kept. ``sentence`` says what became of it.

    ``visits`` is of how many visits the mail tells that carries it.
    """

    uid: str
    kind: str
    state: str
    sentence: str
    appointment_uid: str | None
    client_uid: str
    client_name: str
    client_id: int
    to_address: str
    to_name: str
    due_at: datetime
    expires_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    why: str
    message_id: str
    attempts: int
    last_code: int | None
    last_reply: str
    starts_at: datetime | None
    zone: str | None
    visits: int = 1


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are wanted; None means any. ``next_first`` turns the order of time round.

    ``mails`` leaves out all but the first message of each mail.
    """

    appointment_uid: str | None = None
    client_uid: str | None = None
    state: str | None = None
    states: Collection[str] | None = None
    client_ids: Collection[int] | None = None
    due_until: datetime | None = None
    next_first: bool = False
    mails: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One message that exists, or that one might expect: when, and the sentence why or why not; ``why`` is its code."""

    kind: str
    state: str
    sentence: str
    due_at: datetime | None = None
    sent_at: datetime | None = None
    lead: timedelta | None = None
    channel: str = Channel.EMAIL
    why: str = ""
    visits: int = 1


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """Whether mail goes out: when the sender was last seen, what is overdue, and why sending is paused, if it is.

    ``is_alive`` is the job that sends, ``is_following`` the one that sees what changed: either may fall silent alone.
    """

    last_seen_at: datetime | None
    is_alive: bool
    is_following: bool
    overdue: int
    oldest_due_at: datetime | None
    paused_because: str | None

    @property
    def is_well(self) -> bool:
        """Return whether nothing about mail needs anybody."""
        return self.is_alive and self.is_following and self.paused_because is None and not self.overdue


OVERDUE_AFTER = timedelta(minutes=5)


def list_messages(
    session: Session,
    wanted: MessageFilter,
    *,
    among: Select[int | None] | None = None,
    limit: int = MOST_LISTED,
    offset: int = 0,
) -> list[MessageRow]:
    """Return messages, the latest due first unless the filter says otherwise; *among* narrows to these clients."""
    order = (Message.due_at, Message.id) if wanted.next_first else (Message.due_at.desc(), Message.id.desc())
    rows = _rows().where(*_conditions(wanted, among)).order_by(*order)
    return _read(session, rows.limit(min(limit, MOST_LISTED)).offset(offset))


def count_messages(session: Session, wanted: MessageFilter, *, among: Select[int | None] | None = None) -> int:
    """Return how many messages :func:`list_messages` would find."""
    found = _rows().where(*_conditions(wanted, among)).with_only_columns(func.count(Message.id))
    return session.execute(found).scalar_one()


def _conditions(wanted: MessageFilter, among: Select[int | None] | None) -> list[ColumnElement[bool]]:
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.appointment_uid, Appointment.uid == wanted.appointment_uid),
        (wanted.client_uid, Client.uid == wanted.client_uid),
        (wanted.state, Message.state == wanted.state),
        (wanted.states, Message.state.in_(wanted.states or ())),
        (wanted.client_ids, Message.client_id.in_(wanted.client_ids or ())),
    ]
    conditions = [condition for value, condition in asked if value is not None]
    if wanted.due_until is not None:
        conditions.append(Message.due_at <= wanted.due_until)
    if wanted.mails:
        earlier = aliased(Message)
        led = exists().where(shares_mail(earlier, Message), comes_before(earlier, Message))
        conditions.append(or_(Message.act_id.is_(None), ~led))
    return conditions if among is None else [*conditions, Message.client_id.in_(among)]


def get_message(session: Session, uid: str) -> MessageRow:
    """Return one message; raises ``NotFound``."""
    found = _read(session, _rows().where(Message.uid == uid))
    if not found:
        raise NotFound("There is no such message.")
    return found[0]


def list_in_mail(session: Session, uid: str) -> list[MessageRow]:
    """Return the messages that the mail of one message carries, by the start of the visit; itself alone if alone."""
    asked = aliased(Message)
    shared = exists().where(asked.uid == uid, shares_mail(asked, Message))
    return _read(session, _rows().where(or_(Message.uid == uid, shared)).order_by(Appointment.starts_at, Message.id))


def list_going_out(
    session: Session,
    *,
    now: datetime,
    within: timedelta = timedelta(hours=48),
    among: Select[int | None] | None = None,
) -> list[MessageRow]:
    """Return what goes out within the next 48 hours, the next one first."""
    rows = (
        _rows()
        .where(Message.state.in_(OPEN_STATES), Message.due_at <= now + within)
        .order_by(Message.due_at, Message.id)
        .limit(MOST_LISTED)
    )
    return _read(session, rows if among is None else rows.where(Message.client_id.in_(among)))


def why_no_mail(session: Session, appointment: Appointment, *, now: datetime) -> list[Explanation]:
    """Return everything about one appointment's messages: those that exist, then those that are not wanted and why."""
    return explain_visits(session, [appointment.id], now=now)[appointment.id]


def explain_visits(
    session: Session, appointment_ids: Collection[int], *, now: datetime
) -> dict[int, list[Explanation]]:
    """Return the same by appointment; the number of statements does not depend on how many they are."""
    rows = select(Message).where(Message.subject_kind == APPOINTMENT, Message.subject_id.in_(appointment_ids))
    messages: dict[int, list[Message]] = {number: [] for number in appointment_ids}
    for message in session.execute(rows.order_by(Message.due_at, Message.id)).scalars():
        messages[message.subject_id].append(message)
    outlook = look(session, appointment_ids, now=now)
    visits = _visits_in_mails(session, [message for some in messages.values() for message in some])
    return {number: _explanations(messages[number], visits, outlook.plan(number, now)) for number in appointment_ids}


def _explanations(messages: Sequence[Message], visits: Mapping[int, int], plan: Plan) -> list[Explanation]:
    known = {message.dedupe_key for message in messages}
    planned = [each for each in plan.wanted if each.dedupe_key not in known and each.channel is not Channel.DESK]
    omitted = [each for each in plan.omitted if each.why is not Why.UP_TO_DATE and not _exists(each, messages)]
    return [
        *(_explain(message, visits.get(message.id, 1)) for message in messages),
        *(_plan_of(each) for each in planned),
        *(Explanation(each.kind, "omitted", WHY_SENTENCES[each.why], lead=each.lead, why=each.why) for each in omitted),
    ]


def _exists(omitted: Omitted, messages: Sequence[Message]) -> bool:
    """Return whether a message of that kind exists and speaks for itself; a reminder's key ends with its lead."""
    if omitted.lead is None:
        return any(each.kind == omitted.kind for each in messages)
    minutes = int(omitted.lead.total_seconds()) // 60
    return any(each.kind == omitted.kind and each.dedupe_key.endswith(f":{minutes}") for each in messages)


def _plan_of(wanted: Wanted) -> Explanation:
    sentence = "The desk calls." if wanted.channel is Channel.PHONE else "It is being prepared."
    return Explanation(wanted.kind, "planned", sentence, wanted.due_at, channel=wanted.channel)


def _explain(message: Message, visits: int) -> Explanation:
    return Explanation(
        message.kind,
        message.state,
        sentence_for(message.state, message.why),
        message.due_at,
        message.sent_at,
        why=message.why,
        visits=visits,
    )


def worker_health(session: Session, *, now: datetime) -> WorkerHealth:
    """Return whether mail goes out, each job judged by its own sign of life."""
    jobs = select(WorkerPulse).where(WorkerPulse.job.in_((SENDING, FOLLOWING)))
    beats = {row.job: row for row in session.execute(jobs).scalars()}
    sending = beats.get(SENDING)
    late = select(func.count(), func.min(Message.due_at)).where(
        Message.state.in_((MessageState.QUEUED, MessageState.SENDING)), Message.due_at <= now - OVERDUE_AFTER
    )
    overdue, oldest = session.execute(late).one()
    return WorkerHealth(
        last_seen_at=sending.beat_at if sending else None,
        is_alive=_is_fresh(sending, now),
        is_following=_is_fresh(beats.get(FOLLOWING), now),
        overdue=overdue,
        oldest_due_at=oldest,
        paused_because=sending.paused_because if sending else None,
    )


def _is_fresh(row: WorkerPulse | None, now: datetime) -> bool:
    return row is not None and now - row.beat_at <= SILENT_AFTER


def addresses_reached(session: Session, subject_id: int, *, subject_kind: str = APPOINTMENT) -> set[str]:
    """Return the addresses to which a mail about this appointment (or another subject) was delivered."""
    rows = select(Message.to_address).where(
        Message.subject_kind == subject_kind,
        Message.subject_id == subject_id,
        Message.state == MessageState.SENT,
    )
    return set(session.execute(rows).scalars())


def _rows() -> Select[Message, Client, str | None, datetime | None, str | None]:
    return (
        select(Message, Client, Appointment.uid, Appointment.starts_at, Appointment.zone)
        .select_from(Message)
        .join(Client, is_kept_record(Message.client_id))
        .outerjoin(Appointment, (Message.subject_kind == APPOINTMENT) & (Appointment.id == Message.subject_id))
    )


def _read(session: Session, rows: Select[Message, Client, str | None, datetime | None, str | None]) -> list[MessageRow]:
    found = session.execute(rows).all()
    visits = _visits_in_mails(session, [row[0] for row in found])
    return [_row(*row, visits=visits.get(row[0].id, 1)) for row in found]


def _visits_in_mails(session: Session, messages: Sequence[Message]) -> dict[int, int]:
    """Return of how many visits the mail of a message tells, by message; those that leave alone are left out."""
    ids = [message.id for message in messages if message.act_id is not None]
    if not ids:
        return {}
    other = aliased(Message)
    counted = select(Message.id, func.count()).join(other, shares_mail(other, Message)).where(Message.id.in_(ids))
    rows = session.execute(counted.group_by(Message.id))
    return {number: amount for number, amount in rows}  # noqa: C416  # rows are no pairs to the type checker


def _row(
    message: Message,
    client: Client,
    appointment_uid: str | None,
    starts_at: datetime | None,
    zone: str | None,
    *,
    visits: int,
) -> MessageRow:
    return MessageRow(
        uid=message.uid,
        kind=message.kind,
        state=message.state,
        sentence=sentence_for(message.state, message.why),
        appointment_uid=appointment_uid,
        client_uid=client.uid,
        client_name=client.display_name,
        client_id=client.id,
        to_address=message.to_address,
        to_name=message.to_name,
        due_at=message.due_at,
        expires_at=message.expires_at,
        next_try_at=message.lease_until if message.state in {MessageState.RETRY, MessageState.UNKNOWN} else None,
        sent_at=message.sent_at,
        why=message.why,
        message_id=message.message_id,
        attempts=message.attempt,
        last_code=message.last_code,
        last_reply=message.last_reply,
        starts_at=starts_at,
        zone=zone,
        visits=visits,
    )
