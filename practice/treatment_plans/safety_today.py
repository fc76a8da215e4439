"""What the safety rules say of a plan's client today, in the words of a plan's guards."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today, practice_zone
from practice.safety.gate import Asked, Care, judge_visit
from practice.safety.standing import read_facts
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.readiness import Safety

UNCOVERED = ("emergency_hold", "clearance_required")


def safety_of(session: Session, plan: TreatmentPlan, *, now: datetime) -> Safety:
    """Return what would stop the client from being treated today: the gate is asked as at the table."""
    client_id = plan.client.kept_id
    today = practice_today(session, now)
    facts = read_facts(session, [client_id], zone=practice_zone(session), now=now)[client_id]
    judgement = judge_visit(Asked(Care.HANDS_ON, on=today, today=today, is_starting=True), facts)
    codes = [finding.code for finding in judgement.refusals]
    return Safety(
        has_signed_screening="screening_required" not in codes,
        uncovered_flags=sum(code in UNCOVERED for code in codes),
        has_baseline_record="baseline_required" not in codes,
    )
