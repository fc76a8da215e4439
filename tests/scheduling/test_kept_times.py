"""Times kept for a client whose therapist is out: three of them, chosen by the client or given back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from practice.core.errors import NotFound, StaleVersion
from practice.scheduling.absences.calling import CallEnd, Decision, settle_call
from practice.scheduling.absences.errors import NoLongerToCall, TimesEnded, TimesNotOffered
from practice.scheduling.absences.holding import list_kept_times
from practice.scheduling.absences.kept_times import KeptTime
from practice.scheduling.absences.models import HitAnswer, TimesOffer
from practice.scheduling.absences.offering import offer_times, take_kept_time
from practice.scheduling.absences.out_today import out_today
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingConflict
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import MoveWish
from tests.scheduling.scene import Scene, at, overlapping_pairs


class Out:
    """A visit at two o'clock whose therapist has called in sick at eight."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.visit = scene.book(at(14))
        scene.now = self.visit.starts_at - timedelta(hours=6)
        therapist = scene.therapists[0].uid
        self.act = scene.do(out_today, therapist_uid=therapist, rules=SCHEDULING_RULES)
        self.answer = scene.session.scalars(select(HitAnswer)).one()

    def offer(self, **over: Any) -> TimesOffer:
        return self.scene.do(offer_times, answer_uid=self.answer.uid, rules=SCHEDULING_RULES, **over)

    def kept(self) -> Sequence[KeptTime]:
        self.scene.session.rollback()
        found = list_kept_times(self.scene.session, [self.visit.id], now=self.scene.now)
        return found[self.visit.id].times if found else ()

    def take(self, time: KeptTime) -> Appointment:
        visit = self.visit.id
        return self.scene.do(take_kept_time, appointment_id=visit, held_uid=time.uid, rules=SCHEDULING_RULES)

    def outcome(self) -> str | None:
        self.scene.session.rollback()
        return self.scene.session.scalars(select(HitAnswer.outcome)).one()

    def holds(self) -> int:
        self.scene.session.rollback()
        rows = select(Appointment.id).where(Appointment.state == "held")
        return len(self.scene.session.scalars(rows).all())


@pytest.fixture
def out(scene: Scene) -> Out:
    return Out(scene)


def test_three_times_are_kept_and_nothing_is_moved_unasked(out: Out, scene: Scene) -> None:
    offer = out.offer()
    kept = out.kept()
    assert offer.expires_at - scene.now == timedelta(hours=2)
    assert len({time.starts_at for time in kept}) == 3
    assert all(time.starts_at > offer.expires_at for time in kept)
    assert kept[0].starts_at == out.visit.starts_at, "the same time with somebody else comes first"
    assert scene.reload(out.visit).local_start == at(14)
    with pytest.raises(BookingConflict):
        scene.book(at(14), client=1, therapist=scene.therapists[1].uid)
    assert overlapping_pairs(scene.session) == 0


def test_taking_one_moves_the_visit_frees_the_others_and_settles_the_call(out: Out, scene: Scene) -> None:
    out.offer()
    chosen = out.kept()[1]
    out.take(chosen)
    moved = scene.reload(out.visit)
    assert (moved.starts_at, moved.state) == (chosen.starts_at, "booked")
    assert (out.holds(), out.kept()) == (0, ())
    assert (out.outcome(), scene.history(moved)[-1].act_id) == ("moved", out.act.uid)
    assert moved.change_seq > moved.reconciled_seq
    with pytest.raises(TimesEnded):
        out.take(chosen)


def test_times_that_ran_out_cannot_be_taken_and_the_visit_is_still_to_be_called_about(out: Out, scene: Scene) -> None:
    out.offer()
    chosen = out.kept()[0]
    scene.later(hours=2)
    assert out.kept() == ()
    with pytest.raises(TimesEnded):
        out.take(chosen)
    assert (out.outcome(), scene.reload(out.visit).local_start) == (None, at(14))
    scene.book(at(14), client=1, therapist=scene.therapists[1].uid)


def test_a_visit_that_the_desk_moved_meanwhile_stays_where_it_is(out: Out, scene: Scene) -> None:
    out.offer()
    chosen = out.kept()[0]
    wish = MoveWish(local_start=at(16), therapist=scene.therapists[1].uid)
    scene.do(reschedule, appointment_uid=out.visit.uid, wish=wish, rules=SCHEDULING_RULES)
    with pytest.raises(TimesEnded):
        out.take(chosen)
    assert scene.reload(out.visit).local_start == at(16)


def test_a_call_that_settles_the_visit_gives_the_times_back(out: Out, scene: Scene) -> None:
    out.offer()
    chosen = out.kept()[0]
    scene.do(settle_call, answer_uid=out.answer.uid, decision=Decision(CallEnd.NO_ANSWER), rules=SCHEDULING_RULES)
    assert len(out.kept()) == 3
    wish = MoveWish(local_start=at(14), therapist=scene.therapists[1].uid)
    decision = Decision(CallEnd.MOVED, wish)
    scene.do(settle_call, answer_uid=out.answer.uid, decision=decision, rules=SCHEDULING_RULES)
    assert (out.holds(), scene.reload(out.visit).therapist_id) == (0, scene.therapists[1].id)
    with pytest.raises(TimesEnded):
        out.take(chosen)
    with pytest.raises(NoLongerToCall):
        out.offer()


def test_offering_again_replaces_what_was_kept(out: Out, scene: Scene) -> None:
    out.offer()
    before = out.kept()[0]
    scene.later(minutes=30)
    out.offer()
    assert out.holds() == 3
    with pytest.raises(TimesEnded):
        out.take(before)
    ends = scene.session.scalars(select(TimesOffer.end_kind).order_by(TimesOffer.id)).all()
    assert ends == ["replaced", None]


def test_what_cannot_be_offered_is_refused_and_keeps_nothing(out: Out, scene: Scene) -> None:
    with pytest.raises(StaleVersion):
        out.offer(version=99)
    scene.now = out.visit.starts_at - timedelta(minutes=14)
    with pytest.raises(TimesNotOffered, match="too soon"):
        out.offer()
    assert (out.holds(), scene.session.scalars(select(TimesOffer)).all()) == (0, [])


def test_a_time_of_somebody_else_opens_nothing(out: Out, scene: Scene) -> None:
    out.offer()
    other = scene.book(at(10) + timedelta(days=7), client=1)
    chosen = out.kept()[0]
    with pytest.raises(NotFound):
        scene.do(take_kept_time, appointment_id=other.id, held_uid=chosen.uid, rules=SCHEDULING_RULES)
