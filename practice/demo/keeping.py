"""The demo's time without a client: the team meets, paperwork is done, a room is cleaned."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from practice.core.local_time import wall_time
from practice.core.transact import transact
from practice.demo.premises import ZONE
from practice.demo.stage import Stage
from practice.scheduling.blocks.errors import BlockConflict, ImpossibleBlock
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.pattern import Weekly
from practice.scheduling.blocks.wishes import BlockWish
from practice.scheduling.models import BlockKind

T = TypeVar("T")

AHEAD = timedelta(weeks=8)
WEDNESDAY, FRIDAY = 2, 4


def keep_time_free(session: Session, stage: Stage, now: datetime) -> None:
    """Keep time free as a clinic does; days that are booked by now are left out."""
    today = wall_time(now, ZONE).date()
    everybody = tuple(stage.premises.therapists.values())
    meeting = _wish(BlockKind.MEETING, today, time(12, 15), 30, "Team meeting", therapists=everybody)
    paperwork = _wish(BlockKind.PAPERWORK, today, time(16), 45, "Insurance letters", therapists=everybody[:1])
    cleaning = _wish(BlockKind.CLEANING, today, time(18), 45, "", room=next(iter(stage.premises.rooms.values())))
    for wish, weekdays in ((meeting, {WEDNESDAY}), (paperwork, set(range(5))), (cleaning, {FRIDAY})):
        _keep(session, replace(wish, rule=Weekly(weekdays=frozenset(weekdays), until=today + AHEAD)), stage, now)


def _wish(kind: BlockKind, today: date, start: time, minutes: int, title: str, **whose: object) -> BlockWish:
    return BlockWish(
        kind=kind,
        title=title,
        local_start=datetime.combine(today + timedelta(days=1), start),
        minutes=minutes,
        **whose,  # type: ignore[arg-type]  # uids
    )


def _keep(session: Session, wish: BlockWish, stage: Stage, now: datetime) -> None:
    def keep(asked: BlockWish) -> None:
        keep_free(session, wish=asked, actor=stage.desk, now=now)

    try:
        _do(session, lambda: keep(wish))
    except BlockConflict as taken:
        named = taken.context["days"]
        days = frozenset(map(date.fromisoformat, named)) if isinstance(named, list) else frozenset()
        if wish.rule is not None:
            rule = replace(wish.rule, skipped=days)
            # A pattern whose every day is booked by now is none.
            with suppress(ImpossibleBlock):
                _do(session, lambda: keep(replace(wish, rule=rule)))


def _do(session: Session, work: Callable[[], T]) -> T:
    done = transact(session, work)
    session.expunge_all()
    return done
