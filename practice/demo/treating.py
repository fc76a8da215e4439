"""Treats the clients whom the demo follows: plans, what is measured at each visit, checkpoints and what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from practice.clients import queries as clients
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.demo.cases import CASES, KEPT_EXERCISES, Decision
from practice.demo.findings import FINDINGS, Again, Findings, path_regions
from practice.demo.noting import agree, course_note, sign, write_note
from practice.demo.premises import ZONE
from practice.treatment_plans.activating import activate, activate_version
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.consent_texts import PLAN_CONSENT, ConsentMode
from practice.treatment_plans.consenting import record_consent
from practice.treatment_plans.details import EpisodeDetails, GoalDetails, VersionDetails
from practice.treatment_plans.diagnosis import Cause
from practice.treatment_plans.drafting import add_goal, draft_plan, set_baseline
from practice.treatment_plans.ending import complete
from practice.treatment_plans.episodes import open_episode
from practice.treatment_plans.exercises import EXERCISES
from practice.treatment_plans.judging import read_course
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.prescribing import end_exercise, prescribe
from practice.treatment_plans.progress import Progress
from practice.treatment_plans.queries import find_open_plan, list_exercises
from practice.treatment_plans.reassessing import Finding, record_reassessment
from practice.treatment_plans.revising import revise
from practice.treatment_plans.sessions import link_session, list_sessions
from practice.visits.activities import add_activity
from practice.visits.body_map import Painted, Quality, Side
from practice.visits.mapping import paint_body_map
from practice.visits.measures import SYMPTOMS, Timing
from practice.visits.measuring import Number, record_measures
from practice.visits.opening import open_visit
from practice.visits.pre_check import ALL_NO
from practice.visits.pre_checking import record_pre_check
from practice.visits.vital_signs import record_vitals
from practice.visits.vitals import Reading

T = TypeVar("T")

CONTINUED = (Block(1, 1, 4, 5, 9),)
"""How a course goes on with fewer exercises: four more sessions, one a week."""


@dataclass(frozen=True, slots=True)
class Care:
    """By which services and whom a course is given, as uids."""

    service: str
    reassess: str
    therapist: str


class Treatment:
    """One client under treatment; every act is by *actor* at *now*."""

    def __init__(self, session: Session, key: str, client_uid: str, *, care: Care, actor: Actor, now: datetime) -> None:
        self.session, self.care = session, care
        self.case, self.findings = CASES[key], FINDINGS[key]
        self.client = clients.get_client(session, client_uid)
        self.actor, self.now = actor, now

    def act(self, verb: Callable[..., T], **said: Any) -> T:
        """Do one verb of the services."""
        return verb(self.session, **said, actor=self.actor, now=self.now)

    @property
    def plan(self) -> TreatmentPlan | None:
        """Return the client's open plan."""
        return find_open_plan(self.session, self.client.id)

    def before(self, appointment_uid: str, number: int) -> None:
        """Ask, measure and paint before the treatment of a delivered visit."""
        visit = self.act(open_visit, appointment_uid=appointment_uid)
        self.act(record_pre_check, visit=visit, answers=ALL_NO)
        agree(self.session, visit, in_writing=True, actor=self.actor, now=self.now)
        if number == 1:
            for words in self.case.activities:
                self.act(add_activity, client_id=self.client.id, words=words)
        self.act(record_measures, visit=visit, numbers=numbers_before(self.findings, number))
        self.act(record_vitals, visit=visit, reading=reading(self.findings, number, 0), timing=Timing.PRE)
        self.act(paint_body_map, visit=visit, painted=painted(self.findings, number))

    def after(self, appointment_uid: str, number: int, *, is_signed: bool) -> None:
        """Measure again after the treatment and write the note; at a checkpoint, judge and decide."""
        visit = self.act(open_visit, appointment_uid=appointment_uid)
        leg = Number("NPRS_LEG", "now", self.findings.leg_after[number - 1], Timing.POST)
        self.act(record_measures, visit=visit, numbers=[leg])
        self.act(record_vitals, visit=visit, reading=reading(self.findings, number, 1), timing=Timing.POST)
        write_note(self.session, visit, self._note(number), actor=self.actor, now=self.now)
        if is_signed:
            sign(self.session, visit, actor=self.actor, now=self.now)
        if decision := self.case.decisions.get(number):
            self._decide(number, decision)

    def _note(self, number: int) -> dict[str, Any]:
        found, is_pregnant = self.findings, self.case.cause is Cause.PREGNANCY
        return course_note(
            side=self.case.side,
            leg=(found.leg[number - 1], found.leg_after[number - 1]),
            back=found.back[number - 1],
            lying="side_left" if is_pregnant else "prone",
            home=[EXERCISES[code].name for code in self.case.exercises],
        )

    def open_plan(self, appointment_ids: Sequence[int]) -> None:
        """Bring the plan into force after the first visit; its sessions are the appointments that were booked."""
        plan = self.draft()
        first = self.findings
        self.complete_draft(plan, leg=first.leg[0], back=first.back[0], psfs=first.again[1].ability / 3)
        self.act(activate, plan_uid=plan.uid)
        for planned, appointment_id in zip(list_sessions(self.session, plan.id), appointment_ids, strict=False):
            link_session(self.session, planned_id=planned.id, appointment_id=appointment_id)

    def draft(self) -> TreatmentPlan:
        """Open the episode and write the draft of its plan."""
        details = EpisodeDetails(
            side=self.case.side,
            branch=self.case.branch,
            onset_on=wall_time(self.now, ZONE).date() - timedelta(weeks=self.case.weeks),
            causes=(self.case.cause,),
            source=self.case.source,
        )
        episode = self.act(open_episode, client_uid=self.client.uid, details=details)
        version = self._details()
        return self.act(
            draft_plan,
            episode_uid=episode.uid,
            therapist_uid=self.care.therapist,
            template=self.case.template,
            details=version,
        )

    def complete_draft(self, plan: TreatmentPlan, *, leg: int, back: int, psfs: float) -> None:
        """Give a draft its baseline, a goal, the home programme and the consent."""
        self.act(set_baseline, plan_uid=plan.uid, leg=leg, back=back, psfs=psfs)
        goal = GoalDetails(
            text=self.case.activities[0], measure="PSFS", is_functional=True, baseline=psfs, target=min(10.0, psfs + 2)
        )
        self.act(add_goal, plan_uid=plan.uid, details=goal)
        for code in self.case.exercises:
            self.act(prescribe, plan_uid=plan.uid, code=code, side=self.case.side)
        self._consent(plan)

    def lose(self, lost_id: int, again_id: int) -> None:
        """Give the session of a lost appointment the one that was booked for it instead."""
        plan = self.plan
        for planned in list_sessions(self.session, plan.id) if plan else ():
            if planned.appointment_id == lost_id:
                link_session(self.session, planned_id=planned.id, appointment_id=again_id)

    def _details(self, **more: Any) -> VersionDetails:
        care = self.care
        return VersionDetails(service=care.service, reassess_service=care.reassess, therapist=care.therapist, **more)

    def _consent(self, plan: TreatmentPlan) -> None:
        self.act(record_consent, plan_uid=plan.uid, text_version=PLAN_CONSENT.version, mode=ConsentMode.WRITTEN)

    def _decide(self, number: int, decision: Decision) -> None:
        plan = self.plan
        progress = read_course(self.session, plan).at_checkpoint() if plan else None
        if plan is None or progress is None:
            raise LookupError(f"no course to judge after session {number}")
        finding = Finding(
            after_number=number,
            verdict=progress.verdict,
            decided=progress.verdict,
            step=decision.step,
            reason=decision.reason,
            adherence=decision.adherence,
            goals_met=decision.step is Step.DISCHARGE,
            numbers=numbers_of(progress),
        )
        self.act(record_reassessment, plan_uid=plan.uid, finding=finding)
        if decision.step is Step.RETRY_WITH_LESS:
            self._try_less(plan, decision.reason)
        if self.case.completes and number == max(self.case.decisions):
            self.act(complete, plan_uid=plan.uid)

    def _try_less(self, plan: TreatmentPlan, reason: str) -> None:
        """Write a second version: the same sessions, half of the exercises."""
        details = self._details(blocks=CONTINUED, checkpoints=(10,), minutes=60)
        self.act(revise, plan_uid=plan.uid, details=details, reason=reason)
        for exercise in list_exercises(self.session, plan.id, active_only=True)[KEPT_EXERCISES:]:
            self.act(end_exercise, exercise_uid=exercise.uid)
        self._consent(plan)
        self.act(activate_version, plan_uid=plan.uid)


