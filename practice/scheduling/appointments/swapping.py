"""Swapping two appointments' rooms, therapists or times: both or neither."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD
from practice.scheduling.appointments.history import Act, note, require_state, snapshot, tell_calendars
from practice.scheduling.appointments.rescheduling import IN_HOUSE, MOVABLE
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.frame import read_frame, read_set_up
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import forget_everybody, load, reread
from practice.scheduling.claiming.making import put, question_about, start_as_booked
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing import choose_place, explain_refusal, lockable_diaries, rooms_for, wanted_at
from practice.scheduling.claiming.rules import (
    ABOUT_THE_CLIENT,
    ABOUT_THE_START,
    ABOUT_THE_WORK,
    BookingRules,
    Verb,
)
from practice.scheduling.claiming.versions import require_ground
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import NothingToSwap
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment


class Swapped(StrEnum):
    """What two appointments exchange."""

    ROOMS = "rooms"
    THERAPISTS = "therapists"
    TIMES = "times"


_STATES = {Swapped.ROOMS: IN_HOUSE, Swapped.THERAPISTS: MOVABLE, Swapped.TIMES: OPEN}
_WAIVED = {
    Swapped.ROOMS: ABOUT_THE_START | ABOUT_THE_CLIENT | ABOUT_THE_WORK,
    Swapped.THERAPISTS: ABOUT_THE_START,
    Swapped.TIMES: frozenset[str](),
}
_FIELDS = {Swapped.ROOMS: "room_id", Swapped.THERAPISTS: "therapist_id", Swapped.TIMES: "local_start"}


def swap(
    session: Session,
    *,
    appointment_uid: str,
    other_uid: str,
    what: Swapped,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> tuple[Appointment, Appointment]:
    """Exchange rooms, therapists or times of two appointments in one act; swapped rooms are no news to clients.

    Raises ``NotFound``, ``WrongState``, :class:`NothingToSwap`, ``StaleVersion`` and what the rules refuse for
    either of the two; both then stay as they were.
    """
    pair = (load(session, appointment_uid), load(session, other_uid))
    for appointment in pair:
        require_state(appointment, _STATES[what], "swapped")
    _require_difference(*pair, what)
    placings = _placings(session, pair, what, override_reason, actor=actor, now=now)
    before = [snapshot(appointment) for appointment in pair]
    places = _exchange(session, pair, placings, what, judging=Judging(rules, actor, now))
    act_id = new_uid()
    for appointment, other, earlier, place in zip(pair, reversed(pair), before, places, strict=True):
        forget_everybody(session, appointment)
        act = Act(f"swap_{what}", act_id, override_reason, place.overridden, {"swapped_with": other.uid})
        note(session, appointment, act, earlier, actor=actor, now=now)
    return pair


def _require_difference(one: Appointment, other: Appointment, what: Swapped) -> None:
    field = _FIELDS[what]
    theirs = (getattr(one, field), getattr(other, field))
    if one.id == other.id or theirs[0] == theirs[1] or None in theirs:
        raise NothingToSwap(f"These two have no different {what} to swap.", ways_out=(RELOAD,))


def _placings(
    session: Session,
    pair: tuple[Appointment, Appointment],
    what: Swapped,
    override_reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> list[Placing]:
    set_up = read_set_up(session)
    placings: list[Placing] = []
    for appointment, other in zip(pair, reversed(pair), strict=True):
        start = start_as_booked(other if what is Swapped.TIMES else appointment)
        question = replace(
            question_about(appointment, actor=actor, now=now), first_on=start.date(), last_on=start.date()
        )
        if what is Swapped.THERAPISTS:
            question = replace(question, therapist_ids=(other.therapist_id,))
        room_id = other.room_id if what is Swapped.ROOMS else appointment.room_id
        placings.append(
            Placing(
                verb=Verb.SWAP,
                question=replace(question, room_id=room_id),
                facts=read_frame(session, question, set_up),
                local_start=start,
                client=appointment.client,
                moving=appointment,
                also_moving_id=other.id,
                waived=_WAIVED[what],
                override_reason=override_reason,
            )
        )
    return placings


def _exchange(
    session: Session,
    pair: tuple[Appointment, Appointment],
    placings: Sequence[Placing],
    what: Swapped,
    *,
    judging: Judging,
) -> list[Place]:
    diary_ids = lockable_diaries(placings[0]) | lockable_diaries(placings[1])
    places: list[Place] = []

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        for appointment in sorted(pair, key=lambda each: each.id):
            reread(session, appointment)
        wanted: list[Wanted] = []
        for appointment, placing in zip(pair, placings, strict=True):
            # What the first of the two takes is taken for the second.
            taken = [*occupied, *(each.as_occupied() for each in wanted)]
            knowing = judging.about(session, placing.question)
            place = choose_place(placing, taken, knowing, rooms_for(placing))
            if place is None:
                raise explain_refusal(session, placing, judging)
            places.append(place)
            _write(appointment, place, what)
            wanted += wanted_at(placing, place, appointment, taken)
        return wanted

    bumped = claim(
        session,
        diary_ids=diary_ids,
        around=[placing.around for placing in placings],
        decide=decide,
        now=judging.now,
        giving_back={appointment.id for appointment in pair},
    )
    require_ground(placings[0].facts.set_up, bumped)
    return places


def _write(appointment: Appointment, place: Place, what: Swapped) -> None:
    put(appointment, place)
    if what is Swapped.TIMES:
        appointment.confirmed_at = None
    if what is not Swapped.ROOMS:
        tell_calendars(appointment)
