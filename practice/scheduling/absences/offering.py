"""Three times kept for a client whose therapist is out: offered by mail, chosen by the client, never moved unasked.

Rows are locked in one order: the visit's decision, the diaries, the visit.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import SYSTEM, Actor
from practice.core.errors import Conflict, NotFound, RuleViolation, require_version
from practice.core.events import Event, record
from practice.core.local_time import to_local
from practice.scheduling.absences.calling import CallEnd, call_times, lock_open_call
from practice.scheduling.absences.errors import TimesEnded, TimesNotOffered
from practice.scheduling.absences.holding import TimesEnd, end_times, list_kept_times
from practice.scheduling.absences.models import GroundAct, HeldTime, HitAnswer, TimesOffer
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.making import new_appointment, placing_of, shape_as_booked
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.free_time.search import StartsQuery, three_next
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.telling import mark_unreconciled
from practice.scheduling.wishes import MoveWish, TimeWish

KEPT_FOR = timedelta(hours=2)
SHORTEST = timedelta(minutes=15)
"""Less than this is no time to read a mail in."""
AMOUNT = 3


def offer_times(
    session: Session, *, answer_uid: str, version: int | None = None, rules: BookingRules, actor: Actor, now: datetime
) -> TimesOffer:
    """Keep up to three times for a visit that an absence hit, for two hours and never beyond its own start.

    Its mail follows from the offer being there; an offer before it ends. Raises ``NotFound``, ``StaleVersion``,
    ``NoLongerToCall``, and :class:`TimesNotOffered` when it starts too soon or nothing is free.
    """
    answer, appointment = lock_open_call(session, answer_uid)
    require_version(answer.version, version)
    end_times(session, answer, TimesEnd.REPLACED, actor=actor, now=now)
    expires_at = min(now + KEPT_FOR, appointment.starts_at)
    if expires_at - now < SHORTEST:
        raise TimesNotOffered("It starts too soon for a mail. Call instead.")
    offer = TimesOffer(
        answer_id=answer.id,
        appointment_id=appointment.id,
        therapist_id=appointment.therapist_id,
        starts_at=appointment.starts_at,
        offered_at=now,
        offered_by_id=actor.user_id,
        expires_at=expires_at,
    )
    session.add(offer)
    session.flush()
    if not _keep(session, offer, appointment, rules=rules, actor=actor, now=now):
        raise TimesNotOffered("No other time is free for this visit in the next weeks. Call instead.")
    mark_unreconciled(session, [appointment.id])
    record(session, Event("ground.times_offered", "appointment", appointment.uid, actor, now))
    return offer


def _keep(
    session: Session, offer: TimesOffer, appointment: Appointment, *, rules: BookingRules, actor: Actor, now: datetime
) -> int:
    kept: set[datetime] = set()
    for wish in _wishes(session, offer, appointment, now=now):
        if len(kept) == AMOUNT:
            break
        placing = placing_of(session, Verb.HOLD, wish, wish.local_start, actor=actor, now=now)
        placing = replace(placing, question=replace(placing.question, shape=shape_as_booked(appointment)))
        if placing.treatment.starts_at in kept:
            continue
        try:
            hold = _hold(session, placing, offer, rules=rules, actor=actor, now=now)
        except (Conflict, RuleViolation):
            # Somebody was faster, or a rule forbids it: the next one may do.
            continue
        kept.add(hold.starts_at)
        names = ("therapist_id", "room_id", "local_start", "zone", "starts_at", "ends_at")
        place = {name: getattr(hold, name) for name in names}
        session.add(HeldTime(offer_id=offer.id, hold_id=hold.id, **place))
        session.flush()
    return len(kept)


def _wishes(session: Session, offer: TimesOffer, appointment: Appointment, *, now: datetime) -> Iterator[TimeWish]:
    """Yield times to keep, the best first: those of the call, then the next ones on other days."""
    set_up = read_set_up(session)
    found = [(time.begins, time.therapist_id) for time in call_times(session, appointment, now=now)]
    query = StartsQuery(
        service_uid=appointment.service.uid,
        location_uid=appointment.location.uid,
        client_uid=None if appointment.client is None else appointment.client.uid,
        moving_id=appointment.id,
    )
    found += [(each.begins, each.therapist_id) for each in three_next(session, query, now=now).proposals]
    for begins, therapist_id in found:
        starts_at = instant_of(begins)
        if starts_at > offer.expires_at:
            yield TimeWish(
                service=appointment.service.uid,
                location=appointment.location.uid,
                therapist=set_up.therapists[therapist_id].uid,
                local_start=to_local(starts_at, appointment.zone).replace(tzinfo=None),
            )


def _hold(
    session: Session, placing: Placing, offer: TimesOffer, *, rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    held: list[Appointment] = []

    def write(place: Place) -> Appointment:
        hold = new_appointment(place, AppointmentState.HELD, actor=actor, now=now)
        hold.hold_ends_at = offer.expires_at
        # The mail belongs to the visit; a held time itself is nobody's news.
        hold.change_seq = hold.reconciled_seq = 0
        session.add(hold)
        held.append(hold)
        return hold

    take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    session.flush()
    return held[0]


def take_kept_time(
    session: Session, *, appointment_id: int, held_uid: str, rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    """Move a visit to one of the times kept for it; the others are free again and its call is settled.

    Raises ``NotFound``, :class:`TimesEnded` when they ran out, one was taken or the visit changed, and what
    ``reschedule`` raises.
    """
    answer_uid = session.scalars(
        select(HitAnswer.uid)
        .join(TimesOffer, TimesOffer.answer_id == HitAnswer.id)
        .join(HeldTime, HeldTime.offer_id == TimesOffer.id)
        .where(HeldTime.uid == held_uid, TimesOffer.appointment_id == appointment_id)
    ).one_or_none()
    if answer_uid is None:
        raise NotFound("This time was never kept for this appointment.")
    answer, appointment = _lock_kept(session, answer_uid, held_uid, now=now)
    held = session.scalars(select(HeldTime).where(HeldTime.uid == held_uid)).one()
    wish = _wish(session, held)
    end_times(session, answer, TimesEnd.TAKEN, actor=actor, now=now)
    act = session.get_one(GroundAct, answer.act_id)
    # The practice's notice for clients does not bind a time that the practice itself proposed.
    reschedule(session, appointment_uid=appointment.uid, wish=wish, act_id=act.uid, rules=rules, actor=SYSTEM, now=now)
    answer.outcome, answer.decided_at = CallEnd.MOVED, now
    session.flush()
    mark_unreconciled(session, [appointment.id])
    record(session, Event("ground.time_taken", "appointment", appointment.uid, actor, now))
    return appointment


def _lock_kept(session: Session, answer_uid: str, held_uid: str, *, now: datetime) -> tuple[HitAnswer, Appointment]:
    try:
        answer, appointment = lock_open_call(session, answer_uid)
    except Conflict as settled:
        raise TimesEnded from settled
    kept = list_kept_times(session, [appointment.id], now=now).get(appointment.id)
    if kept is None or held_uid not in {time.uid for time in kept.times}:
        raise TimesEnded
    return answer, appointment


def _wish(session: Session, held: HeldTime) -> MoveWish:
    set_up = read_set_up(session)
    room = None if held.room_id is None else set_up.rooms[held.room_id].uid
    is_second = to_local(held.starts_at, held.zone).fold
    return MoveWish(
        local_start=held.local_start.replace(fold=is_second),
        therapist=set_up.therapists[held.therapist_id].uid,
        room=room,
    )
