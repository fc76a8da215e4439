"""The list of calls after an act: who is phoned about which visit, what can be proposed, and what was agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.core.actor import Actor
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.scheduling.absences.applying import AnswerKind
from practice.scheduling.absences.errors import AnswersMissing, NoLongerToCall
from practice.scheduling.absences.holding import TimesEnd, end_times, list_kept_times
from practice.scheduling.absences.impact import Hit, misfits
from practice.scheduling.absences.kept_times import KeptTimes
from practice.scheduling.absences.models import GroundAct, HitAnswer
from practice.scheduling.absences.new_times import NewTime, propose
from practice.scheduling.absences.reading import TO_COME, booked_of, days_of, read_ground, read_ledger
from practice.scheduling.absences.titles import visit_words
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy, called_off
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import Act, note, snapshot
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp
from practice.scheduling.telling import mark_unreconciled
from practice.scheduling.wishes import MoveWish

MOST_ACTS = 50


class CallEnd(StrEnum):
    """How a call about a visit that was hit ended; only the last two leave it to be made again."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    KEPT = "kept"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"


AGAIN = frozenset({CallEnd.NO_ANSWER, CallEnd.VOICEMAIL})


@dataclass(frozen=True, slots=True)
class Decision:
    """What was agreed on the telephone; a move needs its *wish*, keeping a visit its *reason*."""

    end: CallEnd
    wish: MoveWish | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToCall:
    """One row of the list: the decision to be made, the visit, and the times that can be proposed for it now."""

    answer: HitAnswer
    appointment: Appointment
    times: tuple[NewTime, ...]
    is_open: bool
    kept: KeptTimes | None = None


@dataclass(frozen=True, slots=True)
class CallList:
    """All visits of one act by start; those that are settled have no times."""

    act: GroundAct
    set_up: SetUp
    rows: Sequence[ToCall]

    @property
    def open_count(self) -> int:
        """Return how many calls are still to be made."""
        return sum(row.is_open for row in self.rows)


def get_act(session: Session, uid: str) -> GroundAct:
    """Return one act; raises ``NotFound``."""
    found = select(GroundAct).where(GroundAct.uid == uid).options(joinedload(GroundAct.therapist))
    act = session.scalars(found).one_or_none()
    if act is None:
        raise NotFound("There is no such change.")
    return act


def act_of_call(session: Session, answer_uid: str) -> GroundAct:
    """Return the act to which a call belongs; raises ``NotFound``."""
    found = select(GroundAct).join(HitAnswer, HitAnswer.act_id == GroundAct.id).where(HitAnswer.uid == answer_uid)
    act = session.scalars(found).one_or_none()
    if act is None:
        raise NotFound("There is no such call.")
    return act


def list_acts(session: Session) -> Sequence[GroundAct]:
    """Return the latest acts, the newest first."""
    return session.scalars(select(GroundAct).order_by(GroundAct.at.desc(), GroundAct.id.desc()).limit(MOST_ACTS)).all()


def call_list(session: Session, *, act: GroundAct, now: datetime) -> CallList:
    """Return the visits of an act with what can be proposed now; a constant number of statements."""
    set_up = read_set_up(session)
    answers = {row.appointment_id: row for row in _answers(session, act)}
    visits = {visit.id: visit for visit in _visits(session, list(answers))}
    open_ones = [visit for number, visit in visits.items() if _is_open(answers[number], visit)]
    times = _times(session, open_ones, set_up, now)
    kept = list_kept_times(session, [visit.id for visit in open_ones], now=now)
    rows = [
        ToCall(answers[number], visit, times.get(number, ()), number in times, kept.get(number))
        for number, visit in sorted(visits.items(), key=lambda item: (item[1].starts_at, item[0]))
    ]
    return CallList(act, set_up, rows)


def _answers(session: Session, act: GroundAct) -> Sequence[HitAnswer]:
    return session.scalars(select(HitAnswer).where(HitAnswer.act_id == act.id)).all()


