"""Writes and signs the notes of the demo's visits through the services, and gives its therapists a PIN to sign with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.locking import set_signing_pin
from practice.accounts.models import User
from practice.accounts.pins import SIGNING, hash_pin
from practice.accounts.step_up import StepUp
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.transact import transact
from practice.treatment_plans.visiting import consent, standing_of
from practice.visits.models import Visit
from practice.visits.notes.consent import ELEMENTS, VERBAL, WRITTEN, Consent
from practice.visits.notes.consenting import mode_to_rest_on
from practice.visits.notes.drafting import save_draft
from practice.visits.notes.signing import sign_note
from practice.visits.notes.techniques import Technique
from practice.visits.opening import open_visit

SIGNING_PIN = "284917"

RELAXED: Mapping[str, Any] = {
    "subjective": "Tired shoulders from work at the desk, nothing new.",
    "techniques": (
        Technique("effleurage", "low_back", "centre", "prone", 2, 20),
        Technique("petrissage", "low_back", "centre", "prone", 3, 25),
    ),
    "plan": "The same again when wanted.",
}
"""What is noted of a visit that belongs to no course."""


def agree(session: Session, visit: Visit, *, in_writing: bool, actor: Actor, now: datetime) -> None:
    """Record the consent of the day: in full the first time, by one tap from then on."""
    mode = mode_to_rest_on(session, visit.client_id, standing_of(session, visit.client_id))
    full = Consent(frozenset(ELEMENTS), WRITTEN if in_writing else VERBAL, covers_buttock=in_writing)
    given = full if mode is None else Consent(covers_buttock=in_writing)
    consent(session, visit=visit, consent=given, actor=actor, now=now)


def write_note(session: Session, visit: Visit, said: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Write the note of a visit; it is left to be signed."""
    save_draft(session, visit=visit, said=said, version=0, actor=actor, now=now)


def sign(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> None:
    """Sign the note of a visit that is over."""
    sign_note(session, visit=visit, proof=StepUp(actor.user_id or 0, now), actor=actor, now=now)


def note_relaxation(session: Session, appointment_uid: str, *, actor: Actor, now: datetime) -> None:
    """Write and sign the note of a visit that belongs to no course."""
    visit = open_visit(session, appointment_uid=appointment_uid, actor=actor, now=now)
    agree(session, visit, in_writing=False, actor=actor, now=now)
    write_note(session, visit, RELAXED, actor=actor, now=now)
    sign(session, visit, actor=actor, now=now)


def course_note(*, side: str, leg: Sequence[int], back: int, lying: str, home: Sequence[str]) -> dict[str, Any]:
    """Return what is noted of a visit of a course: pain before and after, what was done, what goes on at home."""
    before, after = leg
    return {
        "subjective": f"Leg pain {before} of 10 on arrival, back {back}. Slept as usual, nothing new.",
        "objective": f"Tender over the {side} buttock. Leg pain {after} of 10 afterwards.",
        "techniques": (
            Technique("effleurage", "low_back", "centre", lying, 2, 10),
            Technique("stripping", "buttock", side, lying, 3, 15),
            Technique("nerve_glide", "thigh_posterior", side, lying, 1, 5),
        ),
        "assessment": "Responds to slow work along the path of the pain.",
        "plan": "Go on as planned.",
        "home_care": "As before: " + ", ".join(home) + ".",
        "is_taught": True,
    }


def give_signing_pins(sessions: sessionmaker[Session], key: str, *, now: datetime) -> None:
    """Let every therapist of the demo sign with :data:`SIGNING_PIN`."""
    with sessions() as session:

        def work() -> None:
            for user in session.scalars(select(User).where(User.role == Role.THERAPIST)).all():
                stored = hash_pin(SIGNING_PIN, user_uid=user.uid, key=key, purpose=SIGNING)
                set_signing_pin(session, uid=user.uid, pin_hash=stored, actor=SYSTEM, now=now)

        transact(session, work)
