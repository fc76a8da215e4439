"""A whole plan proposed, booked as one act, and mended after what upset it."""

from datetime import date, datetime, timedelta

import pytest

from practice.app import BOOKING_RULES
from practice.core.errors import StaleVersion
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.series.errors import SeriesConflict
from practice.treatment_plans.cadences import days_behind, list_paces
from practice.treatment_plans.course import Hours, Stop, With
from practice.treatment_plans.course_booking import Chosen, book_course
from practice.treatment_plans.course_changes import changes_of
from practice.treatment_plans.course_errors import CourseNotWhole
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.planning import PlanWishes, propose_plan, read_case
from practice.treatment_plans.sessions import list_sessions
from tests.scheduling.scene import RITA, Scene, overlapping_pairs, statements
from tests.treatment_plans.scene import Course

ANY = PlanWishes()


@pytest.fixture
def course(session) -> Course:
    return Course(Scene(session))


@pytest.fixture
def plan(course: Course):
    return course.active()


def propose(course: Course, plan, wishes: PlanWishes = ANY):
    case = read_case(course.session, plan.uid, earliest=wishes.earliest, now=course.scene.now)
    return propose_plan(course.session, case, wishes, now=course.scene.now)


def chosen_of(found, at: int = 0, **over) -> Chosen:
    dues, visits = found.question.dues, found.answer.courses[at].visits
    placed = {due.number: visit for due, visit in zip(dues, visits, strict=True) if due.fixed is None}
    return Chosen(**({"visits": placed, "seen": found.case.seen} | over))


def book(course: Course, plan, chosen: Chosen):
    booked = course.scene.do(book_course, plan_uid=plan.uid, chosen=chosen, rules=BOOKING_RULES, actor=RITA)
    course.session.commit()
    return booked


def sessions_of(course: Course, plan):
    course.session.rollback()
    return list_sessions(course.session, plan.id)


def test_three_proposals_for_every_session_of_a_plan(course: Course, plan) -> None:
    found = propose(course, plan)
    assert len(found.answer.courses) == 3
    assert all(len(each.visits) == 10 for each in found.answer.courses)
    assert found.question.wishes.therapist is With.PREFER


def test_a_proposal_is_booked_in_one_act_and_each_session_has_its_visit(course: Course, plan) -> None:
    found = propose(course, plan)
    booked = book(course, plan, chosen_of(found))
    assert len(booked) == 10
    views = sessions_of(course, plan)
    assert [view.state for view in views] == [SessionState.BOOKED] * 10
    starts = [
        datetime.combine(date.fromordinal(v.on), datetime.min.time()) + timedelta(minutes=v.minute)
        for v in found.answer.courses[0].visits
    ]
    assert [view.local_start for view in views] == starts
    assert len({course.scene.history(each)[-1].act_id for each in booked}) == 1
    assert overlapping_pairs(course.session) == 0


def test_reading_and_proposing_takes_as_many_statements_for_any_plan(course: Course, plan) -> None:
    with statements(course.session) as sent:
        propose(course, plan)
    first = len(sent)
    course.session.rollback()
    with statements(course.session) as sent:
        propose(course, plan, PlanWishes(hours=(Hours(600, 720),), weekdays=frozenset({1, 3})))
    assert len(sent) <= first <= 14


def test_a_time_lost_meanwhile_books_nothing_and_names_the_visit(course: Course, plan) -> None:
    found = propose(course, plan)
    third = found.answer.courses[0].visits[2]
    local = datetime.combine(date.fromordinal(third.on), datetime.min.time()) + timedelta(minutes=third.minute)
    therapist = (
        course.scene.therapists[0]
        if third.therapist_id == course.scene.therapists[0].id
        else course.scene.therapists[1]
    )
    course.scene.book(local, client=2, therapist=therapist.uid)
    with pytest.raises(SeriesConflict) as refused:
        book(course, plan, chosen_of(found))
    assert [each["visit"] for each in refused.value.context["conflicts"]] == [3]
    assert all(view.appointment_id is None for view in sessions_of(course, plan))


def test_what_was_seen_must_still_be_true(course: Course, plan) -> None:
    found = propose(course, plan)
    book(course, plan, chosen_of(found))
    with pytest.raises(StaleVersion):
        book(course, plan, chosen_of(found))


@pytest.mark.parametrize("fault", ["missing", "unknown", "too near", "same day"])
def test_visits_that_make_no_course_are_refused(course: Course, plan, fault) -> None:
    found = propose(course, plan)
    visits = dict(chosen_of(found).visits)
    if fault == "missing":
        del visits[10]
    elif fault == "unknown":
        visits[11] = visits[10]._replace(on=visits[10].on + 7)
    else:
        visits[2] = visits[1]._replace(on=visits[1].on + (1 if fault == "too near" else 0), minute=840)
    with pytest.raises(CourseNotWhole):
        book(course, plan, chosen_of(found, visits=visits))


def test_a_plan_without_a_version_in_force_has_nothing_to_plan(course: Course) -> None:
    draft = course.draft()
    assert propose(course, draft) is None


def test_wishes_that_nothing_answers_name_the_visit(course: Course, plan) -> None:
    found = propose(course, plan, PlanWishes(weekdays=frozenset({6})))
    assert found.answer.stuck.stop in {Stop.WEEKDAYS, Stop.NOTHING_FREE}
    assert found.answer.stuck.number == 1


def booked_plan(course: Course, plan):
    found = propose(course, plan)
    book(course, plan, chosen_of(found))
    return sessions_of(course, plan)


def test_a_cancelled_visit_is_made_up_for_as_one_act(course: Course, plan) -> None:
    """The third is cancelled: visits that can stay do, each under the next number, and one more is booked."""
    before = booked_plan(course, plan)
    course.scene.do(cancel, appointment_uid=before[2].appointment_uid, reason="ill", by=CancelledBy.CLIENT)
    course.session.commit()
    found = propose(course, plan)
    changes = changes_of(found.case.sessions, chosen_of(found).visits, found.name_of)
    changed = book(course, plan, chosen_of(found))
    assert len(changed) == len(changes)
    after = sessions_of(course, plan)
    assert [view.state for view in after] == [SessionState.BOOKED] * 10
    starts = [view.local_start for view in after]
    assert starts == sorted(starts)
    stayed = {view.appointment_id for view in before} & {view.appointment_id for view in after}
    assert len(stayed) == 9
    assert overlapping_pairs(course.session) == 0
    assert len({course.scene.history(each)[-1].act_id for each in changed}) == 1


def test_a_plan_that_is_whole_proposes_to_leave_it_so(course: Course, plan) -> None:
    booked_plan(course, plan)
    found = propose(course, plan)
    assert changes_of(found.case.sessions, chosen_of(found).visits, found.name_of) == []
    assert book(course, plan, chosen_of(found)) == []


def test_how_far_behind_a_plan_is_and_who_is_listed(course: Course, plan) -> None:
    now = course.scene.now
    assert days_behind(course.session, [plan.client_id], now=now) == {}
    later = now + timedelta(days=9)
    assert days_behind(course.session, [plan.client_id], now=later)[plan.client_id] >= 5
    (pace,) = list_paces(course.session, actor=RITA, now=later)
    assert pace.cadence.is_lapsing
    assert (pace.booked, pace.sessions) == (0, 10)
    with statements(course.session) as sent:
        list_paces(course.session, actor=RITA, now=later)
    assert len(sent) <= 3


def test_a_booked_plan_is_not_behind(course: Course, plan) -> None:
    booked_plan(course, plan)
    assert list_paces(course.session, actor=RITA, now=course.scene.now) == []
