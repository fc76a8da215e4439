"""Busy times of a file on the diary: replaced by the next file, gone round what is booked, told to nobody else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from practice.core.intervals import Interval
from practice.scheduling.blocks.busy import Busy
from practice.scheduling.blocks.editing import remove_block
from practice.scheduling.blocks.errors import KeptElsewhere
from practice.scheduling.blocks.importing import import_busy_times
from practice.scheduling.errors import BookingConflict
from practice.scheduling.models import Block
from tests.scheduling.blocks.meetings import keep
from tests.scheduling.scene import Scene, at, overlapping_pairs, statements


def busy(scene: Scene, *spans: tuple[datetime, int]) -> Busy:
    """Wall times in Toronto's winter and hours."""
    times = [
        Interval(local.replace(tzinfo=scene.now.tzinfo) + timedelta(hours=5), _end(scene, local, hours))
        for local, hours in spans
    ]
    return Busy(tuple(sorted(times)), len(times))


def _end(scene: Scene, local: datetime, hours: int) -> datetime:
    return local.replace(tzinfo=scene.now.tzinfo) + timedelta(hours=5 + hours)


def read(scene: Scene, *spans: tuple[datetime, int]):
    return scene.do(import_busy_times, therapist_uid=scene.therapists[0].uid, busy=busy(scene, *spans))


def spans(scene: Scene) -> list[str]:
    scene.session.rollback()
    blocks = scene.session.scalars(select(Block).order_by(Block.starts_at))
    return [f"{one.local_start:%d %H:%M}+{(one.ends_at - one.starts_at) // timedelta(minutes=1)}" for one in blocks]


def test_busy_times_keep_visits_away_and_a_new_file_replaces_them(scene: Scene) -> None:
    read(scene, (at(10), 1), (at(13), 2))
    with pytest.raises(BookingConflict):
        scene.book(at(10))
    assert read(scene, (at(14), 1)).kept == 1
    assert spans(scene) == ["30 14:00+60"]
    assert scene.book(at(10)).id


def test_visits_keep_their_time_are_named_and_gone_round(scene: Scene) -> None:
    visit = scene.book(at(10))
    keep(scene, at(14), minutes=30)
    done = read(scene, (at(9), 8))
    assert [clash.uid for clash in done.clashes] == [visit.uid]
    assert spans(scene) == ["30 09:00+60", "30 11:00+180", "30 14:00+30", "30 14:30+150"]
    assert overlapping_pairs(scene.session) == 0


def test_days_are_kept_in_pieces_that_the_diary_holds(scene: Scene) -> None:
    assert read(scene, (at(0), 60)).kept == 5
    assert spans(scene) == ["30 00:00+720", "30 12:00+720", "01 00:00+720", "01 12:00+720", "02 00:00+720"]


def test_an_empty_file_gives_everything_back_and_what_the_desk_keeps_stays(scene: Scene) -> None:
    read(scene, (at(10), 1))
    keep(scene, at(14))
    read(scene)
    assert spans(scene) == ["30 14:00+60"]


def test_what_is_over_stays_as_it_was(scene: Scene) -> None:
    read(scene, (at(10), 1))
    scene.now = datetime(2026, 12, 2, 12, tzinfo=scene.now.tzinfo)
    read(scene)
    assert spans(scene) == ["30 10:00+60"]


def test_times_of_a_file_are_changed_where_they_come_from(scene: Scene) -> None:
    read(scene, (at(10), 1))
    block = scene.session.scalars(select(Block)).one()
    scene.session.rollback()
    with pytest.raises(KeptElsewhere):
        scene.do(remove_block, block_uid=block.uid)


def test_a_full_calendar_takes_as_many_statements_as_a_short_one(scene: Scene) -> None:
    counts = []
    for amount in (1, 400):
        times = [(at(6) + timedelta(hours=2 * number), 1) for number in range(amount)]
        with statements(scene.session) as sent:
            read(scene, *times)
        counts.append(len(sent))
    # The second has something to forget: released, counted and deleted.
    assert counts[1] - counts[0] <= 4, counts
