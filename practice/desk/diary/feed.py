"""The diary as the calendar widget reads it: columns, visits, and the hours at which nobody works. Pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from practice.core.actor import Actor
from practice.desk.diary.address import By
from practice.desk.diary.kept_free import KeptFree
from practice.desk.visits import GONE, State, Visit, late_minutes, minutes_and_seconds, seconds_held

NO_ROOM = "no-room"
MOVABLE = frozenset({State.TENTATIVE, State.BOOKED})


@dataclass(frozen=True, slots=True)
class Column:
    """A therapist or a room."""

    id: str
    title: str
    sub: str = ""
    colour: int = 0
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Wall times in a column at which it cannot be booked; ``column`` empty: in all of them."""

    column: str
    starts: datetime
    ends: datetime
    words: str = ""


def column_of(visit: Visit, by: By) -> str:
    """Return the column in which a visit stands."""
    if by == By.ROOM:
        return visit.room.uid if visit.room else NO_ROOM
    return visit.therapist.uid


def feed(
    columns: Iterable[Column],
    visits: Sequence[Visit],
    closed: Iterable[Closed],
    *,
    kept: Sequence[KeptFree] = (),
    by: By,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Return what the widget draws."""
    alone, groups = apart(visits)
    events = [
        busy_event(visit, by, at) if visit.is_busy else visit_event(visit, by, actor=actor, now=now)
        for at, visit in enumerate(alone)
    ] + [group_event(members, by, now=now) for members in groups]
    return {
        "resources": [resource(column) for column in columns],
        "events": events
        + [kept_event(each, at) for at, each in enumerate(kept)]
        + [closed_event(span, at) for at, span in enumerate(closed)],
    }


def resource(column: Column) -> dict[str, Any]:
    """Return a column as the widget's resource."""
    props = _true({"sub": column.sub, "colour": column.colour, "off": column.is_off})
    return {"id": column.id, "title": column.title, "extendedProps": props}


def visit_event(visit: Visit, by: By, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return a visit as the widget's event, in wall times of its own zone."""
    is_movable = visit.state in MOVABLE
    return {
        "id": visit.uid,
        "title": _title(visit, actor),
        "start": _wall(visit.local_start),
        "end": _wall(visit.local_end),
        "resourceIds": [column_of(visit, by)],
        "startEditable": is_movable,
        "durationEditable": is_movable,
        "extendedProps": _true(_props(visit, by, now)) | {"version": visit.version},
    }


def apart(visits: Iterable[Visit]) -> tuple[list[Visit], list[list[Visit]]]:
    """Return the visits that stand alone, and those of each session that clients share; of a colleague's only one."""
    alone: list[Visit] = []
    groups: dict[Hashable, list[Visit]] = {}
    for visit in visits:
        if visit.group_size <= 1 or visit.state in {State.NO_SHOW, *GONE}:
            alone.append(visit)
            continue
        groups.setdefault((visit.service.uid, visit.therapist.uid, visit.room, visit.starts_at), []).append(visit)
    busy = [members[0] for members in groups.values() if members[0].is_busy]
    return alone + busy, [members for members in groups.values() if not members[0].is_busy]


def group_event(members: Sequence[Visit], by: By, *, now: datetime) -> dict[str, Any]:
    """Return a session that clients share as one event, which opens the panel of the first of them."""
    first = members[0]
    names = ", ".join(visit.name for visit in members)
    places = f"{len(members)} of {first.group_size} places"
    late = max(late_minutes(visit, now) for visit in members)
    props = {
        **_props(first, by, now),
        "sub": f"{places}: {names}",
        "icon": "clients",
        "late": late,
        "confirmed": all(visit.confirmed_at for visit in members),
        "phone": any(visit.client is not None and visit.client.must_phone for visit in members),
        "same_name": False,
        "alert": "",
        "held_left": "",
    }
    return {
        "id": first.uid,
        "title": first.service.name,
        "start": _wall(first.local_start),
        "end": _wall(first.local_end),
        "resourceIds": [column_of(first, by)],
        "startEditable": False,
        "durationEditable": False,
        "extendedProps": _true(props) | {"version": first.version},
    }


def busy_event(visit: Visit, by: By, at: int) -> dict[str, Any]:
    """Return a colleague's time as an event that opens nothing; *at* tells it from the others."""
    props = {"kind": "block", "buffer_before": visit.buffer_before, "buffer_after": visit.buffer_after}
    return {
        "id": f"busy-{at}",
        "title": visit.name,
        "start": _wall(visit.local_start),
        "end": _wall(visit.local_end),
        "resourceIds": [column_of(visit, by)],
        "startEditable": False,
        "durationEditable": False,
        "extendedProps": _true(props),
    }


def kept_event(kept: KeptFree, at: int) -> dict[str, Any]:
    """Return time kept free without a client as an event that opens its own panel, if it may be seen."""
    return {
        "id": kept.uid or f"kept-{at}",
        "title": kept.words,
        "start": _wall(kept.local_start),
        "end": _wall(kept.local_end),
        "resourceIds": list(kept.columns),
        "startEditable": False,
        "durationEditable": False,
        "extendedProps": _true({"kind": "block", "icon": kept.symbol, "sub": kept.title, "opens": bool(kept.uid)}),
    }


def _title(visit: Visit, actor: Actor) -> str:
    if visit.client is not None:
        return visit.client.name
    return "New booking" if visit.held_by_id == actor.user_id else "Held by a colleague"


def _props(visit: Visit, by: By, now: datetime) -> Mapping[str, Any]:
    client = visit.client
    return {
        "state": visit.state.value,
        "sub": _sub(visit, by),
        "colour": visit.therapist.colour,
        "linked": visit.link_id is not None,
        "confirmed": visit.confirmed_at is not None,
        "same_name": client is not None and client.has_same_name,
        "late": late_minutes(visit, now),
        "phone": client is not None and client.must_phone,
        "alert": client.alerts[0] if client and client.alerts else "",
        "held_left": _held_left(visit, now),
        "buffer_before": visit.buffer_before,
        "buffer_after": visit.buffer_after,
    }


def _sub(visit: Visit, by: By) -> str:
    if by == By.WEEK:
        return visit.service.name
    where = visit.therapist.name if by == By.ROOM else (visit.room.name if visit.room else "")
    return " · ".join(part for part in (visit.service.name, where) if part)


def _held_left(visit: Visit, now: datetime) -> str:
    return f"held {minutes_and_seconds(seconds_held(visit, now))}" if visit.state == State.HELD else ""


def closed_event(span: Closed, at: int) -> dict[str, Any]:
    """Return hours that cannot be booked as the widget's background."""
    event: dict[str, Any] = {
        "id": f"closed-{at}",
        "display": "background",
        "start": _wall(span.starts),
        "end": _wall(span.ends),
        "title": span.words,
    }
    return event | ({"resourceIds": [span.column]} if span.column else {})


def _wall(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


def _true(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return only what is there: most visits have no alert, are not late and need no call."""
    return {name: value for name, value in values.items() if value}
