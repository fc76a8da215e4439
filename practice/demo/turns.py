"""What happens beside the visits of those whom the demo follows: clearances, holds, an emergency, a referral."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients import queries as clients
from practice.clinic.models import StaffTask
from practice.clinic.tasks import finish_task
from practice.core.actor import SYSTEM, Actor
from practice.core.local_time import wall_time
from practice.demo.cases import CASES, EMERGENCY, Cleared
from practice.demo.forms import fill_in
from practice.demo.premises import ZONE
from practice.demo.stage import Stage
from practice.demo.treating import Care, Treatment
from practice.safety.catalogue import T1, T2, Clinician, Raised
from practice.safety.clearances import Reading, read_clearance, receive_document, request_clearance
from practice.safety.flagging import PHONE_NOW
from practice.safety.queries import list_open_flags
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm, record_screening, renew_screening
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.gating.restanding import restand
from practice.scheduling.models import Appointment
from practice.scheduling.telling import TELL_STOPPED
from practice.treatment_plans.activating import activate
from practice.treatment_plans.ending import refer
from practice.treatment_plans.holding import resume
from practice.treatment_plans.lifecycles import Outcome
from practice.treatment_plans.stopping import raise_flags, tell_stopped
from practice.treatment_plans.uncovered import hold_uncovered
from practice.visits.opening import NotTreated, mark_not_treated, open_visit
from practice.visits.pre_checking import record_pre_check

T = TypeVar("T")

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
"""A page without words: the demo's clearances show that a document is kept."""

RENEWED_FOR = timedelta(days=30)


class Turning:
    """A client at a turn: every act is by her therapist at that instant."""

    def __init__(self, session: Session, stage: Stage, key: str, at: datetime) -> None:
        self.session, self.stage, self.key, self.now = session, stage, key, at
        self.client = clients.get_client(session, stage.client_uids[key])
        self.actor: Actor = stage.premises.actors[therapist_of(stage, key)]

    def act(self, verb: Callable[..., T], **said: Any) -> T:
        """Do one verb of the services."""
        return verb(self.session, **said, actor=self.actor, now=self.now)

    @property
    def today(self) -> date:
        """Return the local day of the turn."""
        return wall_time(self.now, ZONE).date()

    def raise_flags(self, raised: Sequence[Raised], source: str = "person") -> None:
        """Raise flags with everything that follows."""
        self.act(raise_flags, client_id=self.client.id, raised=raised, source=source)

    def clear(self, cleared: Cleared, until: date) -> None:
        """Ask for a clearance, receive it and read it for every open flag."""
        flags = tuple(flag.uid for flag in list_open_flags(self.session, self.client.id))
        row = self.act(request_clearance, client_id=self.client.id, flag_uids=flags)
        self.act(receive_document, uid=row.uid, content=PAPER)
        dated = self.today + timedelta(days=cleared.dated)
        reading = Reading(cleared.clinician, cleared.name, dated, dated, until, flags)
        self.act(read_clearance, uid=row.uid, reading=reading)
        self.act(restand, client_ids=[self.client.id])

    def treatment(self, case: str) -> Treatment:
        """Return the treatment of the client, told as the course of *case*."""
        care = care_of(self.stage, self.key)
        return Treatment(self.session, case, self.client.uid, care=care, actor=self.actor, now=self.now)

    def open_tasks(self, kind: str) -> list[StaffTask]:
        """Return the open tasks of a kind about the client."""
        wanted = select(StaffTask).where(
            StaffTask.kind == kind, StaffTask.subject_id == self.client.id, StaffTask.state == "open"
        )
        return list(self.session.scalars(wanted))


def take_turn(session: Session, stage: Stage, key: str, name: str, at: datetime) -> None:
    """Let a turn happen."""
    _TURNS[name](Turning(session, stage, key, at))


def therapist_of(stage: Stage, key: str) -> str:
    """Return who treats a client whom the demo follows."""
    visits = stage.courses.get(key)
    return stage.script.visits[visits[0]].therapist if visits else "ines"


def care_of(stage: Stage, key: str) -> Care:
    """Return by which services and whom a course is given."""
    service = stage.script.visits[stage.courses[key][1]].service if key in stage.courses else "SCI-60"
    services, therapists = stage.premises.services, stage.premises.therapists
    return Care(services[service], services["REASSESS-60"], therapists[therapist_of(stage, key)])


