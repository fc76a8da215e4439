"""Booking: from a time, from a hold, for somebody at the door, and what happened without us."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import DiaryKind
from practice.core.actor import Actor
from practice.core.intervals import Interval
from practice.scheduling.appointments.changing import change
from practice.scheduling.appointments.history import Act, note, require_state, step
from practice.scheduling.appointments.holding import load_hold, require_live_hold, reread_hold
from practice.scheduling.appointments.standing_again import Again, require_standing
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.diaries import by_diary, diaries_of, diary_facts
from practice.scheduling.claiming.frame import read_client_and_set_up
from practice.scheduling.claiming.informing import Judging, inform
from practice.scheduling.claiming.making import new_appointment, placing_of, stand_as_judged
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.reach import known_around
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, BookingRules, Verb, Verdict, judge
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import ReasonNeeded, refused
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question
from practice.scheduling.wishes import BookingDetails, PlaceWish, TimeWish

State = AppointmentState

PLAIN = BookingDetails()

TENTATIVE_REASONS = {
    "forms_needed": "Forms needed",
    "clearance_needed": "A document is awaited",
    "therapist_to_confirm": "The therapist must agree",
    "client_to_confirm": "The client must agree",
    "other": "Other",
}

ABOUT_THE_MOMENT = frozenset({"off_grid", "notice", "past"})
"""Rules that say nothing about somebody who already stands at the desk."""


def book_time(
    session: Session,
    *,
    wish: TimeWish,
    client_uid: str,
    details: BookingDetails = PLAIN,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Book a time for a client; what the wish leaves open is chosen and claimed in the same transaction.

    Raises ``NotFound`` and what :func:`practice.scheduling.claiming.placing.take_place` raises.
    """
    placing = placing_of(
        session,
        Verb.BOOK,
        wish,
        wish.local_start,
        client_uid=client_uid,
        override_reason=details.override_reason,
        actor=actor,
        now=now,
    )
    return _book(session, placing, details, rules=rules, actor=actor, now=now)


