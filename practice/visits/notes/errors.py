"""Refusals of the note: each names what to do, and nothing that was typed is lost by any of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from practice.core.errors import RELOAD, Conflict, RuleViolation, StaleVersion, WayOut
from practice.visits.body_map import REGIONS
from practice.visits.errors import correct
from practice.visits.notes.content import TITLES

_DEVIATION = correct("deviation", "Sign as a deviation, with the reason")


def _to_visit(appointment_uid: str, label: str) -> WayOut:
    return WayOut("open_visit", label, {"appointment": appointment_uid})


class DraftChanged(StaleVersion):
    """Somebody else saved the draft since it was read; says in which parts."""

    code = "draft_changed"
    title = "Somebody else wrote in this note"

    def __init__(self, version: int, changed: Sequence[str], saved_at: datetime | None) -> None:
        parts = ", ".join(TITLES[name] for name in changed)
        super().__init__(
            f"Somebody else wrote in this note meanwhile: {parts}. What you typed is still here."
            if parts
            else "Somebody else wrote in this note meanwhile. What you typed is still here.",
            ways_out=(RELOAD,),
            context=_context(version, changed, saved_at),
        )


def _context(version: int, changed: Sequence[str], saved_at: datetime | None) -> Mapping[str, object]:
    at = None if saved_at is None else saved_at.isoformat(timespec="seconds")
    return {"current_version": version, "changed": list(changed), "saved_at": at}


class NoteSigned(Conflict):
    """The note is signed; it can only be added to."""

    code = "note_signed"
    title = "Signed already"

    def __init__(self) -> None:
        super().__init__(
            "This note is signed and stays as it is. Write an addendum instead.",
            ways_out=(*correct("addendum", "Write an addendum"), RELOAD),
        )


class NoteInError(Conflict):
    """The note was marked as entered in error."""

    code = "note_in_error"
    title = "Marked as an error"

    def __init__(self) -> None:
        super().__init__("This note was marked as entered in error and stays as it is.", ways_out=(RELOAD,))


class NoteEmpty(RuleViolation):
    """Nothing was written, so there is nothing to sign."""

    code = "note_empty"
    title = "Nothing to sign yet"

    def __init__(self) -> None:
        super().__init__("Nothing is written in this note yet.", ways_out=correct("subjective", "Write the note"))


class NoEarlierNote(RuleViolation):
    """The client has no signed note of another visit."""

    code = "no_earlier_note"
    title = "No earlier note"

    def __init__(self) -> None:
        super().__init__(
            "There is no earlier note of this client to copy from.", ways_out=correct("subjective", "Write the note")
        )


class VisitNotOver(RuleViolation):
    """A note is signed after the actual end of the treatment."""

    code = "visit_not_over"
    title = "The visit is not over"

    def __init__(self, appointment_uid: str) -> None:
        super().__init__(
            "A note is signed after the treatment has ended. End the visit first; the note is kept.",
            ways_out=(_to_visit(appointment_uid, "End the visit"), RELOAD),
        )


class VisitNotHeld(RuleViolation):
    """The visit did not take place, or not with this client: its time was given to somebody else."""

    code = "visit_not_held"
    title = "This visit did not take place"

    def __init__(self, appointment_uid: str) -> None:
        super().__init__(
            "The visit was cancelled, missed, given away or entered in error, so no note of a treatment can be signed.",
            ways_out=(_to_visit(appointment_uid, "Open the appointment"),),
        )


class NotTheTherapist(RuleViolation):
    """Only who treated signs; others can co-sign."""

    code = "not_the_therapist"
    title = "Somebody else treated"

    def __init__(self, appointment_uid: str) -> None:
        super().__init__(
            "Whoever treated the client signs the note. You can co-sign it afterwards.",
            ways_out=(_to_visit(appointment_uid, "Open the appointment"), RELOAD),
        )


class NotTheAuthor(RuleViolation):
    """Only who signed a note says that it is an error."""

    code = "not_the_author"
    title = "Somebody else signed this"

    def __init__(self) -> None:
        super().__init__(
            "Only whoever signed a note marks it as an error. You can write an addendum that says what is wrong.",
            ways_out=(*correct("addendum", "Write an addendum"), RELOAD),
        )


class OwnSignature(Conflict):
    """Somebody else's signature is wanted beside the first."""

    code = "own_signature"
    title = "You have signed this"

    def __init__(self) -> None:
        super().__init__("You have signed this note. Somebody else can sign beside you.", ways_out=(RELOAD,))


class NotRegistered(RuleViolation):
    """The therapist was not registered on the day."""

    code = "not_registered"
    title = "No registration on that day"

    def __init__(self) -> None:
        super().__init__(
            "The registration was not valid on the day of this visit, so the note cannot be signed. "
            "The owner can correct the dates of the registration.",
            ways_out=(WayOut("open_settings", "Look at the registration", {"href": "/settings/therapists"}),),
        )


class RegionLeftOut(RuleViolation):
    """A technique was logged on a region that must be left out."""

    code = "region_left_out"
    title = "This region is left out"

    def __init__(self, regions: Sequence[str]) -> None:
        named = ", ".join(REGIONS[region].label for region in regions)
        super().__init__(
            f"To be left out for now: {named}. Take the row out, or say in it why it was treated.",
            ways_out=correct("techniques", "Look at the rows"),
        )


class ConsentMissing(RuleViolation):
    """No consent of the day was recorded."""

    code = "visit_consent_missing"
    title = "No consent recorded"

    def __init__(self) -> None:
        super().__init__(
            "No consent of this day is recorded. Record it, or sign as a deviation: the owner is told.",
            ways_out=(*correct("consent", "Record the consent"), *_DEVIATION),
        )


class ButtockConsentMissing(RuleViolation):
    """Buttock work without written consent that was confirmed that day."""

    code = "buttock_consent_missing"
    title = "No written consent to work on the buttock"

    def __init__(self) -> None:
        super().__init__(
            "Work on the buttock needs a written consent, confirmed at the visit. Record it, or sign as a deviation: "
            "the owner is told.",
            ways_out=(*correct("consent", "Record the consent"), *_DEVIATION),
        )


class ConsentNotFull(RuleViolation):
    """At the first session, and when the plan changed, all six elements are discussed."""

    code = "consent_not_full"
    title = "All six things first"

    def __init__(self) -> None:
        super().__init__(
            "At the first visit, and when the plan changes, all six things are discussed and ticked.",
            ways_out=correct("consent", "Tick what was discussed"),
        )
