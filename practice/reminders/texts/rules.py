"""What a practice's own text must keep to, so that no mail can break or tell what a visit is for. Pure."""

import re

from practice.clinic.neutrality import telling_words
from practice.core.text import clean_text
from practice.reminders.texts.errors import (
    PlaceholderUnknown,
    TextBreaksHeader,
    TextMissing,
    TextNotNeutral,
    TextTooLong,
)
from practice.reminders.texts.names import Parts, TextName, fields_of, placeholders

LONGEST = {"subject": 120, "lead": 1000, "foot": 1000}
"""A subject is cut on phones long before; a mail of more than a screen is not read."""

_BRACED = re.compile(r"\{\{(.{0,60}?)\}\}", re.DOTALL)
_OPEN = re.compile(r"\{\{|\}\}")
_ADDRESS = re.compile(r"(?:https?:|www\.|\bmailto:)\S*", re.IGNORECASE)


def judge_text(name: TextName, parts: Parts) -> Parts:
    """Return *parts* cleaned; raises a :class:`TextRefused` that names the field and what is wrong with it.

    Neutrality: clinical.md 9. Logic-less placeholders from an allow-list: failures.md RM15 and C8.
    """
    known = fields_of(name)
    cleaned = Parts(*(_cleaned(field, getattr(parts, field)) if field in known else "" for field in LONGEST))
    _require_said(name, cleaned)
    for field in LONGEST:
        _judge(name, field, getattr(cleaned, field))
    return cleaned


def _cleaned(field: str, raw: str) -> str:
    if len(raw) > LONGEST[field]:
        raise TextTooLong(f"This is longer than {LONGEST[field]:,} characters. Shorten it.", field=field)
    try:
        return clean_text(raw, multiline=field != "subject")
    except ValueError as unclean:
        where = "in a subject, which is one line" if field == "subject" else "in a mail"
        raise TextBreaksHeader(f"{str(unclean).removesuffix(' here.')} {where}.", field=field) from unclean


def _require_said(name: TextName, parts: Parts) -> None:
    if "subject" in fields_of(name) and not parts.subject:
        raise TextMissing("A mail needs a subject. Write one, or go back to the standard text.", field="subject")
    if "lead" in fields_of(name) and not parts.lead:
        raise TextMissing("A mail needs words at its top. Write some, or go back to the standard text.", field="lead")


def _judge(name: TextName, field: str, text: str) -> None:
    known = placeholders(name)
    for asked in _BRACED.findall(text):
        if asked not in known:
            raise PlaceholderUnknown(
                f"There is no placeholder {{{{{asked}}}}} in this mail. "
                f"There are: {', '.join(f'{{{{{each}}}}}' for each in known)}.",
                field=field,
            )
    if _OPEN.search(_BRACED.sub("", text)):
        raise PlaceholderUnknown("Braces stand in pairs around a placeholder, as in {{day}}.", field=field)
    if telling := (*telling_words(text), *_ADDRESS.findall(text)):
        raise TextNotNeutral(
            f"Leave out “{telling[0]}”: a mail says neither what the visit is for nor where else to look, "
            "for it is read over shoulders.",
            field=field,
        )
