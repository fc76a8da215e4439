"""Refusals about the people treated; each names the field to correct and an act that leads out."""

from practice.core.errors import Conflict, RuleViolation, WayOut


def correct(field: str, label: str) -> tuple[WayOut, ...]:
    """Return the way out of a value that was typed wrong: the same form with that field in focus."""
    return (WayOut("correct", label, {"field": field}),)


class NoWayToReach(RuleViolation):
    """Nothing on the record says how to reach the client."""

    code = "no_way_to_reach"
    title = "How can we reach this client?"


class InvalidContact(RuleViolation):
    """An address or number is not one that could exist."""

    code = "invalid_contact"
    title = "That address or number cannot be right"


class InvalidBirthDate(RuleViolation):
    """A birth date lies in the future or beyond any human age."""

    code = "invalid_birth_date"
    title = "That birth date cannot be right"


class InvalidRelation(RuleViolation):
    """A relation names nobody, the client herself, or ends before it starts."""

    code = "invalid_relation"
    title = "That relation cannot be right"


class NobodyForMessages(RuleViolation):
    """Messages are to go to a relation, and there is none who gets them."""

    code = "nobody_for_messages"
    title = "Nobody gets the messages"


class ConsentTextChanged(RuleViolation):
    """The sentence that was read aloud is no longer the one in force."""

    code = "consent_text_changed"
    title = "The sentence has changed"


class RecordFull(RuleViolation):
    """A record holds as many parts of a kind as it may."""

    code = "record_full"
    title = "The record is full"


class ContradictoryPreference(RuleViolation):
    """Two wishes cannot both be met."""

    code = "contradictory_preference"
    title = "These wishes contradict each other"


class AlreadyKeptApart(Conflict):
    """The pair is noted already."""

    code = "already_kept_apart"
    title = "Kept apart already"
