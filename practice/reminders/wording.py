"""What a message says in one language, whichever it is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from practice.reminders.kinds import MessageKind
from practice.reminders.typography import typeset


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that a message says in one language; placeholders are those of ``rendering.Values``."""

    subjects: Mapping[MessageKind, str]
    leads: Mapping[MessageKind, str]
    tentative_lead: str
    tentative_form_lead: str
    greeting: str
    about_somebody: str
    day_and_time: str
    zone_note: str
    time_zone: str
    colon: str
    when: str
    was: str
    how_long: str
    minutes: str
    arrive_early: str
    with_whom: str
    where: str
    by_phone: str
    phone: str
    free_then_fee: str
    no_fee: str
    fee_now: str
    manage: str
    book_again: str
    why_you_get_this: str
    stop: str
    event_title: str
    answer: str
    answer_until: str
    why_offered: str
    stop_offers: str
    choice: str
    choose: str
    choose_until: str
    fill_in: str
    fill_in_else: str
    subjects_of_several: Mapping[MessageKind, str]
    subject_of_changes: str
    leads_of_several: Mapping[MessageKind, str]
    tentative_lead_of_several: str
    about_several: str
    free_then_fee_of_several: str
    no_fee_of_several: str

    def typeset_in(self, language: str) -> "Wording":
        """Return the same words, set as *language* is."""
        found: dict[str, Any] = {each.name: _typeset(getattr(self, each.name), language) for each in fields(self)}
        return replace(self, **found)


def _typeset(value: str | Mapping[MessageKind, str], language: str) -> str | dict[MessageKind, str]:
    if isinstance(value, str):
        return typeset(value, language)
    return {kind: typeset(text, language) for kind, text in value.items()}
