"""Signing: by whoever treated, after the actual end, once; from then on nothing in the note changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.step_up import StepUp, require_step_up
from practice.clinic.models import RegistrationStatus, Service, Therapist
from practice.clinic.tasks import assign_task, finish_task, open_task
from practice.core.actor import Actor, Role
from practice.safety.catalogue import T3
from practice.safety.queries import list_open_flags
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.errors import NotAccepted
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.consent import WRITTEN
from practice.visits.notes.content import Content, as_json
from practice.visits.notes.entries import Signed, append, lock_record
from practice.visits.notes.errors import (
    ButtockConsentMissing,
    ConsentMissing,
    DraftChanged,
    NoteEmpty,
    NoteSigned,
    NotRegistered,
    NotTheTherapist,
    RegionLeftOut,
    VisitNotHeld,
    VisitNotOver,
)
from practice.visits.notes.models import NoteDraft, NoteEntry
from practice.visits.notes.queries import draft_content, find_consent, find_draft, find_note, list_entries_of
from practice.visits.notes.recorded import recorded_at
from practice.visits.notes.techniques import excluded, faults_of, works_on_buttock
from practice.visits.notes.unsigned import find_reminder

LATE_AFTER = timedelta(hours=24)
NOT_NAMED: Mapping[str, int | None] = {}
DEVIATION = "consent_deviation"
"""The kind of the owner's task to look at a note that was signed without a consent that it needs."""

