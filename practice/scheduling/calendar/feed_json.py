"""A calendar feed as JSON text: local wall times, at most 250 bytes an event.

A therapist sees the appointments of colleagues as busy time, without a name or an identifier.
"""

from collections.abc import Callable
from functools import lru_cache
from json import dumps

from practice.core.actor import Actor, Role
from practice.core.local_time import wall_time
from practice.scheduling.calendar.feed import BLOCK, By, Feed, Visit
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import Span


@lru_cache(maxsize=65_536)
def wall_iso(minute: int, zone: str) -> str:
    """Return a UTC minute as wall time: ``2026-11-24T14:00``."""
    return wall_time(instant_of(minute), zone).isoformat(timespec="minutes")


def feed_json(feed: Feed, *, actor: Actor) -> str:
    """Return the feed as *actor* may see it."""
    columns = {one.id: one.uid for one in feed.columns}
    shown = dumps([{"id": one.uid, "title": one.name} for one in feed.columns])
    describe = _describer(feed)
    events = [
        _busy(visit, columns, feed) if _is_hidden(visit, actor) else describe(visit, columns) for visit in feed.visits
    ]
    zone = feed.location.zone
    closed = [_closed(columns[key], span, zone) for key, spans in feed.unavailable.items() for span in spans]
    return (
        f'{{"location":"{feed.location.uid}","zone":"{zone}",'
        f'"columns":{shown},"events":[{",".join(events)}],"unavailable":[{",".join(closed)}]}}'
    )


def _is_hidden(visit: Visit, actor: Actor) -> bool:
    return actor.role is Role.THERAPIST and (visit.therapist_id is None or visit.therapist_id != actor.therapist_id)


def _describer(feed: Feed) -> Callable[[Visit, dict[int, str]], str]:
    """Return what writes one visit, with codes of services and names of the other resource encoded once."""
    services: dict[int | None, str] = {key: dumps(one.code) for key, one in feed.set_up.services.items()}
    zone, is_by_room = feed.location.zone, feed.query.by is By.ROOM
    people: dict[int | None, str] = {key: dumps(one.name) for key, one in feed.set_up.therapists.items()}
    rooms = {None: "null"} | {key: dumps(one.name) for key, one in feed.set_up.rooms.items()}

    def describe(visit: Visit, columns: dict[int, str]) -> str:
        if visit.state == BLOCK:
            return _kept_free(visit, columns, feed)
        other = people.get(visit.therapist_id, "null") if is_by_room else rooms[visit.room_id]
        return (
            f'{{"id":"{visit.uid}","column":"{columns[_column(visit, feed)]}",'
            f'"start":"{wall_iso(visit.begins, zone)}","end":"{wall_iso(visit.ends, zone)}",'
            f'"title":{dumps(visit.name)},"state":"{visit.state}","service":{services[visit.service_id]},'
            f'"with":{other},"version":{visit.version}}}'
        )

    return describe


def _kept_free(visit: Visit, columns: dict[int, str], feed: Feed) -> str:
    zone, kind, title = feed.location.zone, dumps(visit.first_name), dumps(visit.last_name)
    return (
        f'{{"id":"{visit.uid}","column":"{columns[_column(visit, feed)]}","start":"{wall_iso(visit.begins, zone)}",'
        f'"end":"{wall_iso(visit.ends, zone)}","title":{title},"state":"{BLOCK}","kind":{kind},'
        f'"version":{visit.version}}}'
    )


def _busy(visit: Visit, columns: dict[int, str], feed: Feed) -> str:
    zone = feed.location.zone
    return (
        f'{{"column":"{columns[_column(visit, feed)]}","start":"{wall_iso(visit.begins, zone)}",'
        f'"end":"{wall_iso(visit.ends, zone)}","title":"Busy","state":"busy"}}'
    )


def _column(visit: Visit, feed: Feed) -> int:
    column = visit.therapist_id if feed.query.by is By.THERAPIST else visit.room_id
    if column is None:
        raise ValueError("a calendar holds only what stands in one of its columns")
    return column


def _closed(uid: str, span: Span, zone: str) -> str:
    return f'{{"column":"{uid}","start":"{wall_iso(span.begins, zone)}","end":"{wall_iso(span.ends, zone)}"}}'