def appointment_ids(session: Session, stage: Stage, numbers: Sequence[int]) -> list[int]:
    """Return the ids of the appointments of visits, in the same order."""
    uids = [stage.appointment_uids[number] for number in numbers]
    rows = session.execute(select(Appointment.uid, Appointment.id).where(Appointment.uid.in_(uids)))
    known = {row.uid: row.id for row in rows}
    return [known[uid] for uid in uids]


def _begin(turning: Turning) -> None:
    case = CASES[turning.key]
    if case.flags:
        turning.raise_flags(case.flags)
    turning.clear(case.cleared, turning.today + timedelta(days=case.cleared.until))


def _refer(turning: Turning) -> None:
    _send_on(turning, "Letter to Dr. S. Pell: no change after six sessions; a specialist's opinion?")


def _send_on(turning: Turning, reason: str, outcome: Outcome = Outcome.REFERRED_PHYSICIAN) -> None:
    plan = turning.treatment(turning.key).plan
    if plan is None:
        raise LookupError(turning.key)
    turning.act(refer, plan_uid=plan.uid, reason=reason, outcome=outcome)


def _stop(turning: Turning) -> None:
    number = turning.stage.courses[turning.key][4]
    uid = turning.stage.appointment_uids[number]
    visit = turning.act(open_visit, appointment_uid=uid)
    _, raised = turning.act(record_pre_check, visit=visit, answers=EMERGENCY)
    turning.raise_flags(raised, "pre_check")
    turning.act(mark_not_treated, visit=visit, reason=NotTreated.EMERGENCY)
    turning.act(cancel, appointment_uid=uid, reason="therapist_asked", by=CancelledBy.CLINIC, tell_client=False)


def _tell(turning: Turning) -> None:
    """Say that the client was told to go to the emergency department, and that the visits are off."""
    for task in turning.open_tasks(PHONE_NOW):
        turning.act(finish_task, task=task, outcome="reached")
    for task in turning.open_tasks(TELL_STOPPED):
        turning.act(tell_stopped, task=task, by_mail=False)


def _send_away(turning: Turning) -> None:
    _send_on(turning, "Sent to the emergency department on the day; record of the call.", Outcome.REFERRED_EMERGENCY)


def _lapse(turning: Turning) -> None:
    """Do what the worker does in the night in which a clearance has ended."""
    hold_uncovered(turning.session, now=turning.now)
    restand(turning.session, client_ids=[turning.client.id], actor=SYSTEM, now=turning.now)


def _renew(turning: Turning) -> None:
    turning.act(renew_screening, client_id=turning.client.id, source="reassessment")
    cleared = Cleared(Clinician.MIDWIFE, "K. Doyle", 0, 0)
    turning.clear(cleared, turning.today + RENEWED_FOR)
    plan = turning.treatment(turning.key).plan
    if plan is None:
        raise LookupError(turning.key)
    turning.act(resume, plan_uid=plan.uid)


def _await_clearance(turning: Turning) -> None:
    fill_in(turning.session, turning.client, actor=turning.actor, now=turning.now)
    turning.raise_flags([Raised("CANCER_HX", T1)])
    flags = tuple(flag.uid for flag in list_open_flags(turning.session, turning.client.id))
    turning.act(request_clearance, client_id=turning.client.id, flag_uids=flags)
    treatment = turning.treatment("dev")
    plan = treatment.draft()
    treatment.complete_draft(plan, leg=5, back=4, psfs=4.0)
    turning.act(activate, plan_uid=plan.uid)


def _report_foot_drop(turning: Turning) -> None:
    answers = {key: question.values[0] for key, question in FORM.questions.items()} | {"foot_drop": "yes"}
    form = FilledForm(answers, "link", is_signed=False)
    _, raised = turning.act(record_screening, client_id=turning.client.id, form=form)
    turning.raise_flags(raised, "screening")


def _draft_only(turning: Turning) -> None:
    turning.treatment("colin").draft()


def _note_minor(turning: Turning) -> None:
    turning.raise_flags([Raised("MINOR", T2)])


_TURNS: Mapping[str, Callable[[Turning], None]] = {
    "begin": _begin,
    "refer": _refer,
    "stop": _stop,
    "tell": _tell,
    "send_away": _send_away,
    "lapse": _lapse,
    "renew": _renew,
    "await_clearance": _await_clearance,
    "report_foot_drop": _report_foot_drop,
    "draft_only": _draft_only,
    "note_minor": _note_minor,
}
