"""The planner over JSON: proposals for what is still to come of a plan, and booking or mending it as one act.

After a cancellation, an absence or a new version the same two routes show what would move and accept it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.clinic.models import Therapist
from practice.scheduling.appointments.forms import booking_rules, require_own_diary
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.ownership import require_own_client
from practice.scheduling.question import SetUp
from practice.scheduling.wishes import get_by_uid
from practice.treatment_plans.course import Course, Hours, Visit, With
from practice.treatment_plans.course_booking import Chosen, book_course
from practice.treatment_plans.course_changes import changes_of
from practice.treatment_plans.course_schemas import (
    BookedCourseSchema,
    ChosenInputSchema,
    CourseProposalsSchema,
    WishesInputSchema,
)
from practice.treatment_plans.course_words import reasons, stuck_sentence, title
from practice.treatment_plans.plan_forms import Body
from practice.treatment_plans.planning import PlanWishes, Proposals, propose_plan, read_case
from practice.treatment_plans.queries import get_plan
from practice.treatment_plans.shown_plans import Shown
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, session
from practice.web.idempotency import Answer

blueprint = ApiBlueprint(
    "api_courses", __name__, url_prefix="/api/v1/plans/<uid:uid>/course", description="The course planner"
)

BOOK = "appointment.book"
_DAY_ENDS = 24 * 60


@blueprint.route("/proposals")
class CourseProposals(MethodView):
    """Looking before booking."""

    @blueprint.arguments(WishesInputSchema)
    @blueprint.response(200, CourseProposalsSchema)
    @requires(BOOK)
    def post(self, body: Body, uid: str) -> Shown:
        """Propose three courses for every session still to come, and say what each changes; nothing is written."""
        _require_own_plan(session(), uid)
        case = read_case(session(), uid, earliest=body.get("earliest"), now=now())
        found = propose_plan(session(), case, _wishes(session(), body), now=now())
        proposals = [] if found is None else _proposals(found, read_set_up(session()))
        stuck = None if found is None else found.answer.stuck
        return {
            "proposals": proposals,
            "stuck": None if stuck is None else stuck_sentence(stuck),
            "seen": case.seen,
            "to_place": case.to_place,
            "unbooked": case.unbooked,
        }


@blueprint.route("")
class BookedCourse(MethodView):
    """The course of a plan."""

    @blueprint.arguments(ChosenInputSchema)
    @blueprint.response(201, BookedCourseSchema)
    @requires(BOOK)
    def post(self, body: Body, uid: str) -> Response:
        """Book, move and keep visits so that they lie as chosen: all of them or none, with one mail."""

        def work(opened: Session) -> Answer:
            actor = current_actor()
            _require_own_plan(opened, uid)
            for therapist_uid in sorted({each["therapist_uid"] for each in body["visits"]}):
                require_own_diary(opened, therapist_uid, actor, BOOK)
            chosen = _chosen(opened, body)
            booked = book_course(opened, plan_uid=uid, chosen=chosen, rules=booking_rules(), actor=actor, now=now())
            shown = {"changed": len(booked), "appointment_uids": [each.uid for each in booked]}
            return Answer(201, shown, f"/api/v1/plans/{uid}")

        return post_once(work, actor=current_actor(), now=now())


def _require_own_plan(opened: Session, uid: str) -> None:
    require_own_client(opened, get_plan(opened, uid).client.uid, current_actor(), BOOK)


def _wishes(opened: Session, body: Body) -> PlanWishes:
    """Return the wishes; a therapist who plans for the own diary only is proposed alone."""
    own_id = own_therapist_id(opened, current_actor(), BOOK)
    own_uid = None if own_id is None else opened.get_one(Therapist, own_id).uid
    begins, ends = _minute(body.get("begins"), 0), _minute(body.get("ends"), _DAY_ENDS)
    asked = With(body["therapist"]) if "therapist" in body else None
    return PlanWishes(
        therapist=With.MUST if own_uid else asked,
        therapist_uid=own_uid or body.get("therapist_uid"),
        location_uid=body.get("location_uid"),
        weekdays=frozenset(body["weekdays"]),
        hours=(Hours(begins, ends),) if (begins, ends) != (0, _DAY_ENDS) else (),
        room_needs=frozenset(body["room_needs"]),
        earliest=body.get("earliest"),
    )


def _minute(clock: str | None, otherwise: int) -> int:
    if clock is None:
        return otherwise
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _chosen(opened: Session, body: Body) -> Chosen:
    set_up = read_set_up(opened)
    return Chosen(
        visits={each["number"]: _visit(each, set_up) for each in body["visits"]},
        seen=body["seen"],
        location_uid=body.get("location_uid"),
        room_needs=frozenset(body["room_needs"]),
        earliest=body.get("earliest"),
    )


def _visit(each: Body, set_up: SetUp) -> Visit:
    start: datetime = each["local_start"]
    therapist = get_by_uid(set_up.therapists, each["therapist_uid"], "therapist")
    return Visit(start.toordinal(), start.hour * 60 + start.minute, therapist.id)


def _proposals(found: Proposals, set_up: SetUp) -> list[Shown]:
    people = {one.id: {"uid": one.uid, "name": one.name} for one in set_up.therapists.values()}
    return [_proposal(found, course, people) for course in found.answer.courses]


def _proposal(found: Proposals, course: Course, people: Mapping[int, Shown]) -> Shown:
    pairs = zip(found.question.dues, course.visits, strict=True)
    placed = {due.number: visit for due, visit in pairs if due.fixed is None}
    return {
        "title": f"{title(course.pattern)} with {found.name_of(course.pattern.therapist_id)}",
        "visits": [
            {"number": at, "local_start": start_of(visit), "therapist": people[visit.therapist_id]}
            for at, visit in placed.items()
        ],
        "reasons": list(reasons(found.question, course, found.name_of)),
        "changes": changes_of(found.case.sessions, placed, found.name_of),
        "tentative_from": min(course.tentative, default=None),
    }


def start_of(visit: Visit) -> datetime:
    """Return the wall time of a visit."""
    return datetime.combine(date.fromordinal(visit.on), datetime.min.time()) + timedelta(minutes=visit.minute)
