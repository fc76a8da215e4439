"""The calendar file of an appointment (RFC 5545, 5546): one event with a stable UID and a rising SEQUENCE. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

from icalendar import Timezone

from practice.core.local_time import to_utc, wall_time

_LONGEST_LINE = 73
_HEAD = "PRODID:-//Practice//Appointments//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\n"


class Method(StrEnum):
    """What the receiving calendar should do."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Party:
    """A name and a mail address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Event:
    """One appointment as calendars see it; ``attendee`` is None in a file that is downloaded."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    place: str
    description: str
    url: str
    organizer: Party
    attendee: Party | None
    is_tentative: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment in a calendar that is subscribed to; ``made_at`` is when it was first written."""

    uid: str
    sequence: int
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    place: str = ""
    is_tentative: bool = False


def calendar_file(event: Event, method: Method, now: datetime) -> str:
    """Return the whole file; wall times carry their zone, except in the repeated hour, which only UTC can name."""
    head = f"{_HEAD}METHOD:{method}\r\n"
    body = "".join(f"{_folded(line)}\r\n" for line in _event_lines(event, method, now))
    return _component("VCALENDAR", head + _zone_rules(event.zone, event.starts_at.year) + _component("VEVENT", body))


def subscribed_calendar(entries: Sequence[Entry], name: str) -> str:
    """Return a whole calendar called *name*; equal entries, sorted by start, give equal bytes at any time."""
    head = f"{_HEAD}METHOD:PUBLISH\r\n" + _folded(f"X-WR-CALNAME:{_text(name)}") + "\r\n"
    first_years = {entry.zone: entry.starts_at.year for entry in reversed(entries)}
    zones = "".join(_zone_rules(zone, first_years[zone]) for zone in sorted(first_years))
    return _component("VCALENDAR", head + zones + "".join(_entry(entry) for entry in entries))


def _entry(entry: Entry) -> str:
    lines = [
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_utc(entry.made_at)}",
        _time_line("DTSTART", entry.starts_at, entry.zone),
        _time_line("DTEND", entry.ends_at, entry.zone),
        f"SUMMARY:{_text(entry.title)}",
        *([f"LOCATION:{_text(entry.place)}"] if entry.place else []),
        *(["STATUS:TENTATIVE"] if entry.is_tentative else []),
    ]
    return _component("VEVENT", "".join(f"{_folded(line)}\r\n" for line in lines))


def _component(name: str, body: str) -> str:
    return f"BEGIN:{name}\r\n{body}END:{name}\r\n"


def _event_lines(event: Event, method: Method, now: datetime) -> list[str]:
    return [
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_utc(now)}",
        _time_line("DTSTART", event.starts_at, event.zone),
        _time_line("DTEND", event.ends_at, event.zone),
        f"SUMMARY:{_text(event.title)}",
        f"LOCATION:{_text(event.place)}",
        f"DESCRIPTION:{_text(event.description)}",
        *([f"URL:{event.url}"] if event.url else []),
        f"STATUS:{_status(event, method)}",
        f"ORGANIZER;CN={_parameter(event.organizer.name)}:mailto:{event.organizer.address}",
        *_attendee_lines(event.attendee),
        "TRANSP:OPAQUE",
    ]


def _status(event: Event, method: Method) -> str:
    if method is Method.CANCEL:
        return "CANCELLED"
    return "TENTATIVE" if event.is_tentative else "CONFIRMED"


def _attendee_lines(attendee: Party | None) -> list[str]:
    if attendee is None:
        return []
    name = _parameter(attendee.name)
    return [f"ATTENDEE;CN={name};PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{attendee.address}"]


def _time_line(name: str, instant: datetime, zone: str) -> str:
    local = wall_time(instant, zone)
    if zone == "UTC" or to_utc(local, zone) != instant:
        return f"{name}:{_utc(instant)}"
    return f"{name};TZID={zone}:{local:%Y%m%dT%H%M%S}"


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=64)
def _zone_rules(zone: str, year: int) -> str:
    """Return the zone's rules around *year*; a comment of the library about its limits is left out."""
    if zone == "UTC":
        return ""
    written = Timezone.from_tzid(zone, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    lines = written.to_ical().decode().replace("\r\n ", "").split("\r\n")
    return "".join(f"{_folded(line)}\r\n" for line in lines if line and not line.startswith("COMMENT"))


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n")


def _parameter(value: str) -> str:
    return '"' + value.replace('"', "'").replace("\n", " ") + '"'


def _folded(line: str) -> str:
    """Return *line* cut so that no piece exceeds 75 octets and no character is torn."""
    if len(line) <= _LONGEST_LINE and (line.isascii() or len(line.encode()) <= _LONGEST_LINE):
        return line
    if line.isascii():
        rest = range(_LONGEST_LINE, len(line), _LONGEST_LINE - 1)
        return "\r\n ".join([line[:_LONGEST_LINE], *(line[at : at + _LONGEST_LINE - 1] for at in rest)])
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LONGEST_LINE:
            pieces.append(piece)
            piece, size = "", 1
        piece, size = piece + character, size + octets
    return "\r\n ".join([*pieces, piece])
