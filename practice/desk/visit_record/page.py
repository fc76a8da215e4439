"""The page on which a visit is recorded: what is there already, and what can still be said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.desk.queries import get_visit
from practice.desk.visit_record.note_page import NotePart, note_part
from practice.desk.visit_record.schemas import PAINS
from practice.desk.visits import Visit as Booked
from practice.treatment_plans.visiting import measure, take_vitals
from practice.visits.access import RECORD, note_look, visit_of_own_appointment
from practice.visits.measures import Timing
from practice.visits.measuring import Number
from practice.visits.models import Visit
from practice.visits.opening import HERE
from practice.visits.shown import ShownVisit, show_visit
from practice.visits.vitals import Reading


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A booked visit, what was recorded at it, and why the last form was refused."""

    booked: Booked
    shown: ShownVisit | None
    part: NotePart
    refusal: PracticeError | None = None

    @property
    def next_step(self) -> str:
        """Return what is to be done next, which has the focus; nothing after a refusal, which speaks first."""
        if self.refusal is not None or not self.can_record or self.part.signed is not None:
            return ""
        texts = self.part.content.texts
        steps = {
            "pre_check": self.shown is not None and self.shown.pre_check is not None,
            "consent": self.part.consent is not None,
            "pre": self.has_numbers("pre"),
            "copy": not self.part.has_earlier or not self.part.content.is_empty,
            "note": bool(texts.get("subjective")),
            "post": self.has_numbers("post"),
        }
        return next((name for name, is_done in steps.items() if not is_done), "sign")

    def has_numbers(self, timing: str) -> bool:
        """Return whether any pain or pressure was recorded before or after treatment."""
        return bool(self.readings(timing)) or any(self.pain(site, timing) is not None for site in PAINS)

    @property
    def can_record(self) -> bool:
        """Return whether the client has come."""
        return self.booked.state in HERE

    def pain(self, site: str, timing: str) -> int | None:
        """Return the pain recorded at a site, None if it was not asked."""
        scores = () if self.shown is None else self.shown.scores
        return next((int(s.value) for s in scores if (s.code, s.timing) == (PAINS[site], timing)), None)

    def measured(self, code: str) -> float | None:
        """Return a score before treatment that was recorded, None if it was not."""
        scores = () if self.shown is None else self.shown.scores
        return next((score.value for score in scores if (score.code, score.timing) == (code, Timing.PRE)), None)

    def readings(self, timing: str) -> list[Any]:
        """Return the readings of vital signs in their order."""
        return [] if self.shown is None else [row for row in self.shown.vitals if row.timing == timing]


def visit_page(
    session: Session, uid: str, *, refusal: PracticeError | None = None, actor: Actor, now: datetime
) -> VisitPage:
    """Return the page of an appointment of an own client and log that it was read; raises ``NotFound``."""
    visit = visit_of_own_appointment(session, uid, actor, RECORD)
    note_look(session, uid, visit, actor=actor, now=now)
    shown = None if visit is None else show_visit(session, visit)
    part = note_part(session, uid, visit, actor=actor)
    return VisitPage(get_visit(session, uid, now=now), shown, part, refusal)


def record_numbers(session: Session, visit: Visit, said: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Record the numbers of a form, pain and pressure together; raises ``NotAccepted`` and ``AlreadyMeasured``."""
    timing = Timing(said["timing"])
    numbers = [Number(code, "now", said[site], timing) for site, code in PAINS.items() if said[site] is not None]
    reading = Reading(said["systolic"], said["diastolic"], said["heart_rate"])
    if numbers or reading == Reading():
        measure(session, visit=visit, numbers=numbers, actor=actor, now=now)
    if reading != Reading():
        take_vitals(session, visit=visit, reading=reading, timing=timing, actor=actor, now=now)