def _visits(session: Session, appointment_ids: Sequence[int]) -> Sequence[Appointment]:
    rows = select(Appointment).where(Appointment.id.in_(appointment_ids)).options(*WITH_EVERYBODY)
    return session.scalars(rows, execution_options={"populate_existing": True}).all()


def _is_open(answer: HitAnswer, visit: Appointment) -> bool:
    """Return whether the call is to be made: a visit that somebody cancelled meanwhile needs none."""
    return answer.answer == AnswerKind.CALL and answer.outcome is None and visit.state in TO_COME


def _times(
    session: Session, visits: Sequence[Appointment], set_up: SetUp, now: datetime
) -> dict[int, tuple[NewTime, ...]]:
    days = days_of(visits, now=now)
    ground = read_ground(session, set_up, days)
    booked = sorted(map(booked_of, visits), key=lambda visit: (visit.begins, visit.id))
    ledger = read_ledger(session, set_up, booked, days, now=now)
    found = [Hit(visit, tuple(misfits(visit, ground, now=now))) for visit in booked]
    return propose(found, ground, ledger, now=now)


def settle_call(
    session: Session,
    *,
    answer_uid: str,
    decision: Decision,
    version: int | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> HitAnswer:
    """Carry out what was agreed in a call; the clinic cancels without a fee, nobody answering leaves it open.

    Raises ``NotFound``, ``StaleVersion``, ``NoLongerToCall``, ``AnswersMissing``, and what ``reschedule`` raises.
    """
    answer, appointment = lock_open_call(session, answer_uid)
    require_version(answer.version, version)
    if decision.end not in AGAIN:
        end_times(session, answer, TimesEnd.WITHDRAWN, actor=actor, now=now)
    act = session.get_one(GroundAct, answer.act_id)
    _carry_out(session, appointment, decision, act_id=act.uid, rules=rules, actor=actor, now=now)
    if decision.end in AGAIN:
        answer.tries += 1
    else:
        answer.outcome, answer.reason = decision.end, decision.reason[:300]
        answer.decided_at, answer.decided_by_id = now, actor.user_id
        session.flush()
        mark_unreconciled(session, [appointment.id])
    record(session, Event(f"ground.call.{decision.end}", "appointment", appointment.uid, actor, now))
    return answer


def lock_open_call(session: Session, uid: str) -> tuple[HitAnswer, Appointment]:
    """Lock the decision about a visit and return both as they are; raises ``NotFound`` and ``NoLongerToCall``."""
    found = select(HitAnswer).where(HitAnswer.uid == uid).with_for_update()
    answer = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if answer is None:
        raise NotFound("There is no such call.")
    appointment = _visits(session, [answer.appointment_id])[0]
    if not _is_open(answer, appointment):
        raise NoLongerToCall
    return answer, appointment


def call_times(session: Session, appointment: Appointment, *, now: datetime) -> Sequence[NewTime]:
    """Return the times that can be proposed for one visit now."""
    return _times(session, [appointment], read_set_up(session), now)[appointment.id]


def _carry_out(
    session: Session,
    appointment: Appointment,
    decision: Decision,
    *,
    act_id: str,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> None:
    match decision.end:
        case CallEnd.MOVED:
            wish = decision.wish
            if wish is None or wish.local_start is None:
                raise AnswersMissing(f"Choose the new time of {visit_words(appointment)}.")
            uid = appointment.uid
            reschedule(session, appointment_uid=uid, wish=wish, act_id=act_id, rules=rules, actor=actor, now=now)
        case CallEnd.CANCELLED:
            alter = called_off(session, CallingOff("therapist_ill", CancelledBy.CLINIC), now=now)
            change_several(session, [appointment.id], Act("cancel", act_id), alter, actor=actor, now=now)
        case CallEnd.KEPT:
            if not decision.reason:
                raise AnswersMissing(f"Say why {visit_words(appointment)} stays anyway.")
            before = snapshot(appointment)
            act = Act("keep", act_id, decision.reason)
            note(session, appointment, act, before, actor=actor, now=now)
