"""A new warning sign stops everything at once: flag, plan, bookings, task and clearances are one transaction."""

import ast
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.clinic.models import ServiceKind, StaffTask
from practice.core import failpoints
from practice.safety import flagging
from practice.safety.catalogue import T1, Clinician, Raised, usual
from practice.safety.clearances import Reading, read_clearance, receive_document, request_clearance
from practice.safety.flagging import PHONE_NOW
from practice.safety.models import Clearance, Flag
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.telling import TELL_STOPPED
from practice.scheduling.wait_list.board import Look, read_board
from practice.scheduling.wait_list.deciding import next_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.fitting import Window
from practice.treatment_plans import stopping
from practice.treatment_plans.lifecycles import HoldReason, PlanState
from practice.treatment_plans.queries import find_hold
from practice.treatment_plans.stopping import DOCUMENT_WANTED, raise_flag, raise_flags, tell_stopped
from tests.factories import make_service
from tests.house.sources import product
from tests.safety.test_documents import PDF
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course


@pytest.fixture
def course(session) -> Course:
    return Course(Scene(session))


@pytest.fixture
def booked(course) -> list[Appointment]:
    """Two treatments, an assessment and a phone call to come, and a treatment of somebody else."""
    scene = course.scene
    offering = scene.therapists
    assessment = make_service(scene.session, therapists=offering, kind=ServiceKind.ASSESSMENT)
    phone = make_service(scene.session, therapists=offering, kind=ServiceKind.PHONE, needs_room=False)
    return [
        scene.book(at(10)),
        scene.book(at(14, day=25)),
        scene.book(at(10, day=26), service=assessment.uid),
        scene.book(at(10, day=27), service=phone.uid),
        scene.book(at(11), client=1),
    ]


def states(course, booked) -> list[str]:
    return [course.scene.reload(each).state for each in booked]


def stop(course, *codes: str):
    raised = [usual(code) for code in codes]
    return course.do(raise_flags, client_id=course.client.id, raised=raised, source="pre_check")


def count(course, table) -> int:
    course.session.rollback()
    return course.session.scalar(select(func.count()).select_from(table)) or 0


def tasks(course) -> list[str]:
    course.session.rollback()
    return sorted(course.session.scalars(select(StaffTask.kind)))


def test_an_emergency_cancels_what_is_to_come_and_nobody_is_mailed_yet(course, booked):
    plan = course.active()
    stop(course, "CES_SADDLE")
    assert states(course, booked) == ["cancelled", "cancelled", "cancelled", "booked", "booked"]
    assert [course.scene.reload(each).tell_client for each in booked[:3]] == [False] * 3
    assert course.scene.taken(booked[0]) == set()
    assert find_hold(course.session, plan.id).reason == HoldReason.NEW_FLAG
    assert course.plan(plan).state == PlanState.ON_HOLD
    assert tasks(course) == [PHONE_NOW, TELL_STOPPED]
    changes = [course.scene.history(each)[-1] for each in booked[:3]]
    assert len({change.act_id for change in changes}) == 1 and changes[0].act_id is not None


def test_a_block_makes_treatments_tentative_and_cancels_nothing(course, booked):
    plan = course.active()
    stop(course, "CANCER_HX")
    assert states(course, booked) == ["tentative", "tentative", "booked", "booked", "booked"]
    assert course.scene.reload(booked[0]).tentative_reason == "clearance_needed"
    assert course.plan(plan).state == PlanState.ON_HOLD
    assert tasks(course) == [DOCUMENT_WANTED]
    stop(course, "CANCER_HX")
    assert tasks(course) == [DOCUMENT_WANTED], "asked for once"


def test_a_block_that_ends_with_the_day_asks_for_no_document(course, booked):
    raised = [Raised("BP_HIGH", T1)]
    course.do(raise_flags, client_id=course.client.id, raised=raised, source="vitals")
    assert states(course, booked)[0] == "tentative"
    assert tasks(course) == []


@pytest.mark.parametrize("code", ["ANTICOAG", "SKIN_LOCAL"])
def test_a_caution_stops_nothing(course, booked, code):
    plan = course.active()
    stop(course, code)
    assert states(course, booked) == ["booked"] * 5
    assert course.plan(plan).state == PlanState.ACTIVE


def test_of_several_flags_the_heaviest_decides(course, booked):
    stop(course, "ANTICOAG", "CANCER_HX", "CES_BOWEL")
    assert states(course, booked)[:3] == ["cancelled"] * 3
    assert tasks(course) == [PHONE_NOW, TELL_STOPPED]


def test_who_is_here_already_stays_as_she_is(course, booked):
    course.scene.later(days=6, hours=1)
    course.do(arrive, appointment_uid=booked[0].uid)
    stop(course, "CES_SADDLE")
    assert course.scene.reload(booked[0]).state == "arrived"


