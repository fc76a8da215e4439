"""Series over JSON: look at one first, book it, read it, and act on several of its visits at once."""

from functools import partial

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.core.actor import Actor
from practice.core.errors import RELOAD
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy
from practice.scheduling.appointments.forms import (
    booking_details,
    booking_rules,
    local_start_of,
    require_own_appointment,
    require_own_diary,
    time_wish,
)
from practice.scheduling.appointments.shown import show_appointment
from practice.scheduling.claiming.loading import load, load_all
from practice.scheduling.models import Appointment
from practice.scheduling.ownership import require_own_client
from practice.scheduling.series.booking import book_series, preview_series
from practice.scheduling.series.editing import Scope, cancel_series, move_series
from practice.scheduling.series.errors import NotInSeries
from practice.scheduling.series.ownership import require_own_series
from practice.scheduling.series.planning import OtherPlace, SeriesWish
from practice.scheduling.series.queries import find_series, list_visits
from practice.scheduling.series.rule import Instead, Recurrence, Unit
from practice.scheduling.series.schemas import (
    ActedOnSchema,
    Body,
    BookedSeriesSchema,
    NewSeriesSchema,
    PreviewSchema,
    SeriesCancellationSchema,
    SeriesMoveSchema,
    SeriesWishSchema,
)
from practice.scheduling.series.shown import Shown, show_preview, show_series
from practice.scheduling.wishes import MoveWish
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_series", __name__, url_prefix="/api/v1", description="Series of appointments")


@blueprint.route("/series")
class AllSeries(MethodView):
    """Several appointments booked as one act."""

    @blueprint.arguments(NewSeriesSchema)
    @blueprint.response(201, BookedSeriesSchema)
    @requires("appointment.book")
    def post(self, body: Body) -> Response:
        """Book every visit of a series, or none; a refusal names each visit that does not fit."""

        def work(opened: Session) -> Answer:
            actor = current_actor()
            _require_own(opened, body, actor)
            booked = book_series(
                opened,
                wish=series_wish(body),
                client_uid=body["client_uid"],
                details=booking_details(body),
                rules=booking_rules(),
                actor=actor,
                now=now(),
            )
            opened.flush()
            return Answer(201, BookedSeriesSchema().dump(_shown(opened, str(booked[0].series_id), actor)))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/series/previews")
class Previews(MethodView):
    """Looking before booking."""

    @blueprint.arguments(SeriesWishSchema)
    @blueprint.response(200, PreviewSchema)
    @requires("appointment.book")
    def post(self, body: Body) -> Shown:
        """Say of each visit whether it fits, why not, and what the nearest times are; nothing is written."""
        actor = current_actor()
        _require_own(session(), body, actor)
        seen = preview_series(
            session(),
            wish=series_wish(body),
            client_uid=body["client_uid"],
            override_reason=body["override_reason"],
            rules=booking_rules(),
            actor=actor,
            now=now(),
        )
        return show_preview(seen)


@blueprint.route("/appointments/<uid:uid>/series")
class SeriesOfOne(MethodView):
    """The series to which an appointment belongs."""

    @blueprint.response(200, BookedSeriesSchema)
    @requires("appointment.read")
    def get(self, uid: str) -> Shown:
        """Read the rule and the visits, a therapist only those on the own diary."""
        actor = current_actor()
        require_own_appointment(session(), uid, actor, "appointment.read")
        return _shown(session(), _series_id(load(session(), uid)), actor)

    @blueprint.arguments(SeriesMoveSchema)
    @blueprint.response(200, ActedOnSchema)
    @requires("appointment.change")
    def patch(self, body: Body, uid: str) -> Shown:
        """Move this visit, this and those after it, or all, as this one is moved; every one of them or none."""
        wish = MoveWish(
            local_start=local_start_of(body) if "local_start" in body else None,
            therapist=body.get("therapist_uid"),
            room=body.get("room_uid"),
            any_therapist=body["any_therapist"],
        )
        verb = partial(move_series, wish=wish, override_reason=body["override_reason"], rules=booking_rules())

        def work(opened: Session) -> Shown:
            actor = current_actor()
            if wish.therapist or wish.any_therapist:
                require_own_diary(opened, wish.therapist, actor, "appointment.change")
            return _act(opened, uid, "appointment.change", partial(verb, scope=Scope(body["scope"]), version=version))

        version = if_match_version()
        return write(work)


@blueprint.route("/appointments/<uid:uid>/series/cancellation")
class SeriesCancellation(MethodView):
    """Calling off several visits."""

    @blueprint.arguments(SeriesCancellationSchema)
    @blueprint.response(200, ActedOnSchema)
    @requires("appointment.cancel")
    def post(self, body: Body, uid: str) -> Shown:
        """Cancel this visit, this and those after it, or all that are still to come."""
        scope = Scope(body.pop("scope"))
        verb = partial(cancel_series, scope=scope, calling_off=CallingOff(**{**body, "by": CancelledBy(body["by"])}))
        return write(lambda opened: _act(opened, uid, "appointment.cancel", verb))


def _act(opened: Session, uid: str, action: str, verb: "partial[list[Appointment]]") -> Shown:
    actor = current_actor()
    require_own_series(opened, uid, actor, action)
    acted = verb(opened, appointment_uid=uid, actor=actor, now=now())
    opened.flush()
    as_they_stand = load_all(opened, Appointment.id.in_([each.id for each in acted]))
    return {"appointments": [show_appointment(each, actor) for each in as_they_stand]}


def _shown(opened: Session, series_id: str, actor: Actor) -> Shown:
    visits = list_visits(opened, series_id)
    own_id = own_therapist_id(opened, actor, "appointment.read")
    if own_id is not None:
        visits = [each for each in visits if each.therapist_id == own_id]
    return show_series(series_id, find_series(opened, series_id), visits, actor)


def _series_id(appointment: Appointment) -> str:
    if appointment.series_id is None:
        raise NotInSeries("This visit belongs to no series.", ways_out=(RELOAD,))
    return appointment.series_id


def _require_own(opened: Session, body: Body, actor: Actor) -> None:
    require_own_client(opened, body["client_uid"], actor, "appointment.book")
    for named in (body, *body["instead"]):
        if named is body or "therapist_uid" in named:
            require_own_diary(opened, named.get("therapist_uid"), actor, "appointment.book")


def series_wish(body: Body) -> SeriesWish:
    """Return what is wanted; of two other places for one visit the last one counts."""
    rule = body["rule"]
    return SeriesWish(
        first=time_wish(body),
        rule=Recurrence(
            every=rule["every"],
            unit=Unit(rule["unit"]),
            weekdays=frozenset(rule["weekdays"]),
            count=rule["count"],
            until=rule["until"],
            on_closed=Instead(rule["on_closed"]),
            on_skipped_time=Instead(rule["on_skipped_time"]),
        ),
        instead={
            each["visit"]: OtherPlace(each["local_start"], each.get("therapist_uid"), each.get("room_uid"))
            for each in body["instead"]
        },
        left_out=frozenset(body["left_out"]),
    )
