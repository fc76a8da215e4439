"""Keeping time free: taken through claim on every diary and day, or nowhere; seen by everything that reads diaries."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from practice.audit.models import AuditEvent
from practice.clinic.models import DiaryKind
from practice.core.errors import NotFound, StaleVersion
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.blocks.editing import Scope, change_block, remove_block
from practice.scheduling.blocks.errors import BlockConflict, ImpossibleBlock
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.queries import owners_of
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.making import question_about
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.claiming.wanted import Wanted
from practice.scheduling.errors import BookingConflict, TimeTaken
from practice.scheduling.free_time.explain import time_refusals
from practice.scheduling.free_time.facts import load_facts
from practice.scheduling.models import Allocation, Block, BlockKind, BlockPattern
from practice.scheduling.wishes import MoveWish
from tests.factories import make_service
from tests.scheduling.blocks.meetings import keep, meeting, weekly
from tests.scheduling.scene import RITA, Scene, at, overlapping_pairs, statements

JANUARY = datetime(2027, 1, 4, 12, 0)


def rows(scene: Scene, table) -> int:
    scene.session.rollback()
    return scene.session.execute(select(func.count()).select_from(table)).scalar_one()


def sentences(scene: Scene, local: datetime, **over) -> list[str]:
    """Why a visit cannot start then, as explain says it."""
    visit = scene.book(at(15), client=2)
    scene.session.rollback()
    question = question_about(visit, actor=RITA, now=scene.now)
    asked = replace(question, first_on=local.date(), last_on=local.date(), **over)
    return [each.sentence for each in time_refusals(asked, load_facts(scene.session, asked), local)]


def test_a_meeting_takes_the_time_of_everybody_in_it(scene: Scene) -> None:
    (block,) = keep(scene, therapists=tuple(one.uid for one in scene.therapists), room=scene.rooms[0].uid)
    owners = owners_of(scene.session, [block.id])[block.id]
    assert {one.id for one in owners.therapists} == {one.id for one in scene.therapists}
    assert owners.room is not None
    for therapist in scene.therapists:
        with pytest.raises(BookingConflict):
            scene.book(at(10), therapist=therapist.uid)
    assert scene.book(at(11)).room_id is not None


def test_explain_says_what_somebody_does_and_until_when(scene: Scene) -> None:
    keep(scene, at(10))
    keep(scene, at(12), minutes=30, kind=BlockKind.LUNCH)
    name = scene.therapists[0].name
    assert sentences(scene, at(10, 30)) == [f"{name} is in a meeting until 11:00."]


def test_whoever_holds_a_mail_link_is_not_told_what_for(scene: Scene) -> None:
    keep(scene, at(10))
    (sentence,) = sentences(scene, at(10, 30), by_link=True)
    assert sentence == f"{scene.therapists[0].name} is taken from 10:00 to 11:00."


def test_a_block_counts_for_availability_beside_a_hold_and_a_move(scene: Scene) -> None:
    """The database's three-valued logic must not lose what belongs to no appointment."""
    keep(scene, at(10))
    visit = scene.book(at(13))
    scene.do(hold_time, wish=scene.wish(at(14)), rules=SCHEDULING_RULES)
    with pytest.raises(BookingConflict) as refused:
        scene.do(reschedule, appointment_uid=visit.uid, wish=MoveWish(local_start=at(10, 15)), rules=SCHEDULING_RULES)
    assert {each.code for each in refused.value.refusals} == {"time_taken"}
    assert sentences(scene, at(10, 15)) == [f"{scene.therapists[0].name} is in a meeting until 11:00."]


def test_a_pattern_keeps_its_wall_time_over_the_change_of_clocks(scene: Scene) -> None:
    first = datetime(2027, 3, 8, 12, 0)
    blocks = keep(scene, first, minutes=30, kind=BlockKind.LUNCH, rule=weekly(0, until=first + timedelta(weeks=2)))
    assert [block.local_start.hour for block in blocks] == [12, 12, 12]
    assert [block.starts_at.hour for block in blocks] == [17, 16, 16]


