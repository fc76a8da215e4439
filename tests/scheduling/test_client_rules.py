"""A client's own visits and wishes: judged under the lock, shown beside free times, obeyed by proposals."""

from datetime import datetime

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.clients.errors import AlreadyKeptApart, ContradictoryPreference
from practice.clients.models import BlockReason, Strength
from practice.clients.preferences import (
    PreferenceDetails,
    add_preference,
    keep_apart,
    let_meet,
    list_kept_apart,
    reason_of,
)
from practice.clinic.details import TherapistDetails, details_of
from practice.clinic.limits import LimitDetails, set_limits
from practice.clinic.service import change_therapist
from practice.core.errors import Refusal
from practice.scheduling.appointments.booking import book_held
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES, Notice, judge
from practice.scheduling.errors import BookingRefused
from practice.scheduling.free_time.client_rules import client_refusals
from practice.scheduling.free_time.search import StartsQuery, explain_start, three_next
from practice.scheduling.limits import ClientLimits, Wishes
from practice.scheduling.local_days import instant_of
from practice.scheduling.wishes import BookingDetails, MoveWish
from tests.factories import OWNER
from tests.scheduling.scene import Scene, at
from tests.scheduling.test_booking import codes
from tests.scheduling.worlds import DAY, busy, practice, question, wall
from tests.scheduling.worlds import at as minute

BECAUSE = BookingDetails(override_reason="Agreed on the phone.")
TUESDAY = datetime(2026, 12, 1, 10)


def told(taken: dict, start: datetime, *, wishes: Wishes | None = None, **limits: int) -> list[str]:
    facts = practice(
        taken=taken, client_diary_id=99, client_limits=ClientLimits(**limits), wishes={7: wishes} if wishes else None
    )
    return [refusal.code for refusal in client_refusals(question(client_id=7), facts, start)]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ((10, 0), ["not_in_this_hour"]),
        ((9, 15), ["not_in_this_hour"]),
        ((11, 0), ["not_in_this_hour"]),
        ((9, 0), []),
        ((12, 0), []),
    ],
)
def test_two_kept_apart_do_not_share_an_hour_of_the_clock(start: tuple[int, int], expected: list[str]) -> None:
    apart = Wishes(apart=frozenset({98}))
    assert told({98: [busy(minute(10, 30))]}, wall(*start), wishes=apart) == expected
    assert told({98: [busy(minute(10, 30), place=2)]}, wall(*start), wishes=apart) == []


@pytest.mark.parametrize(("day", "expected"), [(1, ["client_gap"]), (2, []), (0, ["client_gap"])])
def test_days_lie_between_two_visits_of_a_kind(day: int, expected: list[str]) -> None:
    other = {99: [busy(minute(9))]}
    on = wall(15, on=DAY.replace(day=1 + day))
    assert told(other, on, gap_days_hands_on=2) == expected
    assert told(other, on, gap_days_assessment=2) == []


def test_a_day_holds_so_many_visits_of_a_client() -> None:
    two = {99: [busy(minute(9)), busy(minute(11))]}
    assert told(two, wall(15), visits_a_day=2) == ["client_day_full"]
    assert told(two, wall(15), visits_a_day=3) == []
    assert told(two, wall(15, on=DAY.replace(day=2)), visits_a_day=2) == []


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (Wishes(must=frozenset({1})), []),
        (Wishes(must=frozenset({2})), ["preference"]),
        (Wishes(never=frozenset({1})), ["preference"]),
        (Wishes(must_be=frozenset({"female"})), ["preference"]),
        (Wishes(never_be=frozenset({"female"})), []),
        (Wishes(blocked=frozenset({1}), never=frozenset({1})), ["not_with_therapist"]),
        (Wishes(prefer=frozenset({2})), []),
    ],
)
def test_wishes_about_whom(wishes: Wishes, expected: list[str]) -> None:
    facts = practice(wishes={7: wishes})
    found = client_refusals(question(client_id=7, therapist_ids=(1,)), facts, wall(10))
    assert [refusal.code for refusal in found] == expected
    assert client_refusals(question(client_id=8, therapist_ids=(1,)), facts, wall(10)) == ()


