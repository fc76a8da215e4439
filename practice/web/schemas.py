"""Shapes that every feature's schemas are made of: strict, bounded, cleaned once."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from practice.core.text import clean_text

UID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MAX_ID = 2**31 - 1

_EARLIEST, _LATEST = date(1890, 1, 1), date(2200, 1, 1)


class StrictSchema(Schema):
    """Refuses what it does not know, so that no field can be smuggled in."""

    class Meta:
        """Marshmallow reads its options here."""

        unknown = RAISE


class Text(fields.String):
    """Cleaned text of bounded length; ``multiline`` allows line breaks."""

    def __init__(self, *, longest: int, shortest: int = 0, multiline: bool = False, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **kwargs)
        self._multiline = multiline

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        raw = super()._deserialize(value, attr, data, **kwargs)
        try:
            return clean_text(raw, multiline=self._multiline)
        except ValueError as unclean:
            raise ValidationError(str(unclean)) from unclean


class Uid(fields.String):
    """The public identifier of something that exists elsewhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Regexp(f"{UID_PATTERN}\\Z", error="Give the identifier as it was returned by this API."),
            **kwargs,
        )


class WholeNumber(fields.Integer):
    """An integer within bounds; JSON text, fractions and booleans are refused (see :func:`from_text`)."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=low, max=high), **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Flag(fields.Boolean):
    """True or false, nothing that merely looks like it (see :func:`from_text`)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:  # noqa: ARG002  # their hook
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


_WORDS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}


def from_text(field: fields.Field[Any] | None, value: str) -> Any:
    """Return a form's or query's text as the type that *field* reads, or the text itself if it does not fit."""
    if isinstance(field, fields.List):
        return from_text(field.inner, value)
    if isinstance(field, fields.Integer) and re.fullmatch(r"-?[0-9]{1,18}", value.strip(), re.ASCII):
        return int(value)
    if isinstance(field, fields.Boolean):
        return _WORDS.get(value.lower(), value)
    return value


class Day(fields.Date):
    """A date, ``YYYY-MM-DD``, within reason."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", validate=validate.Range(min=_EARLIEST, max=_LATEST), **kwargs)


class Instant(fields.AwareDateTime):
    """An instant with its offset, ``2026-11-24T14:00:00Z``; given back in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        instant = super()._deserialize(value, attr, data, **kwargs)
        _require_reasonable(instant.date())
        return instant.astimezone(UTC)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # their hook
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class LocalTime(fields.NaiveDateTime):
    """A wall time without zone, ``2026-11-24T14:00``; the location's zone gives it meaning."""

    def __init__(self, **kwargs: Any) -> None:
        described = {"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$", **kwargs.pop("metadata", {})}
        super().__init__(format="%Y-%m-%dT%H:%M", metadata=described, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        local = super()._deserialize(value, attr, data, **kwargs)
        _require_reasonable(local.date())
        return local


def _require_reasonable(day: date) -> None:
    if not _EARLIEST <= day <= _LATEST:
        raise ValidationError("Give a date between 1890 and 2200.")


class WayOutSchema(Schema):
    """An act that leads out of a refusal."""

    act = fields.String(required=True)
    label = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String())


class RefusalSchema(Schema):
    """One reason of a refusal."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    until = fields.String(allow_none=True)
    overridable = fields.Boolean()
    ways_out = fields.List(fields.Nested(WayOutSchema))


class InputErrorSchema(Schema):
    """One field that was not accepted."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details with our members."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    refusals = fields.List(fields.Nested(RefusalSchema))
    errors = fields.List(fields.Nested(InputErrorSchema))
    context = fields.Dict()
