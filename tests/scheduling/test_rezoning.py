"""A country changes its clocks after visits were promised: wall times stay, instants and reminders follow, or nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.cli import main
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule, resize
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Allocation, Appointment, Block
from practice.scheduling.rezoning.moves import Promise, moves_of
from practice.scheduling.rezoning.service import ZoneClash, follow_zone, plan_location
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListOffer
from practice.scheduling.wait_list.rounds import OfferRound
from practice.scheduling.wishes import MoveWish
from tests.processes import KEYS
from tests.scheduling.blocks.meetings import keep
from tests.scheduling.clocks import clocks_in
from tests.scheduling.scene import Scene, overlapping_pairs

SUMMER = datetime(2027, 4, 5, 10, 0)
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def no_more_summer_time(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it to publish new rules: Toronto keeps its winter time for good."""
    with clocks_in(tmp_path) as clocks:
        yield clocks.give_up_summer_time


def follow(scene: Scene):
    return scene.do(follow_zone, location=scene.location)


def test_the_wall_time_stays_and_the_instant_follows(scene: Scene, no_more_summer_time) -> None:
    summer, winter = scene.book(SUMMER), scene.book()
    no_more_summer_time()
    plan = follow(scene)
    moved, kept = scene.reload(summer), scene.reload(winter)
    assert [move.promise.uid for move in plan.moves] == [summer.uid]
    assert (moved.local_start, moved.starts_at) == (SUMMER, datetime(2027, 4, 5, 15, 0, tzinfo=UTC))
    assert (moved.ends_at - moved.starts_at, kept.starts_at) == (HOUR, winter.starts_at)
    lines = scene.session.scalars(select(Allocation).where(Allocation.appointment_id == summer.id)).all()
    assert {(line.starts_at, line.ends_at) for line in lines} == {(moved.starts_at, moved.ends_at)}
    assert len(lines) == 3


def test_reminders_are_planned_anew_and_the_history_says_why(scene: Scene, no_more_summer_time) -> None:
    visit = scene.book(SUMMER)
    seen = scene.reload(visit).change_seq
    no_more_summer_time()
    follow(scene)
    assert scene.reload(visit).change_seq > seen
    assert scene.history(visit)[-1].verb == "follow_zone"


def test_visits_in_a_row_move_together(scene: Scene, no_more_summer_time) -> None:
    for number, minutes in enumerate((-60, 0, 60)):
        scene.book(SUMMER + timedelta(minutes=minutes), client=number)
    no_more_summer_time()
    assert len(follow(scene).moves) == 3
    assert overlapping_pairs(scene.session) == 0


def test_time_kept_free_moves_with_the_visits_beside_it(scene: Scene, no_more_summer_time) -> None:
    visit, other = scene.book(SUMMER), scene.book(SUMMER + HOUR, therapist=scene.therapists[1].uid, client=1)
    (block,) = keep(scene, SUMMER + HOUR)
    no_more_summer_time()
    assert len(follow(scene).moves) == 3
    rows = scene.session.execute(select(Block.local_start, Block.starts_at)).all()
    assert rows == [(SUMMER + HOUR, datetime(2027, 4, 5, 16, 0, tzinfo=UTC))]
    lines = select(Allocation.starts_at).where(Allocation.block_id == block.id)
    assert scene.session.scalars(lines).all() == [rows[0].starts_at]
    assert scene.reload(visit).ends_at == scene.reload(other).starts_at == rows[0].starts_at
    assert overlapping_pairs(scene.session) == 0


def test_a_held_time_moves_without_a_history_and_its_offer_follows(scene: Scene, sessions, no_more_summer_time) -> None:
    scene.now = datetime(2027, 4, 1, 14, 0, tzinfo=UTC)
    window = Window(SUMMER.weekday(), 600, 660)
    details = EntryDetails(service=scene.service.uid, windows=(window,), first_on=SUMMER.date(), last_on=SUMMER.date())
    scene.do(add_entry, client_uid=scene.clients[0].uid, details=details)
    rounds = OfferRound(sessions, lambda: scene.now, rules=SCHEDULING_RULES, reach=lambda _, ids: ids)
    assert rounds.run() == 1
    no_more_summer_time()
    follow(scene)
    rounds.run()
    scene.session.rollback()
    offer = scene.session.scalars(select(WaitListOffer)).one()
    hold = scene.session.get_one(Appointment, offer.hold_id)
    assert (offer.local_start, offer.starts_at) == (SUMMER, datetime(2027, 4, 5, 15, 0, tzinfo=UTC))
    assert (hold.starts_at, hold.change_seq, scene.history(hold)) == (offer.starts_at, 0, [])


