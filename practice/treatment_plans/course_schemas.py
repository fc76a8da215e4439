"""What the planner reads and shows over JSON: wishes, proposals and the course that was chosen; days and names only."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.appointments.schemas import one_of
from practice.scheduling.free_time.schemas import NamedSchema
from practice.treatment_plans.course import With
from practice.web.schemas import Day, LocalTime, StrictSchema, Text, Uid, WholeNumber

MOST_VISITS = 40
MOST_FEATURES = 20

_CLOCK = validate.Regexp(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Give a time as 09:00.")


class PlaceInputSchema(StrictSchema):
    """Where, what the room needs, and from which day on."""

    location_uid = Uid()
    room_needs = fields.List(Text(longest=40), validate=validate.Length(max=MOST_FEATURES), load_default=list)
    earliest = Day()


class WishesInputSchema(PlaceInputSchema):
    """What suits the client; everything may be left open. Monday is 0, hours are wall times."""

    therapist = one_of(With)
    therapist_uid = Uid()
    weekdays = fields.List(WholeNumber(0, 6), validate=validate.Length(max=7), load_default=list)
    begins = fields.String(validate=_CLOCK)
    ends = fields.String(validate=_CLOCK)

    @validates_schema
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse hours that end before they begin."""
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            raise ValidationError("Give an end after the beginning.", "ends")


class CourseVisitSchema(StrictSchema):
    """Where the visit of one session lies."""

    number = fields.Integer(required=True)
    local_start = LocalTime(required=True)
    therapist = fields.Nested(NamedSchema, required=True)


class CourseProposalSchema(StrictSchema):
    """One course: its visits, what speaks for and against it, and what it changes of what is booked."""

    title = fields.String(required=True)
    visits = fields.List(fields.Nested(CourseVisitSchema), required=True)
    reasons = fields.List(fields.String(), required=True)
    changes = fields.List(fields.String(), required=True)
    tentative_from = fields.Integer(required=True, allow_none=True)


class CourseProposalsSchema(StrictSchema):
    """Three courses at most, or in ``stuck`` what stops every course; ``seen`` goes along when one is booked."""

    proposals = fields.List(fields.Nested(CourseProposalSchema), required=True)
    stuck = fields.String(required=True, allow_none=True)
    seen = fields.String(required=True)
    to_place = fields.Integer(required=True)
    unbooked = fields.Integer(required=True)


class ChosenVisitSchema(StrictSchema):
    """Where the visit of one session is to lie."""

    number = WholeNumber(1, 999, required=True)
    local_start = LocalTime(required=True)
    therapist_uid = Uid(required=True)


class ChosenInputSchema(PlaceInputSchema):
    """The course that was chosen: one visit for each session that is still to come, as it was proposed."""

    visits = fields.List(
        fields.Nested(ChosenVisitSchema), validate=validate.Length(min=1, max=MOST_VISITS), required=True
    )
    seen = Text(longest=16, shortest=1, required=True)


class BookedCourseSchema(StrictSchema):
    """How many visits were booked or moved; one mail tells all of them."""

    changed = fields.Integer(required=True)
    appointment_uids = fields.List(fields.String(), required=True)
