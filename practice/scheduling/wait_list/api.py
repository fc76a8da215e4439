"""The wait list over JSON: who waits, whom to phone about a gap, and the log of offers."""

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.queries import get_client
from practice.clinic.queries import get_service
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.appointments.schemas import AppointmentSchema
from practice.scheduling.appointments.shown import Shown, show_appointment
from practice.scheduling.claiming.loading import load
from practice.scheduling.wait_list import ending, entries, phoning, queries
from practice.scheduling.wait_list.forms import Body, call_about, entry_details
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.phoning import Gap
from practice.scheduling.wait_list.queries import MOST_LISTED, EntryQuery, OfferQuery, Page
from practice.scheduling.wait_list.schemas import (
    CallAboutSchema,
    CalledSchema,
    CallOutcomeSchema,
    EntryPageSchema,
    EntryQuerySchema,
    EntrySchema,
    GapQuerySchema,
    NewEntrySchema,
    OfferPageSchema,
    OfferQuerySchema,
    OfferSchema,
    WishedSchema,
)
from practice.scheduling.wait_list.shown import show_call, show_entry, show_offer
from practice.scheduling.wait_list.states import EntryState, OfferState
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_wait_list", __name__, url_prefix="/api/v1", description="Wait list and offers")

Read = tuple[Shown, int, dict[str, str]]


@blueprint.route("/wait-list")
class WaitList(MethodView):
    """Everybody who waits."""

    @blueprint.arguments(EntryQuerySchema, location="query")
    @blueprint.response(200, EntryPageSchema)
    @requires("wait_list.read")
    def get(self, query: Body) -> Shown:
        """List who waits, the most urgent first, then who asked first."""
        asked = EntryQuery(
            state=EntryState(query["state"]) if "state" in query else None,
            service_id=get_service(session(), query["service_uid"]).id if "service_uid" in query else None,
            client_id=get_client(session(), query["client_uid"]).id if "client_uid" in query else None,
        )
        found = queries.list_entries(session(), asked, _page(query))
        people = queries.therapist_names(session(), found)
        return {
            "entries": [show_entry(entry, people) for entry in found],
            "total": queries.count_entries(session(), asked),
        }

    @blueprint.arguments(NewEntrySchema)
    @blueprint.response(201, EntrySchema)
    @requires("wait_list.manage")
    def post(self, body: Body) -> Response:
        """Put a client on the list."""

        def work(opened: Session) -> Answer:
            entry = entries.add_entry(
                opened, client_uid=body["client_uid"], details=entry_details(body), actor=current_actor(), now=now()
            )
            return Answer(201, EntrySchema().dump(_entry(opened, entry.uid)), f"/api/v1/wait-list/{entry.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/wait-list/<uid:uid>")
