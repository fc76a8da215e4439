"""What the forms behind links send."""

import re
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from practice.core.local_time import read_local_text
from practice.web.schemas import UID_PATTERN, Day, StrictSchema, Uid

_CHOICE = re.compile(rf"(\d{{4}}-\d\d-\d\dT\d\d:\d\d(?:/2)?) ({UID_PATTERN})", re.ASCII)


class Choice(fields.Field[tuple[datetime, str]]):
    """An offered time as our own page wrote it: wall time and therapist."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[datetime, str]:  # noqa: ARG002  # their hook
        parts = _CHOICE.fullmatch(value) if isinstance(value, str) else None
        if parts is None:
            raise ValidationError("Choose one of the times shown.")
        try:
            return read_local_text(parts[1]), parts[2]
        except ValueError as impossible:
            raise ValidationError("Choose one of the times shown.") from impossible


class MoveSchema(StrictSchema):
    choice = Choice(required=True)


class CancelSchema(StrictSchema):
    reason = fields.String(validate=validate.OneOf(["ill", "not_said"]))


class FromSchema(StrictSchema):
    from_on = Day(data_key="from")


class TimeSchema(StrictSchema):
    time = Uid(required=True)
