"""The visits linked to one: what the panel says of them, and acts that ask for one or for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor, Role
from practice.core.errors import WayOut
from practice.desk.appointment.acts import moves_to, why_called_off
from practice.desk.appointment.in_series import call_off_several, move_several
from practice.desk.visits import EXPECTED, GONE, Visit
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.linking.errors import AskWhetherBoth
from practice.scheduling.linking.ownership import require_own_linked
from practice.scheduling.linking.queries import list_linked
from practice.scheduling.linking.service import cancel_linked, move_linked
from practice.scheduling.models import Appointment

CHOICES = (("1", "All linked visits"), ("0", "Only this"))
BOTH = (("1", "Both"), ("0", "Only this"))


@dataclass(frozen=True, slots=True)
class LinkedVisit:
    """Another visit of the link; ``uid`` and ``service`` are empty where a colleague's is none of the actor's."""

    uid: str
    service: str
    therapist: str
    local_start: datetime
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class InLink:
    """What the panel says of the visits beside this one."""

    others: Sequence[LinkedVisit]
    may_move_all: bool

    @property
    def scopes(self) -> Sequence[tuple[str, str]]:
        """Return what a move or a cancellation may reach; nothing to choose when this one is left alone."""
        open_ones = [each for each in self.others if each.is_open]
        if not (open_ones and self.may_move_all):
            return ()
        return BOTH if len(open_ones) == 1 else CHOICES


def in_link(session: Session, visit: Visit, actor: Actor) -> InLink | None:
    """Return the visits linked to this one, None for one that stands alone; at most one statement."""
    if visit.link_id is None:
        return None
    others = [each for each in list_linked(session, visit.link_id) if each.uid != visit.uid and each.state not in GONE]
    if not others:
        return None
    is_own = [_is_own(each, actor) for each in others]
    shown = [_shown(each, is_told=told) for each, told in zip(others, is_own, strict=True)]
    return InLink(shown, may_move_all=all(is_own) and visit.state in EXPECTED)


def _is_own(each: Appointment, actor: Actor) -> bool:
    return actor.role is not Role.THERAPIST or each.therapist_id == actor.therapist_id


def _shown(each: Appointment, *, is_told: bool) -> LinkedVisit:
    return LinkedVisit(
        uid=each.uid if is_told else "",
        service=each.service.name if is_told else "",
        therapist=each.therapist.name,
        local_start=each.local_start,
        state=str(each.state),
        is_open=each.state in EXPECTED,
    )


def move_with_linked(
    session: Session, uid: str, wanted: Mapping[str, Any], *, rules: BookingRules, actor: Actor, now: datetime
) -> object:
    """Move the visit, with those linked to it if the desk says so; raises what the verbs raise.

    Raises :class:`AskWhetherBoth` when a linked visit shall begin at another time and nobody said which.
    """
    if not wanted.get("together"):
        if "together" not in wanted and wanted.keys() & {"choice", "start"}:
            _ask_whether_both(session, uid, wanted, actor)
        return move_several(session, uid, wanted, rules=rules, actor=actor, now=now)
    require_own_linked(session, uid, actor, "appointment.change")
    more = {name: wanted[name] for name in ("version", "override_reason") if name in wanted}
    return move_linked(session, appointment_uid=uid, wish=moves_to(wanted), rules=rules, actor=actor, now=now, **more)


def _ask_whether_both(session: Session, uid: str, wanted: Mapping[str, Any], actor: Actor) -> None:
    """Ask where both may be moved; of a colleague's visit a therapist is told nothing and moves the own one alone."""
    link_id = session.scalar(select(Appointment.link_id).where(Appointment.uid == uid))
    if link_id is None:
        return
    others = [each for each in list_linked(session, link_id) if each.uid != uid and each.state in EXPECTED]
    if others and all(_is_own(each, actor) for each in others):
        named = " and ".join(f"{each.service.name} at {each.local_start:%H:%M}" for each in others)
        raise AskWhetherBoth(f"This visit is linked with {named}. Move them together?", ways_out=_ways(wanted))


def _ways(wanted: Mapping[str, Any]) -> tuple[WayOut, ...]:
    wish = moves_to(wanted)
    start = wish.local_start
    values = {
        "local_start": start and start.isoformat(timespec="minutes"),
        "is_second_occurrence": start and start.fold and "true",
        "therapist": wish.therapist,
        "room": wish.room,
    }
    where = {name: str(value) for name, value in values.items() if value}
    return (
        WayOut("move_together", "Move them together", where | {"together": "1"}),
        WayOut("move_together", "Move only this", where | {"together": "0"}),
    )


def call_off_with_linked(session: Session, uid: str, said: Mapping[str, Any], *, actor: Actor, now: datetime) -> object:
    """Cancel the visit, with those linked to it if the desk says so; raises what the verbs raise."""
    if not said.get("together"):
        return call_off_several(session, uid, said, actor=actor, now=now)
    require_own_linked(session, uid, actor, "appointment.cancel")
    return cancel_linked(
        session,
        appointment_uid=uid,
        calling_off=why_called_off(said),
        version=said.get("version"),
        actor=actor,
        now=now,
    )