def numbers_before(findings: Findings, number: int) -> list[Number]:
    """Return what is measured before treatment at a delivered visit."""
    found = [
        Number("NPRS_LEG", "now", findings.leg[number - 1]),
        Number("NPRS_BACK", "now", findings.back[number - 1]),
    ]
    again = findings.again.get(number)
    return found if again is None else [*found, *_again(again, findings.side)]


def _again(again: Again, side: str) -> list[Number]:
    rated = {f"activity_{place}": (again.ability + place - 1) // 3 for place in (1, 2, 3)}
    bothered = {name: (again.bothersome + place) // len(SYMPTOMS) for place, name in enumerate(SYMPTOMS)}
    singles = {
        "RMDQ": again.disability,
        f"SLR_{side[0].upper()}": again.leg_raise,
        "FTF": again.finger_to_floor,
        "GROC": again.change,
    }
    return [
        *(Number("PSFS", part, value) for part, value in rated.items()),
        *(Number("SBI", part, value) for part, value in bothered.items()),
        *(Number(code, "score", value) for code, value in singles.items() if value is not None),
    ]


def reading(findings: Findings, number: int, after: int) -> Reading:
    """Return the vital signs before (0) or after (1) a delivered visit; the lower pressure is made up."""
    systolic = findings.systolic[number - 1][after]
    return Reading(systolic, systolic * 2 // 3 - 4, findings.heart_rate[number - 1][after])


def painted(findings: Findings, number: int) -> list[Painted]:
    """Return the body map of a delivered visit: the path down to its level."""
    intensity = max(findings.leg[number - 1], 1)
    regions = path_regions(findings.branch, findings.level[number - 1])
    return [Painted(region, Side(findings.side), Quality.ACHE, intensity) for region in regions]


def numbers_of(progress: Progress) -> dict[str, list[float | None]]:
    """Return the numbers behind a verdict: baseline and now of each measure."""
    return {each.code: [_plain(each.before), _plain(each.after)] for each in (progress.pain, *progress.function)}


def _plain(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 2)
