"""The note on the page of a visit: what is written or signed, what the signature still needs, what was agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.desk.visit_record.note_forms import SPARE_ROWS, values_of
from practice.safety.catalogue import T3
from practice.safety.queries import list_open_flags
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.treatment_plans.exercises import name_of
from practice.treatment_plans.prescribing import dose_of
from practice.treatment_plans.queries import find_open_plan, list_exercises
from practice.treatment_plans.visiting import standing_of
from practice.visits.body_map import REGIONS
from practice.visits.models import Visit
from practice.visits.notes.consenting import mode_to_rest_on
from practice.visits.notes.content import Content
from practice.visits.notes.models import AdverseReaction, VisitConsent
from practice.visits.notes.queries import find_consent, find_last_note, list_reactions
from practice.visits.notes.shown import ShownEntry, ShownNote, show_note
from practice.visits.notes.techniques import MOST_ROWS, minutes_of

NOTHING = ShownNote("", 0, None, None, [])


@dataclass(frozen=True, slots=True)
class NotePart:
    """The note of a visit as its page shows it.

    ``rests_on`` is how the consent was given that one tap repeats, None when all must be discussed.
    """

    note: ShownNote
    consent: VisitConsent | None
    rests_on: str | None
    reactions: Sequence[AdverseReaction]
    left_out: Sequence[str]
    exercises: Sequence[str]
    plan_uid: str
    has_earlier: bool
    state: AppointmentState
    is_mine: bool
    actual_minutes: int | None

    @property
    def content(self) -> Content:
        """Return what the draft says."""
        return self.note.draft or Content()

    @property
    def values(self) -> Mapping[str, str]:
        """Return the draft as the fields of its form."""
        return values_of(self.content)

    @property
    def rows(self) -> range:
        """Return the numbers of the rows that are shown: those filled and a few spare ones."""
        return range(1, min(MOST_ROWS, len(self.content.techniques) + SPARE_ROWS) + 1)

    @property
    def signed(self) -> ShownEntry | None:
        """Return the signed note that counts."""
        return self.note.signed

    @property
    def is_over(self) -> bool:
        """Return whether the treatment has ended."""
        return self.state == AppointmentState.COMPLETED

    @property
    def may_sign(self) -> bool:
        """Return whether this therapist may sign, now or with the end of the treatment."""
        return self.is_mine and self.state in {AppointmentState.IN_PROGRESS, AppointmentState.COMPLETED}

    @property
    def minutes(self) -> int:
        """Return the minutes of the rows together."""
        return minutes_of(self.content.techniques)

    @property
    def has_too_many_minutes(self) -> bool:
        """Return whether the rows are longer than the treatment was: a warning, never a refusal (desk.md 8)."""
        return self.actual_minutes is not None and self.minutes > self.actual_minutes


def note_part(session: Session, uid: str, visit: Visit | None, *, actor: Actor) -> NotePart:
    """Return the note of an appointment; a constant number of statements."""
    appointment = session.execute(select(Appointment).where(Appointment.uid == uid)).scalar_one()
    client_id = appointment.client_id or 0
    plan = find_open_plan(session, client_id)
    exercises = () if plan is None else list_exercises(session, plan.id, active_only=True)
    flags = list_open_flags(session, client_id)
    left_out = sorted({flag.region for flag in flags if flag.tier == T3 and flag.region in REGIONS})
    return NotePart(
        note=NOTHING if visit is None else show_note(session, visit),
        consent=None if visit is None else find_consent(session, visit.id),
        rests_on=mode_to_rest_on(session, client_id, standing_of(session, client_id)),
        reactions=() if visit is None else list_reactions(session, {visit.id}),
        left_out=[REGIONS[region].label for region in left_out],
        exercises=[f"{name_of(row.code)}: {dose_of(row).words}" for row in exercises],
        plan_uid="" if plan is None else plan.uid,
        has_earlier=find_last_note(session, client_id, before_visit_id=0 if visit is None else visit.id) is not None,
        state=AppointmentState(appointment.state),
        is_mine=actor.therapist_id == appointment.therapist_id,
        actual_minutes=_minutes(appointment.started_at, appointment.ended_at),
    )


def _minutes(started_at: datetime | None, ended_at: datetime | None) -> int | None:
    if started_at is None or ended_at is None:
        return None
    return (ended_at - started_at) // timedelta(minutes=1)
