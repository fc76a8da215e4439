"""Carries a change of the ground out with all its answers, as one act: everything of it happens, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import Conflict, RuleViolation
from practice.core.events import Event, record
from practice.scheduling.absences.changes import Away, Change, Closing, Leaving, NewWeek
from practice.scheduling.absences.errors import AnswersMissing, ProposalTaken
from practice.scheduling.absences.models import GroundAct, HitAnswer
from practice.scheduling.absences.preview import HitVisit, Impact, Seen, preview
from practice.scheduling.absences.saving import Words, save
from practice.scheduling.absences.seen import require_seen
from practice.scheduling.absences.titles import kind_of, title_of, visit_words
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy, called_off
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import Act, note, snapshot
from practice.scheduling.appointments.rescheduling import change_room, reschedule
from practice.scheduling.claiming.claim import lock_diaries
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp
from practice.scheduling.wishes import MoveWish


class AnswerKind(StrEnum):
    """What becomes of a visit that is hit."""

    MOVE = "move"
    CANCEL = "cancel"
    KEEP = "keep"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision for one visit; ``wish`` names the whole place of a move, ``reason`` why it is kept anyway."""

    kind: AnswerKind
    wish: MoveWish | None = None
    reason: str = ""


Answers = Mapping[str, Answer]
"""Decisions by the uid of the visit."""


@dataclass(frozen=True, slots=True)
class _By:
    """Whose act this is, under which rules, and the reason that a cancellation gets."""

    act: GroundAct
    cancel_reason: str
    rules: BookingRules
    actor: Actor
    now: datetime


def apply_change(
    session: Session,
    *,
    change: Change,
    words: Words,
    answers: Answers,
    seen: Seen,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> GroundAct:
    """Put *change* into force and carry out every answer, in one transaction; the clinic cancels without a fee.

    Raises ``PreviewOutdated`` when the clinic or a visit is not as *seen*, ``AnswersMissing``, ``ProposalTaken``
    when a chosen time is gone or a rule refuses it, and what the verbs of the clinic raise; nothing is done then.
    """
    set_up = read_set_up(session)
    first = preview(session, change=change, set_up=set_up, now=now)
    require_seen(first, seen)
    _lock(session, first, set_up)
    impact = preview(session, change=change, set_up=read_set_up(session), now=now)
    require_seen(impact, seen)
    _require_answers(impact.hits, answers)
    save(session, change, words, actor=actor, now=now)
    act = _begin(session, change, impact, actor=actor, now=now)
    by = _By(act, "clinic_closed" if isinstance(change, Closing) else "therapist_away", rules, actor, now)
    for hit in impact.hits:
        _carry_out(session, hit, answers[hit.appointment.uid], by)
    counted = {str(kind): sum(one.kind is kind for one in answers.values()) for kind in AnswerKind}
    record(session, Event("ground.change", "ground_act", act.uid, actor, now, {"kind": act.kind, **counted}))
    return act


def _lock(session: Session, impact: Impact, set_up: SetUp) -> None:
    """Lock every diary on which something may be taken or given back, so that nothing changes from here on."""
    diaries = {one.diary_id for one in set_up.therapists.values()} | {one.diary_id for one in set_up.rooms.values()}
    for hit in impact.hits:
        diaries |= diaries_of(hit.appointment)
    lock_diaries(session, diaries)


def _require_answers(hits: Iterable[HitVisit], answers: Answers) -> None:
    for hit in hits:
        answer = answers.get(hit.appointment.uid)
        if answer is None:
            raise AnswersMissing(f"Say what becomes of {visit_words(hit.appointment)}.")
        if answer.kind is AnswerKind.KEEP and not answer.reason:
            raise AnswersMissing(f"Say why {visit_words(hit.appointment)} stays anyway.")
        if answer.kind is AnswerKind.MOVE and (answer.wish is None or answer.wish.local_start is None):
            raise AnswersMissing(f"Choose the new time of {visit_words(hit.appointment)}.")


def _begin(session: Session, change: Change, impact: Impact, *, actor: Actor, now: datetime) -> GroundAct:
    therapist_id = change.therapist_id if isinstance(change, Away | NewWeek | Leaving) else None
    act = GroundAct(
        uid=new_uid(),
        kind=kind_of(change),
        title=title_of(change, impact.set_up)[:200],
        therapist_id=therapist_id,
        at=now,
        by_id=actor.user_id,
    )
    session.add(act)
    session.flush()
    return act


def _carry_out(session: Session, hit: HitVisit, answer: Answer, by: _By) -> None:
    match answer.kind:
        case AnswerKind.MOVE:
            _move(session, hit, answer, by)
        case AnswerKind.CANCEL:
            _cancel(session, hit.appointment, by)
        case AnswerKind.KEEP:
            appointment = hit.appointment
            before = snapshot(appointment)
            act = Act("keep", by.act.uid, answer.reason)
            note(session, appointment, act, before, actor=by.actor, now=by.now)
        case AnswerKind.CALL:
            pass
    session.add(_row(hit, answer, by))


class _Moving(TypedDict):
    """What both verbs that move a visit take."""

    appointment_uid: str
    act_id: str
    rules: BookingRules
    actor: Actor
    now: datetime


def _cancel(session: Session, appointment: Appointment, by: _By) -> None:
    alter = called_off(session, CallingOff(by.cancel_reason, CancelledBy.CLINIC), now=by.now)
    change_several(session, [appointment.id], Act("cancel", by.act.uid), alter, actor=by.actor, now=by.now)


def _row(hit: HitVisit, answer: Answer, by: _By) -> HitAnswer:
    is_open = answer.kind is AnswerKind.CALL
    return HitAnswer(
        act_id=by.act.id,
        appointment_id=hit.appointment.id,
        answer=answer.kind,
        reason=answer.reason[:300],
        decided_at=None if is_open else by.now,
        decided_by_id=None if is_open else by.actor.user_id,
    )


def _move(session: Session, hit: HitVisit, answer: Answer, by: _By) -> None:
    wish = answer.wish or MoveWish()
    more: _Moving = {
        "appointment_uid": hit.appointment.uid,
        "act_id": by.act.uid,
        "rules": by.rules,
        "actor": by.actor,
        "now": by.now,
    }
    try:
        if _only_the_room(hit.appointment, wish):
            change_room(session, room_uid=wish.room or "", **more)
        else:
            reschedule(session, wish=wish, **more)
    except (Conflict, RuleViolation) as refused:
        raise ProposalTaken(
            f"The new time of {visit_words(hit.appointment)} is not possible: {refused.in_full().sentence}",
            visit=hit.appointment.uid,
        ) from refused


def _only_the_room(appointment: Appointment, wish: MoveWish) -> bool:
    return (
        wish.room is not None
        and wish.local_start == appointment.local_start
        and wish.therapist in {None, appointment.therapist.uid}
    )
