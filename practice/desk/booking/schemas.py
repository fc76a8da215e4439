"""The booking form: strict, bounded, read once."""

from marshmallow import fields, validate

from practice.desk.booking.draft import NEW_CLIENT
from practice.desk.schemas import ChoiceField
from practice.scheduling.lifecycle import AppointmentState
from practice.web.schemas import UID_PATTERN, Day, Flag, LocalTime, StrictSchema, Text, Uid

OUTCOMES = (AppointmentState.COMPLETED, AppointmentState.NO_SHOW)


class BookingSchema(StrictSchema):
    """The booking panel's form, however little of it is filled in; ``start`` and ``room`` come from the grid."""

    location = Uid()
    client = fields.String(validate=validate.Regexp(f"({NEW_CLIENT}|{UID_PATTERN})\\Z"))
    typed = Text(longest=120)
    first_name = Text(longest=80)
    last_name = Text(longest=80)
    phone = Text(longest=40)
    email = Text(longest=254)
    may_mail = Flag()
    service = Uid()
    therapist = Uid()
    follow = Uid()
    choice = ChoiceField()
    proposed = ChoiceField()
    hold = Uid()
    let_go = Uid()
    held_for = Text(longest=250)
    from_on = Day()
    other_on = Day()
    other_at = fields.Time(format="%H:%M")
    more = Flag()
    tentative_reason = Text(longest=40)
    override_reason = Text(longest=300)
    desk_note = Text(longest=1000, multiline=True)
    outcome = fields.String(validate=validate.OneOf([outcome.value for outcome in OUTCOMES]))
    past_reason = Text(longest=300)
    take_other = Flag()
    start = LocalTime()
    room = Uid()