def test_every_day_that_is_taken_is_named_and_nothing_is_kept(scene: Scene) -> None:
    scene.book(at(10))
    scene.book(datetime(2026, 12, 14, 10, 30), therapist=scene.therapists[1].uid, client=1)
    audited = rows(scene, AuditEvent)
    everybody = tuple(one.uid for one in scene.therapists)
    with pytest.raises(BlockConflict) as refused:
        keep(scene, at(10), therapists=everybody, rule=weekly(0, until=datetime(2027, 1, 31)))
    assert refused.value.context["days"] == ["2026-11-30", "2026-12-14"]
    said = [each.sentence for each in refused.value.refusals]
    assert said == [
        f"Mon, Nov 30 10:00: {scene.therapists[0].name} is taken from 10:00 to 11:00.",
        f"Mon, Dec 14 10:00: {scene.therapists[1].name} is taken from 10:30 to 11:30.",
    ]
    assert [rows(scene, table) for table in (Block, BlockPattern)] == [0, 0]
    assert rows(scene, AuditEvent) == audited
    skipped = frozenset({datetime(2026, 11, 30).date(), datetime(2026, 12, 14).date()})
    kept = keep(scene, at(10), therapists=everybody, rule=weekly(0, until=datetime(2027, 1, 31), skipped=skipped))
    assert len(kept) == 7


def test_the_minutes_around_a_visit_are_respected_unless_somebody_says_otherwise(scene: Scene) -> None:
    scene.service = make_service(scene.session, duration_minutes=60, buffer_after_minutes=15)
    scene.book(at(9))
    with pytest.raises(BlockConflict) as refused:
        keep(scene, at(10))
    assert [each.code for each in refused.value.refusals] == ["buffer"]
    (block,) = keep(scene, at(10), touches_buffers=True)
    assert block.id


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"therapists": ()}, "therapist_uids"),
        ({"kind": BlockKind.CLEANING}, "room_uid"),
        ({"minutes": 4}, "ends"),
        ({"minutes": 721}, "ends"),
    ],
)
def test_what_cannot_be_kept_free_names_its_field(scene: Scene, over, field) -> None:
    with pytest.raises(ImpossibleBlock) as refused:
        keep(scene, **over)
    assert refused.value.context["field"] == field


def test_the_past_cannot_be_kept_free(scene: Scene) -> None:
    with pytest.raises(ImpossibleBlock):
        keep(scene, at(10, day=2))


def test_nobody_unknown_is_kept_free(scene: Scene) -> None:
    with pytest.raises(NotFound):
        keep(scene, therapists=("00000000-0000-4000-8000-000000000000",))


def test_a_time_that_the_clocks_skip_is_named_with_the_next_one(scene: Scene) -> None:
    night = datetime(2027, 3, 7, 2, 30)
    with pytest.raises(BlockConflict) as refused:
        keep(scene, night, rule=weekly(6, until=night + timedelta(weeks=2)))
    assert refused.value.context["days"] == ["2027-03-14"]
    assert "03:00" in refused.value.refusals[0].sentence


def test_an_allocation_belongs_to_one_taker(scene: Scene) -> None:
    (block,) = keep(scene)
    for appointment_id, block_id in ((None, None), (scene.book(at(13)).id, block.id)):
        scene.session.add(
            Allocation(
                appointment_id=appointment_id,
                block_id=block_id,
                diary_id=scene.rooms[1].diary_id,
                starts_at=block.starts_at,
                ends_at=block.ends_at,
            )
        )
        with pytest.raises(IntegrityError):
            scene.session.commit()
        scene.session.rollback()


def test_the_constraint_alone_keeps_a_block_off_a_visit(scene: Scene) -> None:
    visit = scene.book(at(13))
    (block,) = keep(scene)
    scene.session.add(
        Allocation(
            block_id=block.id,
            diary_id=scene.therapists[0].diary_id,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
        )
    )
    with pytest.raises(IntegrityError):
        scene.session.commit()
    scene.session.rollback()
    assert overlapping_pairs(scene.session) == 0


# Changing and removing.


def lunches(scene: Scene, weeks: int = 4) -> list[Block]:
    until = JANUARY + timedelta(weeks=weeks - 1)
    return keep(scene, JANUARY, minutes=30, kind=BlockKind.LUNCH, rule=weekly(0, until=until))


def starts(scene: Scene) -> list[str]:
    scene.session.rollback()
    found = scene.session.scalars(select(Block.local_start).order_by(Block.starts_at))
    return [f"{local:%m-%d %H:%M}" for local in found]


def change(scene: Scene, block: Block, local: datetime, scope: Scope, **over) -> list[Block]:
    version = over.pop("version", None)
    wish = meeting(scene, local, minutes=30, kind=BlockKind.LUNCH, **over)
    return scene.do(change_block, block_uid=block.uid, wish=wish, scope=scope, version=version)


def test_one_lunch_is_moved_and_stays_in_its_pattern(scene: Scene) -> None:
    second = lunches(scene)[1]
    change(scene, second, datetime(2027, 1, 12, 13), Scope.THIS)
    assert starts(scene) == ["01-04 12:00", "01-12 13:00", "01-18 12:00", "01-25 12:00"]
    change(scene, second, datetime(2027, 1, 12, 13, 30), Scope.FOLLOWING)
    assert starts(scene) == ["01-04 12:00", "01-12 13:30", "01-18 13:30", "01-25 13:30"]


