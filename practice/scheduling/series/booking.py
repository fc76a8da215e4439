"""Booking a series: looked at first if wanted, then every visit or none."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import PracticeError, Refusal, WayOut
from practice.core.events import Event, record
from practice.scheduling.appointments.booking import PLAIN, describe, first_state
from practice.scheduling.appointments.history import Act, note
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.making import new_appointment
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing_several import Explained, preview_places, take_places
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.models import Appointment
from practice.scheduling.series.conflicts import refuse_visits
from practice.scheduling.series.models import Series
from practice.scheduling.series.planning import Plan, SeriesWish, plan_series
from practice.scheduling.series.rule import LeftOut, Occurrence
from practice.scheduling.wishes import BookingDetails


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """One visit as it would be booked now: its place, or why it has none and the nearest times that fit."""

    occurrence: Occurrence
    place: Place | None
    refusals: tuple[Refusal, ...] = ()
    nearest: tuple[WayOut, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """What booking would do: nothing is kept for it, so that it may be refused a moment later."""

    zone: str
    visits: tuple[SeenVisit, ...]
    skipped: tuple[LeftOut, ...]
    left_out: tuple[Occurrence, ...]

    @property
    def unplaced(self) -> list[SeenVisit]:
        """Return the visits that do not fit."""
        return [visit for visit in self.visits if visit.place is None]


def preview_series(
    session: Session,
    *,
    wish: SeriesWish,
    client_uid: str | None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> SeriesPreview:
    """Return each visit of a series and whether it fits, for nobody in particular without a client; writes nothing.

    Raises ``NotFound``, ``LocationNeeded`` and ``ImpossibleSeries``.
    """
    plan = plan_series(session, wish, client_uid=client_uid, override_reason=override_reason, actor=actor, now=now)
    places, why = preview_places(session, plan.placings, Judging(rules, actor, now))
    seen = [
        SeenVisit(visit, place, why[index].refusals, why[index].nearest) if index in why else SeenVisit(visit, place)
        for index, (visit, place) in enumerate(zip(plan.visits, places, strict=True))
    ]
    omitted = tuple(visit for visit in plan.expansion.visits if visit.number in wish.left_out)
    return SeriesPreview(plan.zone, tuple(seen), plan.expansion.left_out, omitted)


def book_series(
    session: Session,
    *,
    wish: SeriesWish,
    client_uid: str,
    details: BookingDetails = PLAIN,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Book every visit of a series, or none: each an appointment of its own that carries the series' uid.

    One lock, one look and one write for all of them. Raises ``SeriesConflict`` or ``SeriesRefused`` naming each
    visit that does not fit with the nearest times that do, ``ReasonNeeded``, and what :func:`preview_series` raises.
    """
    reason = details.override_reason
    state = first_state(details)
    plan = plan_series(session, wish, client_uid=client_uid, override_reason=reason, actor=actor, now=now)
    series = _series(plan, actor=actor, now=now)
    booked: list[Appointment] = []

    def write(index: int, place: Place) -> Appointment:
        appointment = new_appointment(place, state, client=plan.placings[index].client, actor=actor, now=now)
        describe(appointment, details)
        appointment.series_id = series.uid
        booked.append(appointment)
        session.add(appointment)
        return appointment

    def refuse(why: Explained) -> PracticeError:
        return refuse_visits({plan.visits[index].number: (plan.placings[index], each) for index, each in why.items()})

    session.add(series)
    placed = take_places(session, plan.placings, write=write, refuse=refuse, judging=Judging(rules, actor, now))
    for appointment, place in zip(booked, placed, strict=True):
        act = Act(Verb.BOOK, series.uid, reason, place.overridden)
        note(session, appointment, act, None, actor=actor, now=now)
    record(session, Event("series.book", "series", series.uid, actor, now, {"visits": len(booked)}))
    return booked


def _series(plan: Plan, *, actor: Actor, now: datetime) -> Series:
    rule, (first, *_) = plan.wish.rule, plan.placings
    return Series(
        uid=new_uid(),
        client_id=_client_id(first),
        local_start=plan.wish.first.local_start,
        zone=plan.zone,
        every=rule.every,
        unit=str(rule.unit),
        weekdays=sorted(rule.weekdays),
        count=rule.count,
        until=rule.until,
        on_closed=str(rule.on_closed),
        on_skipped_time=str(rule.on_skipped_time),
        created_at=now,
        created_by_id=actor.user_id,
    )


def _client_id(placing: Placing) -> int | None:
    return None if placing.client is None else placing.client.id
