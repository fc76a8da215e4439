"""What texts of mails look like as JSON and as forms; shape only, the rules judge the words."""

from marshmallow import fields, validate

from practice.reminders.texts.rules import LONGEST
from practice.web.schemas import Instant, StrictSchema, WholeNumber

MOST_TYPED = 5_000
"""More than any text may have, so that the rules can say which one is too long."""


class TextFormSchema(StrictSchema):
    """The words of one text, with placeholders such as ``{{day}}``."""

    subject = fields.String(load_default="", validate=validate.Length(max=MOST_TYPED))
    lead = fields.String(load_default="", validate=validate.Length(max=MOST_TYPED))
    foot = fields.String(load_default="", validate=validate.Length(max=MOST_TYPED))


class BringBackSchema(StrictSchema):
    """Which edition is used again."""

    number = WholeNumber(1, 1_000_000, required=True)


class TextSchema(StrictSchema):
    """One text in one language; ``version`` counts its editions, 0 is the standard one."""

    name = fields.String(dump_only=True)
    language = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)
    is_standard = fields.Boolean(dump_only=True)
    subject = fields.String(metadata={"maxLength": LONGEST["subject"]})
    lead = fields.String(metadata={"maxLength": LONGEST["lead"]})
    foot = fields.String(metadata={"maxLength": LONGEST["foot"]})
    placeholders = fields.List(fields.String(), dump_only=True)


class EditionSchema(StrictSchema):
    """One edition of a text."""

    number = fields.Integer(dump_only=True)
    is_standard = fields.Boolean(dump_only=True)
    subject = fields.String(dump_only=True)
    lead = fields.String(dump_only=True)
    foot = fields.String(dump_only=True)
    created_at = Instant(dump_only=True)
    created_by = fields.String(dump_only=True, allow_none=True)


class TextPreviewSchema(StrictSchema):
    """A mail with these words, about a made-up visit."""

    subject = fields.String(dump_only=True)
    text = fields.String(dump_only=True)
    html = fields.String(dump_only=True)
