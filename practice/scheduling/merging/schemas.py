"""What merging reads and shows as JSON; shape only."""

from marshmallow import Schema, fields

from practice.web.schemas import Instant, LocalTime, StrictSchema, Uid


class OtherRecordSchema(StrictSchema):
    """The record that is to be merged into the one that the address names."""

    client_uid = Uid(required=True)


class ComingVisitSchema(Schema):
    """A visit that is still to come."""

    uid = Uid()
    local_start = LocalTime()
    therapist = fields.String()


class SideSchema(Schema):
    """One of the two records."""

    uid = Uid()
    name = fields.String()
    coming = fields.List(fields.Nested(ComingVisitSchema))


class ClashSchema(Schema):
    """Two visits that exclude each other."""

    kept = fields.Nested(ComingVisitSchema)
    merged = fields.Nested(ComingVisitSchema)


class MergePreviewSchema(Schema):
    """What merging would do; clashes must be moved first."""

    kept = fields.Nested(SideSchema)
    merged = fields.Nested(SideSchema)
    clashes = fields.List(fields.Nested(ClashSchema))


class MergeSchema(Schema):
    """A merge that stands, or that was taken back."""

    uid = Uid()
    kept_uid = Uid()
    merged_uid = Uid()
    merged_name = fields.String()
    merged_at = Instant()
    undone_at = Instant(allow_none=True)
    may_be_undone = fields.Boolean()


class MergeListSchema(Schema):
    """The merges into one record, the newest first."""

    merges = fields.List(fields.Nested(MergeSchema))
