"""What the courses of the practice came to in the last year: shares, never persons."""

from datetime import datetime, timedelta

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.policy import requires
from practice.treatment_plans.judging import read_courses
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.models import Reassessment, TreatmentPlan
from practice.treatment_plans.outcomes import FEWEST, Ended, first_gain, outcomes
from practice.treatment_plans.progress import Verdict
from practice.web.database import now, session
from practice.web.pages import render_page

MOST_COUNTED = 500
YEAR = timedelta(days=365)
COUNTED = (PlanState.COMPLETED, PlanState.DISCHARGED, PlanState.REFERRED)

blueprint = Blueprint("desk_outcomes", __name__, template_folder="../templates")


@blueprint.get("/plans/outcomes")
@requires("outcome.read")
def show() -> Response:
    """Show what the courses came to that ended within a year."""
    ended = read_ended(session(), now=now())
    is_cut = len(ended) == MOST_COUNTED
    return render_page("desk/outcomes.html", groups=outcomes(ended), fewest=FEWEST, is_cut=is_cut, most=MOST_COUNTED)


def read_ended(opened: Session, *, now: datetime) -> list[Ended]:
    """Return the courses that ended within a year, the newest :data:`MOST_COUNTED`; six statements."""
    wanted = (
        select(TreatmentPlan)
        .where(TreatmentPlan.state.in_(COUNTED), TreatmentPlan.ended_at > now - YEAR)
        .order_by(TreatmentPlan.ended_at.desc(), TreatmentPlan.id.desc())
        .limit(MOST_COUNTED)
    )
    plans = opened.scalars(wanted).all()
    ids = [plan.id for plan in plans]
    courses = read_courses(opened, ids)
    judged = select(Reassessment.plan_id, Reassessment.decided).where(Reassessment.plan_id.in_(ids))
    verdicts = {row.plan_id: Verdict(row.decided) for row in opened.execute(judged.order_by(Reassessment.after_number))}
    return [
        Ended(
            plan.template,
            PlanState(plan.state),
            plan.outcome,
            verdicts.get(plan.id),
            len(courses[plan.id].points),
            first_gain(courses[plan.id].points, courses[plan.id].definitions),
        )
        for plan in plans
    ]
