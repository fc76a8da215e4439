"""A client who is safe to treat, with an episode and a plan that lacks nothing; every act by her therapist, now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Actor, Role
from practice.safety.answering import Attestation
from practice.safety.screening import FilledForm, record_screening
from practice.scheduling.models import Appointment
from practice.treatment_plans.activating import activate
from practice.treatment_plans.consent_texts import PLAN_CONSENT, ConsentMode
from practice.treatment_plans.consenting import record_consent
from practice.treatment_plans.details import EpisodeDetails, GoalDetails, VersionDetails
from practice.treatment_plans.diagnosis import Cause, CauseSource, Side
from practice.treatment_plans.drafting import add_goal, draft_plan, set_baseline
from practice.treatment_plans.episodes import open_episode
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.prescribing import prescribe
from practice.treatment_plans.queries import get_plan
from practice.treatment_plans.sessions import SessionView, link_session, list_sessions
from practice.visits.body_map import Painted, Quality
from practice.visits.body_map import Side as BodySide
from practice.visits.mapping import paint_body_map
from practice.visits.measures import Timing
from practice.visits.measuring import Number, record_measures
from practice.visits.opening import open_visit
from practice.visits.vital_signs import record_vitals
from practice.visits.vitals import Reading
from tests.factories import make_service
from tests.safety.forms import TODAY, answers
from tests.scheduling.scene import Scene

SAFE_FORM = FilledForm(answers(), "therapist", Attestation("Dr Pell", TODAY), is_signed=True)
GOAL = GoalDetails(text="Sit through a meeting", measure="PSFS", is_functional=True, baseline=3.3, target=5.3)


@dataclass
class Course:
    """One client, her therapist and her plan in the scene of booking."""

    scene: Scene

    @property
    def session(self) -> Session:
        return self.scene.session

    @property
    def client(self) -> Client:
        return self.scene.clients[0]

    @property
    def actor(self) -> Actor:
        return Actor(Role.THERAPIST, therapist_id=self.scene.therapists[0].id, name="Ines")

    def do(self, verb, **over: Any):
        return self.scene.do(verb, **{"actor": self.actor} | over)

    def screen(self) -> None:
        """Record a form in which all is well, with a doctor's word."""
        self.do(record_screening, client_id=self.client.id, form=SAFE_FORM)

    def details(self, **over: Any) -> VersionDetails:
        return VersionDetails(**{"service": self.scene.service.uid, "therapist": self.scene.therapists[0].uid} | over)

    def draft(self, template: str = "SUBACUTE", **over: Any) -> TreatmentPlan:
        """Open an episode and write a plan without anything in it."""
        details = EpisodeDetails(side=Side.LEFT, causes=(Cause.DISC,), source=CauseSource.IMAGING_REPORT)
        episode = self.do(open_episode, client_uid=self.client.uid, details=details)
        return self.do(
            draft_plan,
            episode_uid=episode.uid,
            therapist_uid=self.scene.therapists[0].uid,
            template=template,
            details=self.details(**over),
        )

    def complete_draft(self, plan: TreatmentPlan) -> None:
        """Give a draft everything that it lacks."""
        self.do(set_baseline, plan_uid=plan.uid, leg=7, back=5, psfs=3.3)
        self.do(add_goal, plan_uid=plan.uid, details=GOAL)
        self.do(prescribe, plan_uid=plan.uid, code="NG_SLIDER", side=Side.LEFT)
        self.consent(plan)

    def consent(self, plan: TreatmentPlan) -> None:
        self.do(record_consent, plan_uid=plan.uid, text_version=PLAN_CONSENT.version, mode=ConsentMode.WRITTEN)

    def active(self, template: str = "SUBACUTE", **over: Any) -> TreatmentPlan:
        """A plan in force for a client who is safe to treat."""
        self.screen()
        plan = self.draft(template, **over)
        self.complete_draft(plan)
        return self.do(activate, plan_uid=plan.uid)

    def plan(self, plan: TreatmentPlan) -> TreatmentPlan:
        """Return the plan as the database has it."""
        self.session.rollback()
        return get_plan(self.session, plan.uid)

    def sessions(self, plan: TreatmentPlan) -> list[SessionView]:
        self.session.rollback()
        return list_sessions(self.session, plan.id)

    def link(self, plan: TreatmentPlan, number: int, appointment: Appointment) -> None:
        """Let an appointment be a numbered session of the plan."""
        planned = self.sessions(plan)[number - 1]
        self.scene.do(_link, planned_id=planned.id, appointment_id=appointment.id)

    def find(self, appointment: Appointment, leg: int, regions: Sequence[str] = ("buttock",)) -> None:
        """Record what a visit found: leg pain and pressure before and after, ability, disability and the map."""
        visit = self.do(open_visit, appointment_uid=appointment.uid)
        numbers = [
            Number("NPRS_LEG", "now", leg),
            Number("NPRS_LEG", "now", max(leg - 1, 0), Timing.POST),
            Number("NPRS_BACK", "now", 4),
            Number("PSFS", "activity_1", 10 - leg),
            Number("RMDQ", "score", 2 * leg),
        ]
        self.do(record_measures, visit=visit, numbers=numbers)
        for systolic, timing in ((130, Timing.PRE), (122, Timing.POST)):
            self.do(record_vitals, visit=visit, reading=Reading(systolic, 80, 70), timing=timing)
        painted = [Painted(region, BodySide.LEFT, Quality.ACHE, leg) for region in regions]
        self.do(paint_body_map, visit=visit, painted=painted)

    def deliver(self, plan: TreatmentPlan, number: int, appointment: Appointment) -> None:
        """Let a booked session be over, as if it had been attended."""
        self.link(plan, number, appointment)
        self.scene.do(_complete, appointment_id=appointment.id)


def _link(session, *, planned_id, appointment_id, actor, now) -> None:
    link_session(session, planned_id=planned_id, appointment_id=appointment_id)


def _complete(session, *, appointment_id, actor, now) -> None:
    row = session.scalars(select(Appointment).where(Appointment.id == appointment_id)).one()
    row.state = "completed"


def second_service(scene: Scene) -> str:
    """Another hands-on service that all therapists give."""
    return make_service(scene.session, duration_minutes=45).uid
