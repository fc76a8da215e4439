"""What the forms of several rooms share: a time as one value, and the state that the desk has seen."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from practice.desk.choice import Choice, read_choice
from practice.web.schemas import StrictSchema, WholeNumber


class ChoiceField(fields.Field[Choice]):
    """A time with its therapist and room, as a button of ours wrote it."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  # their hook
        data: Mapping[str, Any] | None,  # noqa: ARG002  # their hook
        **_kwargs: Any,
    ) -> Any:
        try:
            return read_choice(str(value))
        except ValueError as foreign:
            raise ValidationError("Choose one of the times shown.") from foreign


class VersionSchema(StrictSchema):
    """An act that needs to know only which state the desk has seen."""

    version = WholeNumber(1, 2**31 - 1)