def test_nothing_said_at_the_desk_tells_why_two_are_kept_apart() -> None:
    facts = practice(wishes={7: Wishes(blocked=frozenset({1}))})
    (refusal,) = client_refusals(question(client_id=7, therapist_ids=(1,)), facts, wall(10))
    assert refusal == Refusal("not_with_therapist", "Not with Therapist 1.", overridable=True)


def apart(scene: Scene, **over: object) -> None:
    scene.do(keep_apart, client=scene.clients[0], **over)


def test_anybody_means_nobody_from_whom_the_client_is_kept_apart(scene: Scene) -> None:
    apart(scene, therapist_id=scene.therapists[0].id, reason="She was harassed.")
    assert scene.book(therapist=None).therapist_id == scene.therapists[1].id
    with pytest.raises(BookingRefused) as refused:
        scene.book(at(14), details=BECAUSE)
    assert codes(refused) == ["not_with_therapist"]
    assert "choose_therapist" in {way.act for way in refused.value.refusals[0].ways_out}
    assert "harass" not in repr(refused.value.refusals)
    booked = scene.book(at(14), actor=OWNER, details=BECAUSE)
    log = scene.session.execute(select(AuditEvent).order_by(AuditEvent.seq.desc())).scalars().first()
    assert log is not None
    assert "not_with_therapist" in str(log.data)
    assert booked.therapist_id == scene.therapists[0].id


def test_a_hold_is_judged_with_the_client_who_gets_it(scene: Scene) -> None:
    apart(scene, therapist_id=scene.therapists[0].id)
    hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
    with pytest.raises(BookingRefused) as refused:
        scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
    assert codes(refused) == ["not_with_therapist"]
    assert scene.reload(hold).state == "held"
    scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)


def test_a_gap_is_kept_by_bookings_holds_and_moves_and_leads_to_the_first_day_after_it(scene: Scene) -> None:
    scene.do(set_limits, details=LimitDetails(gap_days_hands_on=3), version=None, actor=OWNER)
    scene.book(at(9))
    with pytest.raises(BookingRefused) as refused:
        scene.book(TUESDAY, therapist=scene.therapists[1].uid)
    (refusal,) = refused.value.refusals
    assert refusal.code == "client_gap"
    assert [way.values["from"] for way in refusal.ways_out if way.act == "next_times"] == ["2026-12-03"]
    later = scene.book(datetime(2026, 12, 3, 9))
    with pytest.raises(BookingRefused):
        scene.do(reschedule, appointment_uid=later.uid, wish=MoveWish(local_start=TUESDAY), rules=SCHEDULING_RULES)
    scene.do(
        reschedule,
        appointment_uid=later.uid,
        wish=MoveWish(local_start=datetime(2026, 12, 3, 14)),
        rules=SCHEDULING_RULES,
    )
    hold = scene.do(hold_time, wish=scene.wish(TUESDAY), rules=SCHEDULING_RULES)
    with pytest.raises(BookingRefused) as held:
        scene.do(book_held, hold_uid=hold.uid, client_uid=scene.clients[0].uid, rules=SCHEDULING_RULES)
    assert codes(held) == ["client_gap"]
    assert scene.book(datetime(2026, 12, 2, 15), details=BECAUSE).state == "booked"


def query(scene: Scene, **over: object) -> StartsQuery:
    return StartsQuery(**{"service_uid": scene.service.uid, "client_uid": scene.clients[0].uid} | over)