def test_what_is_taken_back_lies_where_its_wall_time_is_by_then(scene: Scene, no_more_summer_time) -> None:
    moved, cancelled = scene.book(SUMMER), scene.book(SUMMER + 3 * HOUR, client=1)
    scene.do(reschedule, appointment_uid=moved.uid, wish=MoveWish(local_start=SUMMER + HOUR), rules=SCHEDULING_RULES)
    scene.do(cancel, appointment_uid=cancelled.uid, reason="ill", by=CancelledBy.CLIENT)
    no_more_summer_time()
    follow(scene)
    for visit in (moved, cancelled):
        scene.do(undo, appointment_uid=visit.uid, rules=SCHEDULING_RULES)
    back = [scene.reload(visit) for visit in (moved, cancelled)]
    assert [row.local_start for row in back] == [SUMMER, SUMMER + 3 * HOUR]
    assert [row.starts_at.hour for row in back] == [15, 18]
    assert all(row.ends_at - row.starts_at == HOUR for row in back)


def test_a_longer_visit_is_as_short_again_where_the_clocks_put_it_since(scene: Scene, no_more_summer_time) -> None:
    visit = scene.book(SUMMER)
    scene.do(resize, appointment_uid=visit.uid, duration_minutes=90, rules=SCHEDULING_RULES)
    no_more_summer_time()
    follow(scene)
    scene.do(undo, appointment_uid=visit.uid, rules=SCHEDULING_RULES)
    back = scene.reload(visit)
    assert (back.starts_at.hour, back.ends_at - back.starts_at, back.duration_minutes) == (15, HOUR, 60)


def test_a_second_run_finds_nothing_to_do(scene: Scene, no_more_summer_time) -> None:
    scene.book(SUMMER)
    no_more_summer_time()
    follow(scene)
    assert follow(scene).moves == []


def test_the_plan_changes_nothing(scene: Scene, no_more_summer_time) -> None:
    visit = scene.book(SUMMER)
    no_more_summer_time()
    assert len(plan_location(scene.session, scene.location, now=scene.now).moves) == 1
    assert scene.reload(visit).starts_at == datetime(2027, 4, 5, 14, 0, tzinfo=UTC)


def test_what_would_overlap_is_named_and_nothing_moves(scene: Scene, no_more_summer_time) -> None:
    early, other = scene.book(SUMMER), scene.book(SUMMER + 3 * HOUR, client=1)
    # The second one was promised in another zone, whose rules stay: it lies where the first one goes.
    stands = datetime(2027, 4, 5, 15, 0, tzinfo=UTC)
    elsewhere = {
        "zone": "UTC",
        "local_start": datetime(2027, 4, 5, 15, 0),
        "starts_at": stands,
        "ends_at": stands + HOUR,
    }
    scene.session.execute(update(Appointment).where(Appointment.id == other.id).values(**elsewhere))
    times = {"starts_at": stands, "ends_at": stands + HOUR}
    scene.session.execute(update(Allocation).where(Allocation.appointment_id == other.id).values(**times))
    scene.session.commit()
    no_more_summer_time()
    (clash,) = plan_location(scene.session, scene.location, now=scene.now).clashes
    assert (clash.move.promise.uid, clash.with_words) == (early.uid, "2027-04-05 15:00 UTC")
    with pytest.raises(ZoneClash, match="1 visits would overlap"):
        follow(scene)
    assert scene.reload(early).starts_at == datetime(2027, 4, 5, 14, 0, tzinfo=UTC)


def test_a_wall_time_that_is_gone_is_named() -> None:
    from practice.core.intervals import Interval

    starts = datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    promise = Promise(1, "u", "w", datetime(2027, 3, 14, 2, 30), "America/Toronto", Interval(starts, starts + HOUR))
    (move,) = moves_of([promise])
    assert move.becomes is None


def test_both_occurrences_of_a_repeated_hour_stay_where_they_are() -> None:
    from practice.core.intervals import Interval

    local = datetime(2026, 11, 1, 1, 30)
    starts = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]
    promises = [Promise(1, "u", "w", local, "America/Toronto", Interval(each, each + HOUR)) for each in starts]
    assert moves_of(promises) == []


def test_the_command_lists_by_default_and_moves_when_told(scene: Scene, engine_url: str, no_more_summer_time) -> None:
    visit = scene.book(SUMMER)
    scene.session.rollback()
    no_more_summer_time()
    environment = {**KEYS, "PRACTICE_DATABASE_URL": engine_url}
    listed = CliRunner().invoke(main, ["tz-recompute"], env=environment)
    assert "2027-04-05 14:00 UTC becomes 15:00 UTC" in listed.output, listed.output
    assert "--apply" in listed.output
    assert scene.reload(visit).starts_at.hour == 14
    scene.session.rollback()
    applied = CliRunner().invoke(main, ["tz-recompute", "--apply"], env=environment)
    assert applied.exit_code == 0, applied.output
    assert scene.reload(visit).starts_at.hour == 15
