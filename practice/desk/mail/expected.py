"""Of each visit the messages that went, that will go, and that do not go and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.core.local_time import wall_time
from practice.desk.mail.message_list import STANDINGS, Standing
from practice.desk.visits import State
from practice.reminders.explaining import AS_IT_SHOULD_BE, KIND_WORDS, NOTHING_MISSING, together_words
from practice.reminders.kinds import Channel, MessageState
from practice.reminders.queries import Explanation, explain_visits
from practice.scheduling.models import Appointment

LOOK_BACK = timedelta(days=14)
MOST_VISITS = 4
_PLANNED = {Channel.EMAIL: Standing("clock", "waits"), Channel.PHONE: Standing("calls", "by phone", "warn")}
_OMITTED = Standing("warn", "not sent", "warn")
_NEEDLESS = Standing("minus", "not needed")


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One message that one might expect: what, when (wall time), where it stands and why."""

    what: str
    at: datetime | None
    standing: Standing
    sentence: str


@dataclass(frozen=True, slots=True)
class Expected:
    """One visit with its messages."""

    appointment_uid: str
    visit: datetime
    state: str
    lines: Sequence[ExpectedLine]


def mail_expected(session: Session, client_id: int, *, therapist_id: int | None, now: datetime) -> Sequence[Expected]:
    """Return the visits of the last two weeks and the next ones with their messages, in the order of time.

    With *therapist_id* only those with that therapist.
    """
    rows = (
        select(
            Appointment.id,
            Appointment.uid,
            Appointment.local_start,
            Appointment.zone,
            Appointment.state,
            Appointment.starts_at,
        )
        .where(
            Appointment.client_id.in_(records_of(client_id)),
            Appointment.starts_at > now - LOOK_BACK,
            Appointment.state.not_in((State.HELD, State.ENTERED_IN_ERROR)),
            *(() if therapist_id is None else (Appointment.therapist_id == therapist_id,)),
        )
        .order_by(Appointment.starts_at)
        .limit(MOST_VISITS)
    )
    visits = session.execute(rows).all()
    if not visits:
        return ()
    explained = explain_visits(session, [visit.id for visit in visits], now=now)
    return [_expected(visit, explained[visit.id], now) for visit in visits]


def lines_of_visit(session: Session, appointment_id: int, *, zone: str, now: datetime) -> Sequence[ExpectedLine]:
    """Return the messages of one visit, without those that nobody misses."""
    return _lines(explain_visits(session, [appointment_id], now=now)[appointment_id], zone)


def _lines(explained: Sequence[Explanation], zone: str) -> list[ExpectedLine]:
    return [_line(each, zone) for each in explained if each.state != "omitted" or each.why not in NOTHING_MISSING]


def _expected(visit: Any, explained: Sequence[Explanation], now: datetime) -> Expected:
    """Return one visit; of one that is over, what was not sent is no longer of interest unless it was tried."""
    is_over = visit.starts_at <= now
    worth_saying = [each for each in explained if not (is_over and each.state == "omitted")]
    return Expected(visit.uid, visit.local_start, visit.state, _lines(worth_saying, visit.zone))


def _line(each: Explanation, zone: str) -> ExpectedLine:
    at = each.sent_at or each.due_at
    what = KIND_WORDS.get(each.kind, "Message")
    if each.lead is not None:
        what = f"{what} {_ahead(each.lead)} before"
    return ExpectedLine(what, wall_time(at, zone) if at else None, _standing(each), _sentence(each))


def _ahead(lead: timedelta) -> str:
    return f"{lead // timedelta(hours=1)} h"


def _standing(each: Explanation) -> Standing:
    if each.state == "planned":
        return _PLANNED[Channel(each.channel)]
    if each.state == "omitted":
        return _NEEDLESS if each.why in AS_IT_SHOULD_BE else _OMITTED
    return STANDINGS[MessageState(each.state)]


def _sentence(each: Explanation) -> str:
    said = "" if each.state in {MessageState.SENT, MessageState.QUEUED, "planned"} else each.sentence
    together = together_words(each.visits)
    return f"{said} {together.capitalize()}.".strip() if together else said
