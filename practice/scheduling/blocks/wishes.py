"""What is asked for when time is to be kept free, and the same resolved against the practice's set-up."""

from dataclasses import dataclass
from datetime import datetime

from practice.clinic.models import DiaryKind
from practice.scheduling.blocks.errors import ImpossibleBlock
from practice.scheduling.blocks.pattern import Weekly
from practice.scheduling.blocks.taking import OnDiary
from practice.scheduling.models import BlockKind
from practice.scheduling.question import LocationFacts, SetUp
from practice.scheduling.wishes import get_by_uid, resolve_location

MOST_THERAPISTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWish:
    """What is kept free for what: uids of therapists and a room, wall time at the location, how long, how often.

    ``touches_buffers`` lets it lie in the minutes around visits.
    """

    kind: BlockKind
    local_start: datetime
    minutes: int
    title: str = ""
    location: str | None = None
    therapists: tuple[str, ...] = ()
    room: str | None = None
    rule: Weekly | None = None
    touches_buffers: bool = False


def resolve(wish: BlockWish, set_up: SetUp) -> tuple[LocationFacts, tuple[OnDiary, ...]]:
    """Return the location and the diaries that are wanted.

    Raises ``NotFound``, ``LocationNeeded``, and :class:`ImpossibleBlock` for nobody, for somebody who left and for a
    room elsewhere.
    """
    people = [get_by_uid(set_up.therapists, uid, "therapist") for uid in dict.fromkeys(wish.therapists)]
    room = None if wish.room is None else get_by_uid(set_up.rooms, wish.room, "room")
    uid = set_up.locations[room.location_id].uid if room and wish.location is None else wish.location
    location = resolve_location(set_up, uid, people[0] if people else None)
    if not (people or room):
        raise ImpossibleBlock("Say whose time or which room is kept free.", field="therapist_uids")
    if wish.kind is BlockKind.CLEANING and room is None:
        raise ImpossibleBlock("Say which room is cleaned.", field="room_uid")
    if room is not None and not (room.is_active and room.location_id == location.id):
        raise ImpossibleBlock(f"{room.name} is not in use at {location.name}.", field="room_uid")
    for one in people:
        if not one.is_active:
            raise ImpossibleBlock(f"{one.name} no longer works here.", field="therapist_uids")
    diaries = [OnDiary(one.diary_id, DiaryKind.THERAPIST, one.name) for one in people]
    diaries += [] if room is None else [OnDiary(room.diary_id, DiaryKind.ROOM, room.name)]
    return location, tuple(diaries)
