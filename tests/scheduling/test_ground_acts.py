"""Applying a change of the ground: one act, all of it or nothing, and no visit left on an absence without a reason."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from practice.clinic.errors import AbsenceOverlaps, DatesOrder
from practice.clinic.models import Closure, TimeOff
from practice.clinic.opening import ClosureDetails, add_closure
from practice.clinic.working_hours import TimeOffDetails, add_time_off
from practice.core.errors import Conflict, RuleViolation
from practice.core.local_time import day_start
from practice.scheduling.absences.applying import Answer, AnswerKind, apply_change
from practice.scheduling.absences.changes import Away, Closing, Leaving, RoomOut, ServiceEnds
from practice.scheduling.absences.errors import AnswersMissing, PreviewOutdated, ProposalTaken
from practice.scheduling.absences.models import GroundAct, HitAnswer
from practice.scheduling.absences.new_times import local_start_of
from practice.scheduling.absences.preview import Impact, preview
from practice.scheduling.absences.saving import Words
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.local_days import floor_minute
from practice.scheduling.models import Appointment
from practice.scheduling.question import Span
from practice.scheduling.wishes import MoveWish
from tests.conftest import NOW
from tests.factories import OWNER, make_client
from tests.scheduling.scene import Scene, at, overlapping_pairs

MONDAY = date(2026, 11, 30)


def monday_of(scene: Scene, *, who: int = 0) -> Away:
    begins = floor_minute(day_start(MONDAY, "America/Toronto"))
    return Away(scene.therapists[who].id, Span(begins, begins + 1440))


def look(scene: Scene, change) -> Impact:
    return scene.do(lambda session, now, **_: preview(session, change=change, set_up=read_set_up(session), now=now))


def wish_of(scene: Scene, impact: Impact, hit, choice: int = 0) -> MoveWish:
    time = hit.times[choice]
    return MoveWish(
        local_start=local_start_of(time, scene.location.zone),
        therapist=impact.set_up.therapists[time.therapist_id].uid,
        room=None if time.room_id is None else impact.set_up.rooms[time.room_id].uid,
    )


def carry_out(scene: Scene, change, answers, *, impact: Impact | None = None, **over) -> GroundAct:
    seen = (impact or look(scene, change)).seen
    words = over.pop("words", Words())
    return scene.do(
        apply_change, change=change, words=words, answers=answers, seen=seen, rules=SCHEDULING_RULES, **over
    )


def test_every_answer_is_carried_out_in_one_act(scene):
    scene.clients += [make_client(scene.session)]
    moved, cancelled = scene.book(at(9)), scene.book(at(10, 30), client=1)
    kept, called = scene.book(at(13), client=2), scene.book(at(14, 30), client=3)
    change = monday_of(scene)
    impact = look(scene, change)
    first = impact.hits[0]
    answers = {
        moved.uid: Answer(AnswerKind.MOVE, wish_of(scene, impact, first, 1)),
        cancelled.uid: Answer(AnswerKind.CANCEL),
        kept.uid: Answer(AnswerKind.KEEP, reason="She comes in for this one"),
        called.uid: Answer(AnswerKind.CALL),
    }
    act = carry_out(scene, change, answers, impact=impact)
    moved, cancelled, kept, called = (scene.reload(each) for each in (moved, cancelled, kept, called))
    assert (moved.therapist_id, moved.local_start) == (scene.therapists[1].id, at(9))
    assert (cancelled.state, cancelled.cancel_reason, cancelled.fee_proposed_cents) == (
        "cancelled",
        "therapist_away",
        None,
    )
    assert {kept.state, called.state} == {"booked"}
    assert scene.history(kept)[-1].reason == "She comes in for this one"
    acts = {change.act_id for visit in (moved, cancelled) for change in scene.history(visit)[-1:]}
    assert acts == {act.uid}
    rows = scene.session.scalars(select(HitAnswer).order_by(HitAnswer.id)).all()
    assert [row.answer for row in rows] == ["move", "cancel", "keep", "call"]
    assert [row.decided_at is None for row in rows] == [False, False, False, True]
    assert scene.session.scalar(select(func.count(TimeOff.id))) == 1


def test_a_cancellation_by_the_clinic_within_the_notice_proposes_no_fee(scene):
    scene.now = NOW.replace(day=30, hour=13)
    visit = scene.book(at(10))
    carry_out(scene, monday_of(scene), {visit.uid: Answer(AnswerKind.CANCEL)})
    visit = scene.reload(visit)
    assert (visit.cancelled_late, visit.fee_proposed_cents) == (True, None)


def test_a_room_out_of_order_is_swapped_without_news_for_the_client(scene):
    visit = scene.book(at(10), room=scene.rooms[0].uid)
    told = visit.change_seq
    impact = look(scene, RoomOut(scene.rooms[0].id))
    wish = wish_of(scene, impact, impact.hits[0])
    carry_out(scene, RoomOut(scene.rooms[0].id), {visit.uid: Answer(AnswerKind.MOVE, wish)}, impact=impact)
    visit = scene.reload(visit)
    assert (visit.room_id, visit.change_seq) == (scene.rooms[1].id, told)


def test_whoever_leaves_and_whatever_ends_is_not_bookable_any_more(scene):
    carry_out(scene, Leaving(scene.therapists[0].id, date(2026, 11, 27)), {})
    with pytest.raises(Exception, match="does not work"):
        scene.book(at(10))
    carry_out(scene, ServiceEnds(scene.service.id), {})
    with pytest.raises(Exception, match="no longer offered"):
        scene.book(at(10), therapist=scene.therapists[1].uid)


def nothing_changed(scene: Scene) -> bool:
    counts = [scene.session.scalar(select(func.count(each.id))) for each in (TimeOff, Closure, GroundAct, HitAnswer)]
    scene.session.rollback()
    return counts == [0, 0, 0, 0]


def test_a_visit_booked_since_the_preview_refuses_and_is_named(scene):
    change = monday_of(scene)
    visit = scene.book(at(9))
    impact = look(scene, change)
    scene.book(at(15), client=1)
    name = scene.clients[1].display_name
    with pytest.raises(PreviewOutdated, match=rf"{name}, Monday 30 November at 15:00, was booked"):
        carry_out(scene, change, {visit.uid: Answer(AnswerKind.CANCEL)}, impact=impact)
    assert nothing_changed(scene)
    assert scene.reload(visit).state == "booked"


def test_a_visit_cancelled_or_hours_changed_since_the_preview_refuse(scene):
    change = monday_of(scene)
    visit = scene.book(at(9))
    impact = look(scene, change)
    scene.do(cancel, appointment_uid=visit.uid, reason="ill", by=CancelledBy.CLIENT)
    with pytest.raises(PreviewOutdated, match="one visit was moved or cancelled"):
        carry_out(scene, change, {visit.uid: Answer(AnswerKind.CANCEL)}, impact=impact)
    impact = look(scene, change)
    details = ClosureDetails(MONDAY, MONDAY, "Flood")
    scene.do(add_closure, details=details, actor=OWNER)
    with pytest.raises(PreviewOutdated, match="the practice's hours"):
        carry_out(scene, change, {}, impact=impact)
    assert scene.session.scalar(select(func.count(TimeOff.id))) == 0


def test_a_chosen_time_that_is_gone_refuses_and_names_the_visit(scene):
    change = monday_of(scene)
    visit = scene.book(at(9))
    impact = look(scene, change)
    wish = wish_of(scene, impact, impact.hits[0], 1)
    scene.book(at(9), client=1, therapist=scene.therapists[1].uid)
    with pytest.raises(ProposalTaken, match=r"The new time of .*09:00 is not possible"):
        carry_out(scene, change, {visit.uid: Answer(AnswerKind.MOVE, wish)}, impact=impact)
    assert nothing_changed(scene)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [(None, "Say what becomes"), (Answer(AnswerKind.KEEP), "Say why"), (Answer(AnswerKind.MOVE), "Choose the new")],
)
def test_every_visit_needs_an_answer_that_can_be_carried_out(scene, answer, sentence):
    visit = scene.book(at(9))
    with pytest.raises(AnswersMissing, match=sentence):
        carry_out(scene, monday_of(scene), {} if answer is None else {visit.uid: answer})
    assert nothing_changed(scene)


def test_overlapping_time_off_is_refused_or_joined(scene):
    therapist = scene.therapists[0]
    starts = day_start(MONDAY, "America/Toronto")
    first = TimeOffDetails(starts, starts + timedelta(days=2), note="Course")
    second = TimeOffDetails(starts + timedelta(days=1), starts + timedelta(days=4))
    scene.do(add_time_off, therapist=therapist, details=first)
    with pytest.raises(AbsenceOverlaps, match="is away already from 00:00 on 30 November 2026") as refused:
        scene.do(add_time_off, therapist=therapist, details=second)
    assert [way.act for way in refused.value.ways_out] == ["join", "correct"]
    scene.do(add_time_off, therapist=therapist, details=second, joins=True)
    (row,) = scene.session.scalars(select(TimeOff)).all()
    assert (row.starts_at, row.ends_at, row.note) == (first.starts_at, second.ends_at, "Course")
    touching = TimeOffDetails(second.ends_at, second.ends_at + timedelta(days=1))
    scene.do(add_time_off, therapist=therapist, details=touching)


def test_overlapping_closures_and_an_end_before_the_start_are_refused(scene):
    week = ClosureDetails(MONDAY, MONDAY + timedelta(days=4), "Stocktaking")
    scene.do(add_closure, details=week, actor=OWNER)
    for place in (None, scene.location.id):
        with pytest.raises(AbsenceOverlaps, match="Stocktaking closes it already" if place is None else "Stocktaking"):
            scene.do(add_closure, details=ClosureDetails(MONDAY, MONDAY, "Flood", place), actor=OWNER)
    with pytest.raises(DatesOrder):
        scene.do(add_closure, details=ClosureDetails(MONDAY, MONDAY - timedelta(days=1), "Flood"), actor=OWNER)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_applying_nothing_lies_on_an_absence_but_what_was_kept_or_is_to_be_called(scene, data):
    """Each example adds one more change to the same clinic."""
    for _ in range(data.draw(st.integers(1, 4))):
        _try_to_book(scene, data)
    change = data.draw(
        st.sampled_from(
            [monday_of(scene), monday_of(scene, who=1), Closing(scene.location.id, MONDAY, MONDAY, "Flood")]
        )
    )
    impact = look(scene, change)
    answers = {}
    for hit in impact.hits:
        kind = data.draw(st.sampled_from(AnswerKind))
        if kind is AnswerKind.MOVE and not hit.times:
            kind = AnswerKind.CANCEL
        chosen = data.draw(st.integers(0, len(hit.times) - 1)) if kind is AnswerKind.MOVE else 0
        wish = wish_of(scene, impact, hit, chosen) if kind is AnswerKind.MOVE else None
        answers[hit.appointment.uid] = Answer(kind, wish, "asked for it")
    try:
        carry_out(scene, change, answers, impact=impact)
    except AbsenceOverlaps:
        return
    left = {hit.appointment.id for hit in look(scene, change).hits}
    assert left == set()
    lying = {
        visit.id
        for visit in _visits_on_monday(scene)
        if isinstance(change, Closing) or visit.therapist_id == change.therapist_id
    }
    stays = select(HitAnswer.appointment_id).where(HitAnswer.answer.in_(("keep", "call")))
    assert lying <= set(scene.session.scalars(stays))
    assert overlapping_pairs(scene.session) == 0
    scene.session.rollback()


def _try_to_book(scene: Scene, data) -> None:
    start = at(9) + timedelta(minutes=15 * data.draw(st.integers(0, 28)))
    who = scene.therapists[data.draw(st.integers(0, 1))].uid
    try:
        scene.book(start, client=data.draw(st.integers(0, 2)), therapist=who)
    except (Conflict, RuleViolation) as refused:
        assert refused.refusals


def _visits_on_monday(scene: Scene) -> list[Appointment]:
    found = scene.session.scalars(select(Appointment).where(Appointment.state == "booked"))
    return [visit for visit in found if visit.local_start.date() == MONDAY]
