"""The gate on every path: what books, what books tentatively, what is refused, and the way out of each."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text, update

from practice.clinic.details import PolicyDetails
from practice.clinic.models import ServiceKind, StaffTask, Therapist, TherapistService
from practice.clinic.policies import set_policies
from practice.clinic.service import bump_clinic_version
from practice.core.actor import Actor, Role
from practice.safety.catalogue import Clinician, usual
from practice.safety.clearances import Reading, read_clearance, receive_document, request_clearance
from practice.safety.flagging import close_flag, raise_flag
from practice.safety.models import Flag, Screening
from practice.safety.watching import escalate_calls
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.appointments.booking import book_held, book_time, make_tentative, settle, walk_in
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import change_client, change_room, reschedule
from practice.scheduling.appointments.starting import start
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingRefused
from practice.scheduling.gating.converting import NoAssessment, assess_instead
from practice.scheduling.gating.restanding import clients_with_visits, restand
from practice.scheduling.gating.rule import SAFETY_RULE
from practice.scheduling.gating.sweeping import Sweep
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.planning import SeriesWish
from practice.scheduling.series.rule import Recurrence
from practice.scheduling.wishes import BookingDetails, MoveWish, PlaceWish
from practice.treatment_plans.stopping import raise_flags
from tests.conftest import NOW
from tests.factories import OWNER, act, make_client, make_service
from tests.safety.forms import TODAY
from tests.safety.test_documents import PDF
from tests.scheduling.scene import Scene, at, statements

THEO = Actor(Role.THERAPIST, name="Theo Therapist")
DAY = timedelta(days=1)
GATED = (*SCHEDULING_RULES, SAFETY_RULE)
RULES = {"rules": GATED}


@pytest.fixture
def scene(session) -> Scene:
    made = Scene(session)
    make_service(session, kind=ServiceKind.ASSESSMENT, duration_minutes=30, code="ASSESS", price_cents=6200)
    made.clients[2] = make_client(session, is_screened=False)
    return made


WELL, KNOWN, NEW = 0, 1, 2


def flagged(scene: Scene, client: int = WELL, code: str = "CANCER_HX"):
    client_id = scene.clients[client].id
    return scene.do(raise_flag, client_id=client_id, raised=usual(code), source="person", actor=THEO)


def cleared(scene: Scene, flag, until) -> None:
    row = scene.do(request_clearance, client_id=flag.client_id, flag_uids=[flag.uid], actor=THEO)
    scene.do(receive_document, uid=row.uid, content=PDF)
    reading = Reading(Clinician.PHYSICIAN, "Dr Pell", TODAY, TODAY, until, (flag.uid,))
    scene.do(read_clearance, uid=row.uid, reading=reading, actor=THEO)


def book(scene: Scene, local=None, **over):
    return scene.book(*([] if local is None else [local]), **RULES | over)


def codes(call) -> set[str]:
    with pytest.raises(BookingRefused) as refused:
        call()
    return {refusal.code for refusal in refused.value.in_full().refusals}


def restanding(scene: Scene, *clients: int) -> int:
    return scene.do(restand, client_ids={scene.clients[each].id for each in clients or (WELL,)})


def forget_form(scene: Scene, client: int) -> None:
    gone = update(Screening).where(Screening.client_id == scene.clients[client].id).values(signed_at=None)
    act(scene.session, lambda: scene.session.execute(gone))


def test_a_client_whose_form_is_there_is_booked_firmly(scene):
    assert book(scene).state == "booked"


def test_a_new_client_is_booked_tentatively_and_keeps_the_time(scene):
    row = book(scene, client=NEW)
    assert (row.state, row.tentative_reason) == ("tentative", "forms_needed")
    assert len(scene.taken(row)) == 3


def test_a_reason_of_the_desk_stands_before_the_gates(scene):
    row = book(scene, client=NEW)
    scene.do(make_tentative, appointment_uid=book(scene, at(15)).uid, reason="client_to_confirm")
    assert restanding(scene) == 0
    assert scene.reload(row).tentative_reason == "forms_needed"


def test_every_way_of_booking_is_tentative_without_a_form(scene):
    held = scene.do(hold_time, wish=scene.wish(at(14)), **RULES)
    client = {"client_uid": scene.clients[NEW].uid}
    rows = [scene.do(book_held, hold_uid=held.uid, **client, **RULES)]
    wish = SeriesWish(first=scene.wish(at(10)), rule=Recurrence(weekdays=frozenset({0}), count=2))
    rows += scene.do(book_series, wish=wish, **client, **RULES)
    moved = book(scene, at(15), client=WELL)
    forget_form(scene, WELL)
    rows.append(scene.do(reschedule, appointment_uid=moved.uid, wish=MoveWish(local_start=at(16)), **RULES))
    assert {(row.state, row.tentative_reason) for row in rows} == {("tentative", "forms_needed")}


def test_who_walks_in_without_a_form_arrives_all_the_same(scene):
    scene.now = NOW + timedelta(days=6, hours=1)
    wish = PlaceWish(service=scene.service.uid, therapist=scene.therapists[0].uid)
    row = scene.do(walk_in, wish=wish, client_uid=scene.clients[NEW].uid, **RULES)
    assert row.state == "arrived"


WAYS_TO_TREAT = {
    "book": lambda scene: partial(book, scene),
    "book a series": lambda scene: partial(
        scene.do,
        book_series,
        wish=SeriesWish(first=scene.wish(), rule=Recurrence(weekdays=frozenset({0}), count=2)),
        client_uid=scene.clients[WELL].uid,
        **RULES,
    ),
    "book what was held": lambda scene: partial(
        scene.do,
        book_held,
        hold_uid=scene.do(hold_time, wish=scene.wish(), **RULES).uid,
        client_uid=scene.clients[WELL].uid,
        **RULES,
    ),
    "move": lambda scene: partial(
        scene.do,
        reschedule,
        appointment_uid=scene.book().uid,
        wish=MoveWish(local_start=at(14)),
        **RULES,
    ),
    "give to another client": lambda scene: partial(
        scene.do,
        change_client,
        appointment_uid=scene.book(client=KNOWN).uid,
        client_uid=scene.clients[WELL].uid,
        **RULES,
    ),
}


@pytest.mark.parametrize("way", WAYS_TO_TREAT)
@pytest.mark.parametrize(("code", "refusal"), [("CANCER_HX", "clearance_required"), ("CES_SADDLE", "emergency_hold")])
def test_a_known_warning_sign_refuses_every_way_of_treating(scene, way, code, refusal):
    call = WAYS_TO_TREAT[way](scene)
    flagged(scene, code=code)
    with pytest.raises(Exception) as refused:
        call()
    assert {each.code for each in refused.value.in_full().refusals} == {refusal}


def test_an_override_does_not_open_the_gate(scene):
    flagged(scene)
    with pytest.raises(BookingRefused):
        scene.do(
            book_time,
            wish=scene.wish(),
            client_uid=scene.clients[WELL].uid,
            details=BookingDetails(override_reason="she insists"),
            actor=OWNER,
            **RULES,
        )


def test_the_desk_hears_a_neutral_sentence_and_a_therapist_the_full_one(scene):
    flagged(scene)
    heard = {}
    for role in (Role.RECEPTIONIST, Role.THERAPIST):
        with pytest.raises(BookingRefused) as refused:
            book(scene, actor=Actor(role, name="x"))
        (refusal,) = refused.value.in_full().refusals
        heard[role] = refusal.sentence
        assert refusal.clinical_sentence is None
        assert {way.act for way in refusal.ways_out} >= {"book_assessment", "ask_therapist"}
    assert "cancer" not in heard[Role.RECEPTIONIST].lower()
    assert "cancer" in heard[Role.THERAPIST].lower()


def test_an_assessment_is_booked_whatever_is_known(scene, session):
    flagged(scene, code="CES_SADDLE")
    assessment = make_service(session, kind=ServiceKind.ASSESSMENT, duration_minutes=30)
    row = book(scene, service=assessment.uid)
    assert row.state == "booked"


def test_a_clearance_opens_the_diary_up_to_its_last_day(scene):
    cleared(scene, flagged(scene), at(10).date())
    assert book(scene).state == "booked"
    row = book(scene, at(10, day=30) + 7 * DAY)
    assert (row.state, row.tentative_reason) == ("tentative", "clearance_needed")


def test_a_visit_that_leaves_nobody_untreated_is_not_asked(scene):
    row = scene.book()
    flagged(scene)
    scene.do(change_room, appointment_uid=row.uid, room_uid=scene.rooms[1].uid, **RULES)


def arrived(scene: Scene, client: int = WELL):
    row = book(scene, client=client)
    scene.later(days=6)
    return scene.do(arrive, appointment_uid=row.uid)


def test_treatment_begins_when_nothing_is_missing(scene):
    row = arrived(scene)
    assert scene.do(start, appointment_uid=row.uid, actor=THEO, **RULES).state == "in_progress"


def test_without_a_form_treatment_does_not_begin_and_becomes_an_assessment(scene):
    row = arrived(scene, NEW)
    begin = partial(scene.do, start, appointment_uid=row.uid, actor=THEO, **RULES)
    assert codes(begin) == {"screening_required", "baseline_required"}
    changed = scene.do(assess_instead, appointment_uid=row.uid, actor=THEO, **RULES)
    assert (changed.kind, changed.duration_minutes, changed.price_cents) == ("assessment", 30, 6200)
    assert (changed.local_start, changed.therapist_id) == (row.local_start, row.therapist_id)
    assert begin().state == "in_progress"


def test_an_assessment_is_taken_back_as_it_was(scene):
    row = arrived(scene)
    scene.do(assess_instead, appointment_uid=row.uid, actor=THEO, **RULES)
    back = scene.do(undo, appointment_uid=row.uid, **RULES)
    assert (back.kind, back.duration_minutes, back.service_id) == ("hands_on", 60, scene.service.id)


@pytest.mark.parametrize(("code", "refusal"), [("CES_SADDLE", "emergency_hold"), ("CANCER_HX", "clearance_required")])
def test_what_a_warning_sign_stopped_is_neither_taken_back_nor_made_firm(scene, code, refusal):
    row, spare = book(scene), book(scene, at(14, day=27))
    scene.do(raise_flags, client_id=row.client_id, raised=[usual(code)], source="person", actor=THEO)
    assert codes(partial(scene.do, undo, appointment_uid=row.uid, **RULES)) == {refusal}
    if code == "CANCER_HX":
        assert codes(partial(scene.do, settle, appointment_uid=spare.uid, **RULES)) == {refusal}
        assert scene.reload(spare).tentative_reason == "clearance_needed"
    assert scene.reload(row).state in {"cancelled", "tentative"}
    flag = scene.session.scalars(select(Flag)).one()
    scene.do(close_flag, uid=flag.uid, reason="a mistake", actor=OWNER)
    assert scene.do(undo, appointment_uid=row.uid, **RULES).state == "booked"


def test_what_lacks_a_form_comes_back_only_tentatively_and_is_not_made_firm(scene):
    row = book(scene)
    scene.do(cancel, appointment_uid=row.uid, reason="ill", by=CancelledBy.CLIENT)
    forget_form(scene, WELL)
    back = scene.do(undo, appointment_uid=row.uid, **RULES)
    assert (back.state, back.tentative_reason) == ("tentative", "forms_needed")
    assert codes(partial(scene.do, settle, appointment_uid=row.uid, **RULES)) == {
        "screening_required",
        "baseline_required",
    }
    asked = scene.do(make_tentative, appointment_uid=book(scene, at(15), client=KNOWN).uid, reason="client_to_confirm")
    assert scene.do(settle, appointment_uid=asked.uid, **RULES).state == "booked"


def test_where_nobody_assesses_it_is_said(scene, session):
    row = arrived(scene)

    def forget() -> None:
        for each in session.query(TherapistService).all():
            if each.service_id != scene.service.id:
                session.delete(each)
        bump_clinic_version(session)

    act(session, forget)
    with pytest.raises(NoAssessment):
        scene.do(assess_instead, appointment_uid=row.uid, **RULES)


def test_an_emergency_known_since_stops_even_the_assessment(scene):
    row = arrived(scene)
    scene.do(assess_instead, appointment_uid=row.uid, actor=THEO, **RULES)
    flagged(scene, code="CES_SADDLE")
    assert codes(partial(scene.do, start, appointment_uid=row.uid, actor=THEO, **RULES)) == {"emergency_hold"}


def test_who_is_not_registered_that_day_does_not_begin(scene, session):
    row = arrived(scene)

    def end() -> None:
        session.execute(update(Therapist).values(registered_until=TODAY))
        bump_clinic_version(session)

    act(session, end)
    begin = partial(scene.do, start, appointment_uid=row.uid, actor=THEO, **RULES)
    assert codes(begin) == {"therapist_not_registered"}


def test_by_risk_no_doctors_word_is_needed(scene, session):
    details = PolicyDetails(name="Harbour", sender_alias="Harbour", safety_policy="risk_based")
    given = update(Screening).where(Screening.client_id == scene.clients[WELL].id).values(is_baseline=False)
    act(session, lambda: session.execute(given))
    assert book(scene).state == "tentative"
    scene.do(set_policies, details=details, effective_on=TODAY, version=None, actor=OWNER)
    assert book(scene, at(14)).state == "booked"


def test_a_clearance_that_runs_out_makes_the_rest_tentative_and_a_new_one_firm(scene):
    flag = flagged(scene)
    cleared(scene, flag, TODAY + 90 * DAY)
    first, second = book(scene), book(scene, at(10) + 14 * DAY)
    assert restanding(scene) == 0
    shorter = "UPDATE clearance SET valid_until = '2026-12-01'"
    act(scene.session, lambda: scene.session.execute(text(shorter)))
    assert restanding(scene) == 1
    assert [scene.reload(each).state for each in (first, second)] == ["booked", "tentative"]
    cleared(scene, flag, TODAY + 90 * DAY)
    assert restanding(scene) == 1
    assert scene.reload(second).state == "booked"
    assert [line.verb for line in scene.history(second)][-2:] == ["make_tentative", "settle"]


def test_a_new_warning_sign_makes_what_is_booked_tentative(scene):
    row = book(scene)
    flagged(scene)
    assert restanding(scene) == 1
    assert scene.reload(row).tentative_reason == "clearance_needed"


def test_a_form_that_lapsed_asks_again_for_what_is_booked(scene):
    row = book(scene)
    forget_form(scene, WELL)
    assert restanding(scene) == 1
    assert scene.reload(row).tentative_reason == "forms_needed"


def test_what_is_over_or_cancelled_is_left_alone(scene):
    book(scene)
    scene.later(days=30)
    flagged(scene)
    assert restanding(scene) == 0
    assert clients_with_visits(scene.session, after=0, now=scene.now) == []


def test_all_who_come_are_found_once_in_pages(scene):
    book(scene)
    book(scene, at(14))
    book(scene, at(15), client=KNOWN)
    ids = clients_with_visits(scene.session, after=0, now=scene.now)
    assert ids == sorted({scene.clients[WELL].id, scene.clients[KNOWN].id})
    assert clients_with_visits(scene.session, after=ids[0], now=scene.now) == ids[1:]


def test_the_gate_adds_one_statement_to_a_booking(scene):
    wish = {"client_uid": scene.clients[WELL].uid}
    book(scene, at(16))
    with statements(scene.session) as plain:
        scene.do(book_time, wish=scene.wish(), rules=SCHEDULING_RULES, **wish)
    with statements(scene.session) as gated:
        scene.do(book_time, wish=scene.wish(at(14)), **RULES, **wish)
    assert len(gated) == len(plain) + 1


def test_restanding_reads_with_two_statements_while_nothing_changes(scene):
    for hour in (10, 14, 15):
        book(scene, at(hour))
    with statements(scene.session) as sent:
        restanding(scene)
    assert len(sent) == 2


def test_the_nightly_round_changes_what_ran_out_once(scene, sessions, clock):
    row = book(scene)
    forget_form(scene, WELL)
    sweep = Sweep(sessions, clock)
    assert [sweep.run(), sweep.run()] == [1, 0]
    assert scene.reload(row).tentative_reason == "forms_needed"


def test_a_call_that_nobody_made_goes_to_the_owner_after_a_quarter_of_an_hour(scene):
    flagged(scene, code="CES_SADDLE")
    early = act(scene.session, lambda: escalate_calls(scene.session, now=NOW + timedelta(minutes=14)))
    late = act(scene.session, lambda: escalate_calls(scene.session, now=NOW + timedelta(minutes=15)))
    assert (early, late) == (0, 1)
    assert scene.session.scalars(select(StaffTask.assigned_role)).one() == "owner"


@pytest.mark.parametrize(("days_before", "kinds"), [(15, []), (14, ["form_again"]), (3, ["form_again", "form_again"])])
def test_a_form_that_runs_out_before_a_visit_is_asked_for_in_time(scene, sessions, days_before, kinds):
    scene.now = NOW + timedelta(days=90 - days_before)
    book(scene, at(10) + timedelta(days=105))
    sweep = Sweep(sessions, lambda: scene.now)
    sweep.run()
    sweep.run()
    assert tasks(scene) == kinds


def test_a_clearance_that_ends_before_a_visit_asks_a_therapist(scene, sessions):
    cleared(scene, flagged(scene), TODAY + 90 * DAY)
    book(scene, at(10) + timedelta(days=70))
    scene.now = NOW + timedelta(days=77)
    Sweep(sessions, lambda: scene.now).run()
    assert "clearance_ends" not in tasks(scene)
    shorten = text("UPDATE clearance SET valid_until = '2027-02-04'")
    act(scene.session, lambda: scene.session.execute(shorten))
    scene.now = NOW + timedelta(days=60)
    Sweep(sessions, lambda: scene.now).run()
    assert tasks(scene) == ["clearance_ends"]
    assert scene.session.scalars(select(StaffTask.assigned_role)).one() == "therapist"


def test_what_ends_after_the_last_visit_is_nobodys_task(scene, sessions):
    book(scene)
    scene.now = NOW + timedelta(days=5)
    Sweep(sessions, lambda: scene.now).run()
    assert tasks(scene) == []


def tasks(scene: Scene) -> list[str]:
    scene.session.rollback()
    return sorted(scene.session.scalars(select(StaffTask.kind)))
