"""Limits, where services are given and how far places lie apart, over JSON."""

from dataclasses import replace

from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic import limits, queries
from practice.clinic.api import Body, Read, read_with_etag
from practice.clinic.details import details_of, fields_of
from practice.clinic.limit_models import BookingLimits
from practice.clinic.limits import LimitDetails, OwnLimits
from practice.clinic.limits_schemas import LimitsSchema, PlacesSchema, TherapistLimitsSchema, TravelSchema
from practice.clinic.models import Location, Service, Therapist
from practice.core.errors import require_version
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_limits", __name__, url_prefix="/api/v1", description="Limits and places")


@blueprint.route("/limits")
class Limits(MethodView):
    """What holds for everybody."""

    @blueprint.response(200, LimitsSchema)
    @requires("settings.read")
    def get(self) -> Read:
        """Read the limits."""
        return read_with_etag(_limits(limits.get_limits(session())))

    @blueprint.arguments(LimitsSchema)
    @blueprint.response(200, LimitsSchema)
    @requires("settings.manage")
    def patch(self, body: Body) -> Read:
        """Change some of them; what is booked stays."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            details = replace(details_of(LimitDetails, limits.get_limits(opened)), **body)
            row = limits.set_limits(opened, details=details, version=version, actor=current_actor(), now=now())
            return _limits(row)

        return read_with_etag(write(work))


@blueprint.route("/therapists/<uid:uid>/limits")
class LimitsOfOne(MethodView):
    """What holds for one therapist instead."""

    @blueprint.response(200, TherapistLimitsSchema)
    @requires("settings.read")
    def get(self, uid: str) -> Read:
        """Read a therapist's own limits."""
        return read_with_etag(_own(session(), queries.get_therapist(session(), uid)))

    @blueprint.arguments(TherapistLimitsSchema)
    @blueprint.response(200, TherapistLimitsSchema)
    @requires("settings.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Replace a therapist's own limits."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_therapist(opened, uid)
            limits.set_own_limits(
                opened, therapist=row, details=OwnLimits(**body), version=version, actor=current_actor(), now=now()
            )
            return _own(opened, row)

        return read_with_etag(write(work))


@blueprint.route("/services/<uid:uid>/locations")
class Places(MethodView):
    """Where a service is given."""

    @blueprint.response(200, PlacesSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """List the locations; none means all."""
        return read_with_etag(_places(session(), queries.get_service(session(), uid)))

    @blueprint.arguments(PlacesSchema)
    @blueprint.response(200, PlacesSchema)
    @requires("clinic.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Say where the service is given."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_service(opened, uid)
            location_ids = queries.ids_of(opened, Location, body["location_uids"])
            limits.set_places(
                opened, service=row, location_ids=location_ids, version=version, actor=current_actor(), now=now()
            )
            return _places(opened, row)

        return read_with_etag(write(work))


@blueprint.route("/locations/<uid:uid>/travel")
class Travel(MethodView):
    """How far other locations lie."""

    @blueprint.response(200, TravelSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """List the minutes to other locations that were noted."""
        return read_with_etag(_travel(session(), queries.get_location(session(), uid)))

    @blueprint.arguments(TravelSchema)
    @blueprint.response(200, TravelSchema)
    @requires("clinic.manage")
    def put(self, body: Body, uid: str) -> Read:
        """Note the minutes to other locations, the same both ways."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_location(opened, uid)
            require_version(row.version, version)
            others = queries.ids_of(opened, Location, [way["location_uid"] for way in body["ways"]])
            minutes = {other: way["minutes"] for other, way in zip(others, body["ways"], strict=True)}
            limits.set_travel(opened, location=row, minutes=minutes, actor=current_actor(), now=now())
            return _travel(opened, row)

        return read_with_etag(write(work))


def _limits(row: BookingLimits) -> Body:
    return {"uid": row.uid, "version": row.version} | fields_of(LimitDetails, row)


def _own(opened: Session, row: Therapist) -> Body:
    own = limits.own_limits(opened).get(row.id, OwnLimits())
    return fields_of(OwnLimits, own) | {"version": row.version}


def _places(opened: Session, row: Service) -> Body:
    given = limits.places_of_services(opened).get(row.id, set())
    uids = queries.uids_of(opened, Location, given)
    return {"version": row.version, "location_uids": [uids[each] for each in sorted(given)]}


def _travel(opened: Session, row: Location) -> Body:
    noted = {pair: minutes for pair, minutes in limits.travel_times(opened).items() if row.id in pair}
    uids = queries.uids_of(opened, Location, (each for pair in noted for each in pair))
    ways = [
        {"location_uid": uids[one if other == row.id else other], "minutes": minutes}
        for (one, other), minutes in sorted(noted.items())
    ]
    return {"version": row.version, "ways": ways}