def test_the_next_times_keep_gap_hours_and_wishes_and_start_with_whom_the_client_prefers(scene: Scene) -> None:
    scene.do(set_limits, details=LimitDetails(gap_days_hands_on=2), version=None, actor=OWNER)
    client, (first, second) = scene.clients[0], scene.therapists
    scene.book(at(9, day=26), client=0, therapist=first.uid)
    prefer = PreferenceDetails(Strength.PREFER, therapist_id=second.id)
    scene.do(add_preference, client=client, details=prefer, version=None)
    found = three_next(scene.session, query(scene), now=scene.now)
    days = [instant_of(each.begins).date() for each in found.proposals]
    assert {each.therapist_id for each in found.proposals} == {second.id}
    assert not [day for day in days if abs((day - at(9, day=26).date()).days) < 2]
    never = PreferenceDetails(Strength.NEVER, therapist_id=second.id)
    scene.do(add_preference, client=client, details=never, version=None)
    found = three_next(scene.session, query(scene), now=scene.now)
    assert {each.therapist_id for each in found.proposals} == {first.id}


def test_explain_shows_what_speaks_against_the_client_beside(scene: Scene) -> None:
    apart(scene, other=scene.clients[1])
    scene.book(client=1)
    wanted = query(scene, therapist_uids=(scene.therapists[1].uid,))
    found = explain_start(scene.session, wanted, local_start=at(10), now=scene.now)
    assert found.refusals == ()
    assert [refusal.code for refusal in found.beside] == ["not_in_this_hour"]
    with pytest.raises(BookingRefused) as refused:
        scene.book(therapist=scene.therapists[1].uid)
    assert codes(refused) == ["not_in_this_hour"]
    scene.book(at(11), therapist=scene.therapists[1].uid)


def test_a_gender_that_is_required_is_met_by_those_who_are_known_to_be(scene: Scene) -> None:
    scene.do(
        add_preference, client=scene.clients[0], details=PreferenceDetails(Strength.MUST, gender="female"), version=None
    )
    with pytest.raises(BookingRefused) as refused:
        scene.book(therapist=None)
    assert codes(refused) == ["not_offered"]
    details = details_of(TherapistDetails, scene.therapists[1])
    scene.do(
        change_therapist,
        therapist=scene.therapists[1],
        details=TherapistDetails(**{**{n: getattr(details, n) for n in details.__slots__}, "gender": "female"}),
        version=None,
        actor=OWNER,
    )
    assert scene.book(therapist=None).therapist_id == scene.therapists[1].id
    with pytest.raises(ContradictoryPreference):
        scene.do(
            add_preference,
            client=scene.clients[0],
            details=PreferenceDetails(Strength.MUST, gender="male"),
            version=None,
        )


def test_a_preference_that_is_not_met_is_a_notice(scene: Scene) -> None:
    prefer = PreferenceDetails(Strength.PREFER, therapist_id=scene.therapists[1].id)
    scene.do(add_preference, client=scene.clients[0], details=prefer, version=None)
    said = []

    def listening(request, facts):
        said.extend(each for each in judge(SCHEDULING_RULES, request, facts).notices)
        return ()

    scene.book(rules=(*SCHEDULING_RULES, listening))
    assert said == [Notice("preferred_therapist", f"The client prefers {scene.therapists[1].name}.")]


def test_a_pair_is_noted_once_and_its_reason_lies_apart(scene: Scene) -> None:
    pair = scene.do(keep_apart, client=scene.clients[0], other=scene.clients[1], reason="A quarrel.")
    with pytest.raises(AlreadyKeptApart):
        scene.do(keep_apart, client=scene.clients[1], other=scene.clients[0])
    with pytest.raises(ContradictoryPreference):
        scene.do(keep_apart, client=scene.clients[1], other=scene.clients[1])
    names = [list_kept_apart(scene.session, each.id)[0].name for each in scene.clients[:2]]
    assert names == [scene.clients[1].display_name, scene.clients[0].display_name]
    assert reason_of(scene.session, pair) == "A quarrel."
    events = scene.session.execute(select(AuditEvent.action).where(AuditEvent.action.like("client.keep%"))).scalars()
    assert len(list(events)) == 2
    scene.do(let_meet, client=scene.clients[0], pair=pair)
    assert scene.session.execute(select(BlockReason)).first() is None
    scene.book(client=1)
    assert scene.book(therapist=scene.therapists[1].uid).state == "booked"
