"""Meetings in the clinic of the booking tests."""

from datetime import datetime
from typing import Any

from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.pattern import Weekly
from practice.scheduling.blocks.wishes import BlockWish
from practice.scheduling.models import Block, BlockKind
from tests.scheduling.scene import TEN, Scene


def weekly(*weekdays: int, until: datetime, **over: Any) -> Weekly:
    """Return a pattern until the day of a wall time."""
    return Weekly(weekdays=frozenset(weekdays), until=until.date(), **over)


def meeting(scene: Scene, local: datetime = TEN, *, minutes: int = 60, **over: Any) -> BlockWish:
    """Return a wish for a meeting of the first therapist."""
    values = {"kind": BlockKind.MEETING, "therapists": (scene.therapists[0].uid,), "location": scene.location.uid}
    return BlockWish(local_start=local, minutes=minutes, **(values | over))


def keep(scene: Scene, local: datetime = TEN, **over: Any) -> list[Block]:
    """Keep a meeting's time free, as Rita, now."""
    return scene.do(keep_free, wish=meeting(scene, local, **over))
