"""The calendar feed over JSON."""

from typing import Any

from flask import Response
from flask.views import MethodView

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.scheduling.calendar.feed import FeedQuery, read_feed
from practice.scheduling.calendar.feed_json import feed_json
from practice.scheduling.calendar.schemas import FeedQuerySchema, FeedSchema
from practice.web.api import ApiBlueprint
from practice.web.conditional import unless_known
from practice.web.database import now, session

blueprint = ApiBlueprint("api_calendar", __name__, url_prefix="/api/v1/diary", description="Calendar feed")


@blueprint.route("")
class DiaryFeed(MethodView):
    """Appointments and closed hours of some days."""

    @blueprint.arguments(FeedQuerySchema(), location="query")
    @blueprint.response(200, FeedSchema)
    @requires("calendar.read")
    def get(self, query: dict[str, Any]) -> Response:
        """Show the calendar by therapist or by room; the ETag changes when anything in it does."""
        asked = FeedQuery(
            first_on=query["first_on"],
            last_on=query["last_on"],
            by=query["by"],
            location_uid=query.get("location"),
            uids=tuple(query["column"]),
        )
        body = feed_json(read_feed(session(), asked, now=now()), actor=current_actor())
        return unless_known(Response(body, mimetype="application/json"))