class OneEntry(MethodView):
    """Somebody who waits."""

    @blueprint.response(200, EntrySchema)
    @requires("wait_list.read")
    def get(self, uid: str) -> Read:
        """Show what somebody waits for."""
        return _with_etag(_entry(session(), uid))

    @blueprint.arguments(WishedSchema)
    @blueprint.response(200, EntrySchema)
    @requires("wait_list.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Change what somebody waits for; the place in the order stays."""
        version = if_match_version()

        def work(opened: Session) -> Shown:
            entries.change_entry(
                opened,
                entry_uid=uid,
                details=entry_details(body),
                version=version,
                actor=current_actor(),
                now=now(),
            )
            return _entry(opened, uid)

        return _with_etag(write(work))

    @blueprint.response(204)
    @requires("wait_list.manage")
    def delete(self, uid: str) -> None:
        """Take somebody off the list; an offer under way ends with it."""
        write(lambda opened: entries.withdraw_entry(opened, entry_uid=uid, actor=current_actor(), now=now()))


@blueprint.route("/wait-list/calls")
class Calls(MethodView):
    """Whom to phone."""

    @blueprint.arguments(GapQuerySchema, location="query")
    @blueprint.response(200, CalledSchema(many=True))
    @requires("wait_list.read")
    def get(self, query: Body) -> list[Shown]:
        """List whom to phone about a gap, in order, with the first time in it that suits and the reasons."""
        gap = Gap(
            location=query.get("location_uid"),
            therapist=query.get("therapist_uid"),
            begins_at=query["begins_at"],
            ends_at=query["ends_at"],
        )
        return [show_call(row) for row in phoning.list_calls(session(), gap, now=now())]


@blueprint.route("/wait-list/<uid:uid>/calls")
class CallsOf(MethodView):
    """Calls that led to nothing."""

    @blueprint.arguments(CallOutcomeSchema)
    @blueprint.response(201, OfferSchema)
    @requires("wait_list.manage")
    def post(self, body: Body, uid: str) -> Response:
        """Note that somebody said no to a time on the telephone, or was not reached."""

        def work(opened: Session) -> Answer:
            noted = phoning.note_call(
                opened,
                entry_uid=uid,
                about=call_about(body),
                has_answered=body["outcome"] == "declined",
                actor=current_actor(),
                now=now(),
            )
            return Answer(201, OfferSchema().dump(_offer(opened, noted.entry_id)))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/wait-list/<uid:uid>/booking")
class BookingOf(MethodView):
    """A call that led to a booking."""

    @blueprint.arguments(CallAboutSchema)
    @blueprint.response(201, AppointmentSchema)
    @requires("wait_list.manage")
    def post(self, body: Body, uid: str) -> Response:
        """Book a time for somebody who said yes on the telephone."""

        def work(opened: Session) -> Answer:
            booked = phoning.book_waiting(
                opened,
                entry_uid=uid,
                about=call_about(body),
                rules=booking_rules(),
                actor=current_actor(),
                now=now(),
            )
            shown = AppointmentSchema().dump(_appointment(opened, booked.uid))
            return Answer(201, shown, f"/api/v1/appointments/{booked.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/offers")
class Offers(MethodView):
    """The log."""

    @blueprint.arguments(OfferQuerySchema, location="query")
    @blueprint.response(200, OfferPageSchema)
    @requires("wait_list.read")
    def get(self, query: Body) -> Shown:
        """List who was offered what, when and why, and how it ended; the newest first."""
        asked = OfferQuery(
            state=OfferState(query["state"]) if "state" in query else None,
            entry_id=queries.get_entry(session(), query["entry_uid"]).id if "entry_uid" in query else None,
            client_id=get_client(session(), query["client_uid"]).id if "client_uid" in query else None,
        )
        found = queries.list_offers(session(), asked, _page(query))
        return {"offers": [show_offer(offer) for offer in found], "total": queries.count_offers(session(), asked)}


@blueprint.route("/offers/<uid:uid>")
class OneOffer(MethodView):
    """One offer."""

    @blueprint.response(204)
    @requires("wait_list.manage")
    def delete(self, uid: str) -> None:
        """Take an offer back; its time is free again."""
        write(lambda opened: ending.withdraw_offer(opened, offer_uid=uid, actor=current_actor(), now=now()))


@blueprint.route("/offers/<uid:uid>/acceptance")
class Acceptance(MethodView):
    """A yes."""

    @blueprint.response(200, AppointmentSchema)
    @requires("wait_list.manage")
    def post(self, uid: str) -> Shown:
        """Book the offered time for a client who said yes to the desk."""

        def work(opened: Session) -> Shown:
            accepted = accept_offer(opened, offer_uid=uid, rules=booking_rules(), actor=current_actor(), now=now())
            return _appointment(opened, accepted.appointment.uid)

        return write(work)


@blueprint.route("/offers/<uid:uid>/refusal")
class OfferRefusal(MethodView):
    """A no."""

    @blueprint.response(204)
    @requires("wait_list.manage")
    def post(self, uid: str) -> None:
        """Note that a client said no to the desk; the time goes on to the next."""
        write(lambda opened: ending.decline_offer(opened, offer_uid=uid, actor=current_actor(), now=now()))


def _page(query: Body) -> Page:
    return Page((query["page"] - 1) * MOST_LISTED)


def _entry(opened: Session, uid: str) -> Shown:
    opened.flush()
    entry = queries.get_entry(opened, uid)
    return show_entry(entry, queries.therapist_names(opened, [entry]))


def _offer(opened: Session, entry_id: int) -> Shown:
    return show_offer(queries.list_offers(opened, OfferQuery(entry_id=entry_id), Page(limit=1))[0])


def _appointment(opened: Session, uid: str) -> Shown:
    opened.flush()
    return show_appointment(load(opened, uid), current_actor())


def _with_etag(shown: Shown) -> Read:
    return shown, 200, {"ETag": etag(shown["version"])}
