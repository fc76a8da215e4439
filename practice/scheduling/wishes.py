"""What a person asks for, in the words of the faces, and the same resolved against the practice's set-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from practice.core.errors import NotFound, WayOut
from practice.scheduling.errors import LocationNeeded
from practice.scheduling.question import LocationFacts, SetUp, TherapistFacts


class _Named(Protocol):
    @property
    def uid(self) -> str: ...


Named = TypeVar("Named", bound=_Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWish:
    """What is wanted, by whom and where: uids, None meaning any (a location: the one that is meant)."""

    service: str
    location: str | None = None
    therapist: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWish(PlaceWish):
    """A time that somebody wants; ``local_start`` is wall time at the location.

    ``fold`` 1 in it means the second occurrence of a time that the clocks repeat.
    """

    local_start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWish:
    """What shall change about an appointment's place in the diaries; None leaves it as it is.

    ``any_therapist`` asks for whoever is free, ``any_room`` likewise.
    """

    local_start: datetime | None = None
    location: str | None = None
    therapist: str | None = None
    room: str | None = None
    any_therapist: bool = False
    any_room: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails:
    """What is said with a booking besides its time.

    ``tentative_reason`` books tentatively; ``override_reason`` overrides rules that staff may override.
    """

    tentative_reason: str | None = None
    override_reason: str = ""
    desk_note: str = ""
    tell_client: bool = True
    series_id: str | None = None
    link_id: str | None = None


def get_by_uid(known: Mapping[int, Named], uid: str, word: str) -> Named:
    """Return what has the uid; raises ``NotFound`` naming *word*."""
    for thing in known.values():
        if thing.uid == uid:
            return thing
    raise NotFound(f"There is no such {word}.")


def resolve_location(set_up: SetUp, uid: str | None, therapist: TherapistFacts | None = None) -> LocationFacts:
    """Return the location named, else the only one where the therapist works, else the only one there is.

    Raises ``NotFound``, and :class:`LocationNeeded` when several are left.
    """
    if uid is not None:
        return get_by_uid(set_up.locations, uid, "location")
    active = [location for location in set_up.locations.values() if location.is_active]
    works_at = {row.location_id for row in therapist.weekly} if therapist else set()
    usual = [location for location in active if location.id in works_at]
    for fitting in (usual, active):
        if len(fitting) == 1:
            return fitting[0]
    choices = tuple(WayOut("choose_location", each.name, {"location": each.uid}) for each in active)
    raise LocationNeeded("Say at which location this is to be.", ways_out=choices)