def walk_in(
    session: Session,
    *,
    wish: PlaceWish,
    client_uid: str,
    details: BookingDetails = PLAIN,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Book from now on for a client who is here, and mark the arrival, in one act.

    Raises what :func:`book_time` raises.
    """
    placing = placing_of(
        session,
        Verb.WALK_IN,
        wish,
        None,
        client_uid=client_uid,
        override_reason=details.override_reason,
        actor=actor,
        now=now,
    )
    placing = replace(placing, waived=ABOUT_THE_MOMENT)
    return _book(session, placing, details, has_arrived=True, rules=rules, actor=actor, now=now)


def _book(
    session: Session,
    placing: Placing,
    details: BookingDetails,
    *,
    has_arrived: bool = False,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    state = first_state(details)
    booked: list[Appointment] = []

    def write(place: Place) -> Appointment:
        appointment = new_appointment(place, state, client=placing.client, actor=actor, now=now)
        describe(appointment, details)
        if has_arrived:
            step(appointment, State.ARRIVED, "marked as arrived")
            appointment.arrived_at = now
        session.add(appointment)
        booked.append(appointment)
        return appointment

    place = take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    (appointment,) = booked
    act = Act(placing.verb, reason=details.override_reason, overridden=place.overridden)
    note(session, appointment, act, None, actor=actor, now=now)
    return appointment


def first_state(details: BookingDetails) -> State:
    """Return the state in which a booking begins; raises :class:`ReasonNeeded` for an unknown tentative reason."""
    if details.tentative_reason is None:
        return State.BOOKED
    _require_tentative_reason(details.tentative_reason)
    return State.TENTATIVE


def describe(appointment: Appointment, details: BookingDetails) -> None:
    """Write down what is said with a booking besides its time."""
    appointment.tentative_reason = details.tentative_reason or appointment.tentative_reason
    appointment.desk_note = details.desk_note
    appointment.tell_client = details.tell_client
    appointment.series_id, appointment.link_id = details.series_id, details.link_id


def _require_tentative_reason(reason: str) -> None:
    if reason not in TENTATIVE_REASONS:
        raise ReasonNeeded("Say what is still missing for a firm booking.")


def book_held(
    session: Session,
    *,
    hold_uid: str,
    client_uid: str,
    details: BookingDetails = PLAIN,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Book the time of a hold for a client; the time itself was judged when it was held.

    Raises :class:`HoldExpired`, ``TimeTaken`` when the client is elsewhere then, and what the rules refuse.
    """
    client, set_up = read_client_and_set_up(session, client_uid)
    hold = require_live_hold(load_hold(session, hold_uid, actor=actor), now=now)
    state = first_state(details)
    request = _about_hold(hold, client, actor=actor, now=now)
    lies_on = diaries_of(hold)
    overridden: list[str] = []

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        reread_hold(session, hold, now=now)
        facts = BookingFacts(diary_facts(DiaryFacts(set_up), by_diary(occupied), client))
        knowing = inform(session, rules, request.question)
        verdict = _allowed(knowing, request, facts, details)
        overridden.extend(refusal.code for refusal in verdict.refusals)
        become_booking(hold, client, state, actor=actor, now=now)
        stand_as_judged(hold, verdict.notices)
        describe(hold, details)
        return [Wanted(hold, client.time_diary_id, DiaryKind.CLIENT)]

    claim(
        session,
        diary_ids=lies_on | {client.time_diary_id, *set_up.wishes_of(client.id).apart},
        around=(known_around(request.question, set_up, Interval(hold.starts_at, hold.ends_at)),),
        decide=decide,
        now=now,
        touching=lies_on,
    )
    act = Act(Verb.BOOK, reason=details.override_reason, overridden=overridden)
    note(session, hold, act, None, actor=actor, now=now)
    return hold


def become_booking(hold: Appointment, client: Client, state: State, *, actor: Actor, now: datetime) -> None:
    """Let a held time be a client's appointment from now on; the caller claims the client's diary."""
    hold.client_id = client.id
    hold.state, hold.hold_ends_at, hold.held_by_id = state, None, None
    hold.created_by_id, hold.created_at, hold.change_seq = actor.user_id, now, 1


def _allowed(rules: BookingRules, request: BookingRequest, facts: BookingFacts, details: BookingDetails) -> Verdict:
    """Return what the rules say when the reason given overrides what refuses; raises what refuses all the same."""
    verdict = judge(rules, request, facts)
    if standing := verdict.standing(is_overridden=request.actor.is_staff and bool(details.override_reason)):
        raise refused(standing)
    return verdict


def _about_hold(hold: Appointment, client: Client, *, actor: Actor, now: datetime) -> BookingRequest:
    question = Question(
        service_id=hold.service_id,
        location_id=hold.location_id,
        first_on=hold.local_start.date(),
        last_on=hold.local_start.date(),
        asked_at=now,
        therapist_ids=(hold.therapist_id,),
        room_id=hold.room_id,
        client_id=client.id,
    )
    return BookingRequest(
        verb=Verb.BOOK,
        actor=actor,
        asked_at=now,
        question=question,
        local_start=hold.local_start,
        client_id=client.id,
        has_time=True,
    )


def settle(
    session: Session,
    *,
    appointment_uid: str,
    version: int | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Make a tentative booking firm: what was missing is there.

    Raises ``WrongState``, ``StaleVersion``, and ``BookingRefused`` while the rules about the client miss something.
    """

    def alter(appointment: Appointment) -> None:
        require_state(appointment, frozenset({State.TENTATIVE}), "made firm")
        require_standing(session, appointment, Again(Verb.SETTLE, Judging(rules, actor, now)))
        step(appointment, State.BOOKED, "made firm")
        appointment.tentative_reason = None

    return change(session, appointment_uid, "settle", alter, version=version, actor=actor, now=now)


def make_tentative(
    session: Session, *, appointment_uid: str, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Keep a booking only tentatively, for one of :data:`TENTATIVE_REASONS`.

    Raises :class:`ReasonNeeded`, ``WrongState`` and ``StaleVersion``.
    """
    _require_tentative_reason(reason)

    def alter(appointment: Appointment) -> None:
        step(appointment, State.TENTATIVE, "made tentative")
        appointment.tentative_reason = reason

    return change(session, appointment_uid, "make_tentative", alter, version=version, actor=actor, now=now)