def test_a_clearance_of_the_same_group_is_voided(course):
    course.active()
    flag = course.do(flagging.raise_flag, client_id=course.client.id, raised=usual("CES_BILATERAL"), source="person")
    course.session.rollback()
    clearance = course.do(request_clearance, client_id=course.client.id, flag_uids=[flag.uid])
    course.do(receive_document, uid=clearance.uid, content=PDF)
    reading = Reading(
        clinician=Clinician.PHYSICIAN,
        clinician_name="Dr Pell",
        flag_uids=(flag.uid,),
        dated_on=date(2026, 11, 24),
        valid_from=date(2026, 11, 24),
        valid_until=date(2027, 1, 24),
    )
    course.do(read_clearance, uid=clearance.uid, reading=reading)
    stop(course, "CES_SADDLE")
    course.session.rollback()
    assert course.session.scalars(select(Clearance.state)).all() == ["voided"]


class Crash(Exception):
    pass


def _crash() -> None:
    raise Crash


@pytest.mark.parametrize("point", ["stopping.after_flag", "stopping.after_hold", "before_commit"])
def test_a_crash_on_the_way_leaves_nothing_behind(course, booked, point):
    plan = course.active()
    failpoints.arm(point, _crash)
    try:
        with pytest.raises(Crash):
            stop(course, "CES_SADDLE")
    finally:
        failpoints.disarm_all()
    assert states(course, booked) == ["booked"] * 5
    assert course.plan(plan).state == PlanState.ACTIVE
    assert (count(course, Flag), tasks(course)) == (0, [])


def test_in_two_transactions_a_crash_would_leave_a_flag_without_its_consequences(course, booked):
    plan = course.active()
    course.do(flagging.raise_flag, client_id=course.client.id, raised=usual("CES_SADDLE"), source="person")
    assert count(course, Flag) == 1
    assert course.plan(plan).state == PlanState.ACTIVE
    assert states(course, booked)[0] == "booked"


@pytest.mark.parametrize("by_mail", [True, False])
def test_the_client_is_told_when_staff_have_chosen_how(course, booked, by_mail):
    stop(course, "CES_SADDLE")
    course.session.rollback()
    before = [course.scene.reload(each).change_seq for each in booked[:3]]
    task = course.session.scalars(select(StaffTask).where(StaffTask.kind == TELL_STOPPED)).one()
    course.scene.do(tell_stopped, task=task, by_mail=by_mail)
    after = [course.scene.reload(each) for each in booked[:3]]
    assert [each.tell_client for each in after] == [by_mail] * 3
    assert [each.change_seq for each in after] == [seq + by_mail for seq in before]


def test_two_stops_in_one_minute_are_two_things_to_tell(course, booked):
    stop(course, "CES_SADDLE")
    later = course.scene.book(at(15, day=25))
    stop(course, "MOTOR_SEVERE")
    assert tasks(course).count(TELL_STOPPED) == 2
    first, second = course.session.scalars(select(StaffTask).where(StaffTask.kind == TELL_STOPPED).order_by("id")).all()
    assert (first.note, second.note) == ("", "")
    course.scene.do(tell_stopped, task=first, by_mail=True)
    assert [course.scene.reload(each).tell_client for each in (*booked[:3], later)] == [True] * 3 + [False]


@pytest.mark.parametrize("is_told", [True, False])
def test_freed_times_reach_the_wait_list_only_when_the_client_knows(course, booked, is_told):
    wish = EntryDetails(
        service=course.scene.service.uid,
        therapists=(course.scene.therapists[0].uid,),
        windows=(Window(0, 600, 660),),
        last_on=at(10).date(),
    )
    waiting = course.scene.do(add_entry, client_uid=course.scene.clients[2].uid, details=wish)
    stop(course, "CES_SADDLE")
    if is_told:
        course.session.rollback()
        task = course.session.scalars(select(StaffTask).where(StaffTask.kind == TELL_STOPPED)).one()
        course.scene.do(tell_stopped, task=task, by_mail=False)
    course.session.rollback()
    board = read_board(course.session, Look(), reach=lambda _session, ids: ids, now=course.scene.now)
    offered = next_offer(board, skipping=frozenset())
    assert (offered is not None and offered.entry_id == waiting.id) is is_told


def test_a_flag_raised_alone_stops_as_well(course, booked):
    course.do(
        raise_flag, client_id=course.client.id, raised=usual("CANCER_HX"), source="person", note="told at the desk"
    )
    assert states(course, booked)[0] == "tentative"


def test_nothing_else_raises_a_flag():
    """Whoever imports the bare verb could raise a flag that stops nothing."""
    found = []
    for source in product():
        for node in ast.walk(source.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            module = getattr(node, "module", "") or ""
            is_bare = module == "practice.safety.flagging" and "raise_flag" in names
            is_whole = module == "practice.safety" and "flagging" in names
            if (is_bare or is_whole) and source.module != stopping.__name__:
                found.append(source.path)
    assert found == []


def test_time_given_back_is_free_for_others(course, booked):
    stop(course, "CES_SADDLE")
    rows = course.session.scalars(select(Allocation.appointment_id)).all()
    assert not {each.id for each in booked[:3]} & set(rows)
    assert timedelta(0) < course.scene.reload(booked[0]).starts_at - course.scene.now