_NOT_HELD = frozenset({AppointmentState.CANCELLED, AppointmentState.NO_SHOW, AppointmentState.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True)
class _Held:
    """The appointment of a visit with who treated."""

    appointment: Appointment
    service: str
    therapist: Therapist

    @property
    def ended_at(self) -> datetime:
        """Return the actual end of a visit that is over."""
        return self.appointment.ended_at or self.appointment.ends_at


def sign_notes(
    session: Session,
    *,
    visits: Sequence[Visit],
    versions: Mapping[str, int | None] = NOT_NAMED,
    proof: StepUp | None,
    actor: Actor,
    now: datetime,
) -> list[NoteEntry]:
    """Sign the drafts of several visits whose notes were read, all or none; raises what :func:`sign_note` raises.

    *versions* are those of the drafts that were read, by visit uid.
    """
    who: dict[str, Any] = {"proof": proof, "actor": actor, "now": now}
    in_order = sorted(visits, key=lambda visit: (visit.client_id, visit.id))
    return [sign_note(session, visit=visit, version=versions.get(visit.uid), **who) for visit in in_order]


def sign_note(
    session: Session, *, visit: Visit, version: int | None = None, proof: StepUp | None, actor: Actor, now: datetime
) -> NoteEntry:
    """Sign the draft of a visit (clinical.md 4.3, desk.md 8): what is recorded at the visit is sealed into the note.

    *version* is the one that was read: nobody signs words that somebody else put there since. Later than 24 hours
    after the end it is marked as a late entry. Raises ``StepUpNeeded``, :class:`NoteSigned`, :class:`VisitNotHeld`,
    :class:`VisitNotOver`, :class:`NotTheTherapist`, :class:`NotRegistered`, :class:`DraftChanged`,
    :class:`NoteEmpty`, ``NotAccepted``, :class:`RegionLeftOut`, and without a reason for a deviation
    :class:`ConsentMissing` and :class:`ButtockConsentMissing`.
    """
    require_step_up(proof, actor=actor, now=now)
    lock_record(session, visit, now=now)
    draft = find_draft(session, visit.id, is_locked=True)
    if find_note(session, visit.id) is not None:
        raise NoteSigned
    held = _held(session, visit)
    if held.appointment.client_id != visit.client_id:
        raise VisitNotHeld(held.appointment.uid)
    _require_right(held, actor, now)
    if draft is None:
        raise NoteEmpty
    _require_read(draft, version)
    content = draft_content(session, draft)
    _require_complete(session, visit, content)
    deviates = _deviates(session, visit, content)
    note = append(session, visit, _signed(session, visit, held, content, now), actor=actor, now=now)
    session.delete(draft)
    if deviates:
        _tell_owner(session, visit, actor=actor, now=now)
    _settle_reminder(session, visit, actor=actor, now=now)
    session.flush()
    return note


def _held(session: Session, visit: Visit) -> _Held:
    rows = (
        select(Appointment, Service.name, Therapist)
        .join(Service, Service.id == Appointment.service_id)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .where(Appointment.id == visit.appointment_id)
    )
    appointment, service, therapist = session.execute(rows, execution_options={"populate_existing": True}).one()
    return _Held(appointment, service, therapist)


def _require_right(held: _Held, actor: Actor, now: datetime) -> None:
    appointment = held.appointment
    if appointment.state in _NOT_HELD:
        raise VisitNotHeld(appointment.uid)
    if appointment.state != AppointmentState.COMPLETED or held.ended_at > now:
        raise VisitNotOver(appointment.uid)
    if actor.therapist_id != appointment.therapist_id:
        raise NotTheTherapist(appointment.uid)
    if not is_registered(held.therapist, appointment.local_start):
        raise NotRegistered


def is_registered(therapist: Therapist, at: datetime) -> bool:
    """Return whether a registration covers the local day of a visit; one that ended since still covers it."""
    begins, ends = therapist.registered_from, therapist.registered_until
    covers = (begins is None or begins <= at.date()) and (ends is None or at.date() <= ends)
    has_ended = therapist.registration_status == RegistrationStatus.LAPSED and ends is not None
    return covers and (therapist.registration_status == RegistrationStatus.ACTIVE or has_ended)


def _require_read(draft: NoteDraft, version: int | None) -> None:
    if version is not None and version != draft.version:
        raise DraftChanged(draft.version, (), draft.saved_at)


def _require_complete(session: Session, visit: Visit, content: Content) -> None:
    if content.is_empty:
        raise NoteEmpty
    if faults := faults_of(content.techniques):
        raise NotAccepted(faults, "techniques")
    left_out = {flag.region for flag in list_open_flags(session, visit.client_id) if flag.tier == T3 and flag.region}
    if regions := excluded(content.techniques, left_out):
        raise RegionLeftOut(regions)


def _deviates(session: Session, visit: Visit, content: Content) -> bool:
    """Return whether the note lacks a consent and says why; without the reason it cannot be signed."""
    consent = find_consent(session, visit.id)
    is_covered = consent is not None and consent.covers_buttock and consent.mode == WRITTEN
    lacks_buttock = works_on_buttock(content.techniques) and not is_covered
    if not content.deviation and consent is None:
        raise ConsentMissing
    if not content.deviation and lacks_buttock:
        raise ButtockConsentMissing
    return consent is None or lacks_buttock


def _signed(session: Session, visit: Visit, held: _Held, content: Content, now: datetime) -> Signed:
    appointment = held.appointment
    header: dict[str, Any] = {
        "local_start": appointment.local_start.isoformat(timespec="minutes"),
        "zone": appointment.zone,
        "started_at": None if appointment.started_at is None else appointment.started_at.isoformat(),
        "ended_at": held.ended_at.isoformat(),
        "service": held.service,
        "therapist": held.therapist.name,
        "registration": held.therapist.registration_number,
    }
    said = {"header": header, "note": as_json(content), "recorded": recorded_at(session, visit)}
    notes = [entry for entry in list_entries_of(session, visit.id) if entry.kind == EntryKind.NOTE]
    return Signed(
        EntryKind.NOTE,
        said,
        held.therapist.registration_number,
        edition=len(notes) + 1,
        is_late=now - held.ended_at > LATE_AFTER,
    )


def _tell_owner(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> None:
    task = open_task(
        session,
        kind=DEVIATION,
        subject_kind="appointment",
        subject_id=visit.appointment_id,
        due_at=now,
        dedupe_key=f"{DEVIATION}:{visit.uid}",
        now=now,
    )
    assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=actor, now=now)


def _settle_reminder(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> None:
    task = find_reminder(session, visit.appointment_id)
    if task is not None:
        finish_task(session, task=task, outcome="signed", actor=actor, now=now)
