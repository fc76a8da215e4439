"""A country changes its clocks after visits were promised: wall times stay, instants and reminders follow, or nothing."""

import importlib.resources
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.cli import main
from practice.core import local_time
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.rezoning.moves import Promise, moves_of
from practice.scheduling.rezoning.service import ZoneClash, follow_zone, plan_location
from tests.processes import KEYS
from tests.scheduling.scene import Scene, overlapping_pairs

SUMMER = datetime(2027, 4, 5, 10, 0)
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def no_more_summer_time(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it to publish new rules: Toronto keeps its winter time for good."""
    rules = importlib.resources.files("tzdata.zoneinfo.America").joinpath("Bogota").read_bytes()
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "Toronto").write_bytes(rules)

    def publish() -> None:
        _read_zones_from([tmp_path])

    yield publish
    _read_zones_from([])


def _read_zones_from(folders: list[Path]) -> None:
    zoneinfo.reset_tzpath([str(folder) for folder in folders])
    zoneinfo.ZoneInfo.clear_cache()
    local_time.zone.cache_clear()


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
