"""Time kept free without a client, as the diary shows it: an icon, a word, and the title to whom it concerns. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from practice.core.actor import Actor, Role
from practice.core.local_time import wall_time
from practice.desk.visits import Named


class Look(NamedTuple):
    """The word and the icon of a kind."""

    words: str
    symbol: str


LOOKS: Mapping[str, Look] = {
    "meeting": Look("Meeting", "clients"),
    "lunch": Look("Lunch", "cup"),
    "paperwork": Look("Paperwork", "note"),
    "training": Look("Training", "book"),
    "cleaning": Look("Cleaning", "sparkle"),
    "elsewhere": Look("Own calendar", "diary"),
}
OF_THE_DESK = frozenset(LOOKS) - {"elsewhere"}
"""What the desk keeps itself: somebody's own calendar may be busy at night and opens no hours to be drawn."""

BUSY = Look("Busy", "lock")


@dataclass(frozen=True, slots=True)
class KeptFree:
    """One block with everybody in whose columns it stands; an empty ``uid`` tells nothing but the time."""

    uid: str
    kind: str
    title: str
    local_start: datetime
    zone: str
    starts_at: datetime
    ends_at: datetime
    owners: tuple[Named, ...]

    @property
    def local_end(self) -> datetime:
        """Return the wall time at which it ends."""
        return wall_time(self.ends_at, self.zone)

    @property
    def on(self) -> date:
        """Return the local day on which it starts."""
        return self.local_start.date()

    @property
    def look(self) -> Look:
        """Return its word and icon."""
        return LOOKS.get(self.kind, BUSY)

    @property
    def words(self) -> str:
        """Return what it is for."""
        return self.look.words

    @property
    def symbol(self) -> str:
        """Return its icon."""
        return self.look.symbol

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the uids of the columns in which it stands."""
        return tuple(owner.uid for owner in self.owners)

    @property
    def names(self) -> str:
        """Return whose time it is."""
        return ", ".join(owner.name for owner in self.owners)


def joined(found: Iterable[KeptFree]) -> list[KeptFree]:
    """Return each block once, with all its owners; what may not be seen stays apart."""
    seen: dict[object, KeptFree] = {}
    for number, each in enumerate(found):
        key: object = each.uid or number
        seen[key] = replace(each, owners=seen[key].owners + each.owners) if key in seen else each
    return list(seen.values())


def told_to(actor: Actor, each: KeptFree, *, is_own: bool) -> KeptFree:
    """Return a block as *actor* may see it: a therapist is told of colleagues only which time is taken."""
    if actor.role is not Role.THERAPIST or is_own:
        return each
    return replace(each, uid="", kind="", title="")


def own_of(kept: Sequence[KeptFree], uids: set[str]) -> list[KeptFree]:
    """Return what stands in the columns of some people, and only there."""
    narrowed = (replace(each, owners=tuple(one for one in each.owners if one.uid in uids)) for each in kept)
    return [each for each in narrowed if each.owners]