def test_following_lunches_move_by_as_many_days(scene: Scene) -> None:
    second = lunches(scene)[1]
    changed = change(scene, second, datetime(2027, 1, 13, 12, 15), Scope.FOLLOWING)
    assert len(changed) == 3
    assert starts(scene) == ["01-04 12:00", "01-13 12:15", "01-20 12:15", "01-27 12:15"]


def test_a_move_that_does_not_fit_leaves_all_where_they_were(scene: Scene) -> None:
    blocks = lunches(scene)
    scene.book(datetime(2027, 1, 18, 13))
    with pytest.raises(BlockConflict) as refused:
        change(scene, blocks[0], datetime(2027, 1, 4, 13, 30), Scope.ALL)
    assert refused.value.context["days"] == ["2027-01-18"]
    assert starts(scene) == ["01-04 12:00", "01-11 12:00", "01-18 12:00", "01-25 12:00"]
    with pytest.raises(BookingConflict):
        scene.book(datetime(2027, 1, 4, 12), client=1)


def test_blocks_that_move_together_may_take_each_others_place(scene: Scene) -> None:
    blocks = lunches(scene)
    change(scene, blocks[0], datetime(2027, 1, 11, 12), Scope.ALL)
    assert starts(scene) == ["01-11 12:00", "01-18 12:00", "01-25 12:00", "02-01 12:00"]


def test_a_change_for_somebody_else_frees_the_first(scene: Scene) -> None:
    (block,) = keep(scene)
    wish = meeting(scene, at(10), therapists=(scene.therapists[1].uid,))
    scene.do(change_block, block_uid=block.uid, wish=wish)
    assert scene.book(at(10)).id
    with pytest.raises(BookingConflict):
        scene.book(at(10), therapist=scene.therapists[1].uid, client=1)


def test_a_stale_change_is_refused(scene: Scene) -> None:
    block = lunches(scene)[0]
    change(scene, block, datetime(2027, 1, 4, 12, 30), Scope.THIS, version=1)
    with pytest.raises(StaleVersion):
        change(scene, block, datetime(2027, 1, 4, 13), Scope.THIS, version=1)


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (Scope.THIS, ["01-04 12:00", "01-18 12:00", "01-25 12:00"]),
        (Scope.FOLLOWING, ["01-04 12:00"]),
        (Scope.ALL, []),
    ],
)
def test_lunches_are_removed_as_far_as_asked(scene: Scene, scope, left) -> None:
    second = lunches(scene)[1]
    scene.do(remove_block, block_uid=second.uid, scope=scope)
    assert starts(scene) == left
    assert rows(scene, Allocation) == len(left)
    assert scene.book(datetime(2027, 1, 11, 11, 30)).id


def test_removing_one_day_is_kept_in_the_pattern(scene: Scene) -> None:
    second = lunches(scene)[1]
    scene.do(remove_block, block_uid=second.uid)
    scene.session.rollback()
    assert scene.session.scalars(select(BlockPattern.skipped)).one() == ["2027-01-11"]


def test_all_leaves_what_is_over(scene: Scene) -> None:
    blocks = lunches(scene)
    scene.now = blocks[1].ends_at + timedelta(hours=1)
    scene.do(remove_block, block_uid=blocks[3].uid, scope=Scope.ALL)
    assert starts(scene) == ["01-04 12:00", "01-11 12:00"]


def test_a_year_of_lunches_is_kept_in_a_few_statements(scene: Scene) -> None:
    until = JANUARY + timedelta(days=360)
    wish = meeting(scene, JANUARY, minutes=30, kind=BlockKind.LUNCH, rule=weekly(0, 1, 2, 3, 4, until=until))
    with statements(scene.session) as sent:
        kept = scene.do(keep_free, wish=wish)
    assert len(kept) > 250
    assert len(sent) <= 9, sent


def test_claim_refuses_a_block_as_it_refuses_a_visit(scene: Scene) -> None:
    (block,) = keep(scene)
    again = Block(
        kind=BlockKind.MEETING,
        zone=block.zone,
        local_start=block.local_start,
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        created_at=scene.now,
    )
    diary_id = scene.therapists[0].diary_id

    def work(session, **_):
        wanted = [Wanted(again, diary_id, DiaryKind.THERAPIST)]
        claim(
            session,
            diary_ids=[diary_id],
            around=[wanted[0].treatment],
            decide=lambda _occupied: wanted,
            now=scene.now,
        )

    with pytest.raises(TimeTaken):
        scene.do(work)
