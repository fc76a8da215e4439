"""Booking for a client with a plan: each code at the edge, who may override it, and what it costs without a plan."""

from datetime import timedelta

import pytest

from practice.app import BOOKING_RULES
from practice.clinic.models import ServiceKind
from practice.core.actor import Actor, Role
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.appointments.rescheduling import change_room, reschedule
from practice.scheduling.appointments.starting import start
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingRefused
from practice.scheduling.wishes import BookingDetails, MoveWish
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.booking_rule import PLAN_RULE
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason
from tests.factories import make_service
from tests.scheduling.scene import RITA, Scene, at, statements
from tests.treatment_plans.scene import Course, second_service

RULES = (*SCHEDULING_RULES, PLAN_RULE)
THERAPIST = Actor(Role.THERAPIST, name="Theo")
MONDAY = at(10)
DAY = timedelta(days=1)
REASON = BookingDetails(override_reason="she travels")


@pytest.fixture
def course(session) -> Course:
    return Course(Scene(session))


def refusals(course: Course, when=MONDAY, **over) -> dict[str, bool]:
    """Return what is refused now, and whether the one who asks may override it."""
    with pytest.raises(BookingRefused) as refused:
        course.scene.book(when, rules=RULES, **over)
    course.session.rollback()
    return {each.code: each.overridable for each in refused.value.in_full().refusals}


def test_a_course_within_its_gaps_books(course):
    course.active()
    for days in (0, 3, 7, 10):
        course.scene.book(MONDAY + days * DAY, rules=RULES)
    assert refusals(course, MONDAY + 11 * DAY) == {"plan_gap": True}


def test_what_no_other_time_mends_leads_to_an_assessment_and_a_call(course):
    course.draft()
    assessment = make_service(course.session, therapists=course.scene.therapists, kind=ServiceKind.ASSESSMENT)
    with pytest.raises(BookingRefused) as refused:
        course.scene.book(MONDAY, rules=RULES)
    (refusal,) = refused.value.in_full().refusals
    ways = {way.act: way.values for way in refusal.ways_out}
    assert list(ways)[:3] == ["book_assessment", "ask_therapist", "open_plan"]
    assert ways["book_assessment"] == {"service": assessment.uid}
    course.session.rollback()
    course.scene.book(MONDAY, rules=RULES, service=assessment.uid)


def test_a_draft_and_a_plan_on_hold_treat_nobody(course):
    plan = course.draft()
    assert refusals(course) == {"plan_not_active": False}
    course.screen()
    course.complete_draft(plan)
    from practice.treatment_plans.activating import activate

    course.do(activate, plan_uid=plan.uid)
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    assert refusals(course) == {"plan_not_active": False}


def test_a_hold_may_leave_booking_open(course):
    plan = course.active()
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT, allows_booking=True)
    assert course.scene.book(rules=RULES).state == "booked"


def test_other_care_and_other_clients_are_not_the_plans_matter(course):
    plan = course.active()
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    other, assessment = second_service(course.scene), make_service(course.session, kind=ServiceKind.ASSESSMENT)
    course.scene.book(rules=RULES, service=other)
    course.scene.book(at(14), rules=RULES, service=assessment.uid)
    course.scene.book(at(15), rules=RULES, client=1)


def test_the_desk_overrides_a_gap_with_a_reason_and_no_more(course):
    course.active()
    course.scene.book(rules=RULES)
    assert refusals(course, MONDAY + DAY) == {"plan_gap": True}
    assert refusals(course, at(14)) == {"plan_same_day": False}
    assert course.scene.book(MONDAY + DAY, rules=RULES, details=REASON).state == "booked"


def test_no_more_sessions_than_the_version_has_however_they_were_booked(course):
    plan = course.active(blocks=(Block(1, 1, 2, 5, 9),))
    course.link(plan, 1, course.scene.book(rules=RULES))
    course.scene.book(MONDAY + 7 * DAY, rules=RULES)
    assert refusals(course, MONDAY + 14 * DAY) == {"plan_sessions_used": False}


@pytest.mark.parametrize(("actor", "overridable"), [(RITA, False), (THERAPIST, True)])
def test_an_overdue_reassessment_gives_way_to_clinicians_only(course, actor, overridable):
    plan = course.active(blocks=(Block(1, 1, 6, 5, 9),), checkpoints=(2, 6))
    for number in range(1, 5):
        course.deliver(plan, number, course.scene.book(MONDAY + 7 * number * DAY))
    assert refusals(course, MONDAY + 35 * DAY, actor=actor) == {"reassessment_overdue": overridable}


def test_a_moved_session_is_judged_by_its_new_day_only(course):
    plan = course.active(blocks=(Block(1, 1, 2, 5, 9),))
    visit = course.scene.book(rules=RULES)
    course.scene.book(MONDAY + 7 * DAY, rules=RULES)
    course.scene.do(reschedule, appointment_uid=visit.uid, wish=MoveWish(local_start=MONDAY + DAY), rules=RULES)
    with pytest.raises(BookingRefused) as refused:
        course.scene.do(reschedule, appointment_uid=visit.uid, wish=MoveWish(local_start=MONDAY + 4 * DAY), rules=RULES)
    assert [each.code for each in refused.value.in_full().refusals] == ["plan_gap"]
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    room = course.scene.rooms[1].uid
    course.scene.do(change_room, appointment_uid=visit.uid, room_uid=room, rules=RULES)


def test_nobody_is_treated_while_the_plan_rests(course):
    plan = course.active()
    visit = course.scene.book(rules=RULES)
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    course.scene.later(days=6, hours=1)
    course.scene.do(arrive, appointment_uid=visit.uid)
    with pytest.raises(BookingRefused) as refused:
        course.scene.do(start, appointment_uid=visit.uid, rules=RULES)
    assert [each.code for each in refused.value.refusals] == ["plan_not_active"]


def test_too_long_a_gap_is_said_and_booked(course):
    course.active()
    course.scene.book(rules=RULES)
    visit = course.scene.book(MONDAY + 8 * DAY, rules=RULES)
    assert visit.state == "booked"


def test_a_client_without_a_plan_costs_one_statement(course):
    course.scene.book(at(16))
    with statements(course.session) as plain:
        course.scene.book(at(14), rules=SCHEDULING_RULES)
    with statements(course.session) as informed:
        course.scene.book(at(11), rules=RULES)
    assert len(informed) == len(plain) + 1


def test_the_application_books_by_the_plan():
    assert PLAN_RULE in BOOKING_RULES
