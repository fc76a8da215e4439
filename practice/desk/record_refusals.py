"""What the codes of a session note and its signature mean, as (status, meaning, way out)."""

from collections.abc import Mapping

_READ_AGAIN = "Read it again, look at what is true now, then decide."

RECORD: Mapping[str, tuple[int, str, str]] = {
    "draft_changed": (
        412,
        "Somebody else wrote in the draft since it was read; changed names the parts.",
        "Read it again, keep what is right of both, then save with its version.",
    ),
    "note_signed": (409, "The note is signed.", "Write an addendum."),
    "note_in_error": (409, "The note was marked as entered in error.", _READ_AGAIN),
    "own_signature": (409, "The same person has signed the note.", "Let somebody else co-sign."),
    "note_empty": (422, "Nothing is written in the note.", "Write it, then sign."),
    "no_earlier_note": (422, "The client has no signed note of another visit.", "Write the note."),
    "visit_not_over": (422, "The treatment has not ended.", "End the visit, then sign."),
    "visit_not_held": (422, "The visit was cancelled, missed or entered in error.", "Look at the appointment."),
    "not_the_therapist": (422, "Somebody else treated the client.", "Let the treating therapist sign, then co-sign."),
    "not_the_author": (422, "Somebody else signed the note.", "Let its author mark it, or write an addendum."),
    "not_registered": (
        422,
        "The registration was not valid on the day of the visit.",
        "Let the owner correct the dates of the registration.",
    ),
    "region_left_out": (
        422,
        "A technique was logged on a region that must be left out.",
        "Take the row out, or give the reason in it.",
    ),
    "visit_consent_missing": (
        422,
        "No consent of the day is recorded.",
        "Record it, or sign as a deviation with the reason.",
    ),
    "buttock_consent_missing": (
        422,
        "Work on the buttock lacks a written consent, confirmed at the visit.",
        "Record it, or sign as a deviation with the reason.",
    ),
    "consent_not_full": (422, "All six things must be discussed.", "Tick what was discussed, all six."),
    "step_up_needed": (422, "A signature needs the signing PIN.", "Send it, or type it in the browser."),
    "wrong_signing_pin": (422, "The signing PIN is not right.", "Type it again."),
    "no_signing_pin": (422, "The user has no signing PIN.", "Choose one on the account."),
    "pins_alike": (422, "The PINs that unlock and that sign must differ.", "Choose another one."),
}
