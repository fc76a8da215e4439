"""The panel of time kept free: what it shows and what it offers to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from practice.clinic.queries import list_locations, list_rooms, list_therapists
from practice.core.actor import Actor, Role
from practice.core.errors import WayOut
from practice.core.local_time import wall_time
from practice.desk.blocks.schemas import clock
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.kept_free import LOOKS, Look
from practice.scheduling.blocks.ownership import is_whole_own
from practice.scheduling.blocks.queries import Owners, find_pattern
from practice.scheduling.blocks.schemas import KEPT_KINDS
from practice.scheduling.models import Block, BlockKind, BlockPattern
from practice.web.forms import FormState

Choices = Sequence[tuple[str, str]]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL_REACH = timedelta(weeks=12)


@dataclass(frozen=True, slots=True)
class BlockPanel:
    """What the template shows; ``block`` is None while it is asked for."""

    form: FormState
    block: Block | None
    owners: Owners | None
    pattern: BlockPattern | None
    behind: DiaryAddress
    kinds: Choices
    therapists: Choices
    rooms: Choices
    locations: Choices
    may_change: bool

    @property
    def look(self) -> Look:
        """Return the word and the icon of what is kept free."""
        return LOOKS[str(self.block.kind)] if self.block else LOOKS["meeting"]

    @property
    def leave_out(self) -> WayOut | None:
        """Return the days that a refusal would leave out."""
        refusal = self.form.refusal
        ways = () if refusal is None else refusal.ways_out
        return next((way for way in ways if way.act == "leave_out"), None)

    @property
    def path(self) -> str:
        """Return the address of the panel's forms."""
        return "/blocks/new" if self.block is None else f"/blocks/{self.block.uid}"

    @property
    def repeats_in_words(self) -> str:
        """Return the pattern: ``Every Monday and Tuesday``."""
        if self.pattern is None:
            return ""
        days = " and ".join(DAYS[number] for number in self.pattern.weekdays)
        every = "Every" if self.pattern.every == 1 else f"Every {self.pattern.every} weeks on"
        return f"{every} {days}"


def new_values(said: Mapping[str, Any], today: date, actor_uid: str) -> dict[str, Any]:
    """Return what the form of a new block begins with."""
    on: date = said.get("on") or today
    who = said.get("therapist") or actor_uid
    return {
        "kind": "meeting",
        "location_uid": said.get("location", ""),
        "therapist_uids": [who] if who else [],
        "room_uid": said.get("room", ""),
        "first_on": on.isoformat(),
        "weekdays": [str(on.weekday())],
        "until": (on + USUAL_REACH).isoformat(),
        "every": "1",
    }


def values_of(block: Block, owners: Owners) -> dict[str, Any]:
    """Return what the form of a block shows."""
    return {
        "kind": str(block.kind),
        "title": block.title,
        "therapist_uids": [one.uid for one in owners.therapists],
        "room_uid": "" if owners.room is None else owners.room.uid,
        "first_on": block.local_start.date().isoformat(),
        "starts": clock(block.local_start.time()),
        "ends": clock(wall_time(block.ends_at, block.zone).time()),
        "scope": "this",
    }


def block_panel(
    session: Session, form: FormState, block: Block | None, owners: Owners | None, *, actor: Actor
) -> BlockPanel:
    """Return the panel; a therapist chooses among the own time only."""
    is_own = actor.role is Role.THERAPIST
    people = [row for row in list_therapists(session) if not is_own or row.id == actor.therapist_id]
    places = list_locations(session)
    on = _day_of(form, block)
    return BlockPanel(
        form=form,
        block=block,
        owners=owners,
        pattern=None if block is None else find_pattern(session, block),
        behind=DiaryAddress(on),
        kinds=[(str(kind), LOOKS[kind].words) for kind in KEPT_KINDS if not (is_own and kind is BlockKind.CLEANING)],
        therapists=[(row.uid, row.name) for row in people],
        rooms=[] if is_own else [(row.uid, row.name) for row in list_rooms(session)],
        locations=[(row.uid, row.name) for row in places] if len(places) > 1 else [],
        may_change=_may_change(block, owners, actor),
    )


def _may_change(block: Block | None, owners: Owners | None, actor: Actor) -> bool:
    if block is None or owners is None:
        return True
    return block.source == "desk" and (actor.role is not Role.THERAPIST or is_whole_own(owners, actor))


def _day_of(form: FormState, block: Block | None) -> date:
    if block is not None:
        return block.local_start.date()
    return date.fromisoformat(form.values["first_on"])
