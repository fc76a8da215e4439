"""Reads when somebody is busy from a calendar file: times only, no title, no guest, no place. No database.

Nothing in the file is followed or run: lines are lexed, zones are looked up by name, rules are expanded in steps
that are counted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from icalendar.parser import Contentlines
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from practice.core.local_time import zone as zone_named
from practice.scheduling.blocks.errors import CalendarTooLarge, NotACalendar

LONGEST_FILE = 512 * 1024
MOST_EVENTS = 2000
MOST_DATES = 5000
_KEPT = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "STATUS", "TRANSP", "SEQUENCE"}
)
_EDGE = re.compile(r"(?P<begins>BEGIN)|END")
_DURATION = re.compile(r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")


@dataclass(frozen=True, slots=True)
class When:
    """A date or a wall time in a zone (empty: the practice's own); ``knows_zone`` is false where it was unknown."""

    local: datetime
    zone: str = ""
    is_day: bool = False
    knows_zone: bool = True

    def instant(self, zone: str) -> datetime:
        """Return the instant, *zone* being the practice's; a time that the clocks skip means that much later."""
        return self.local.replace(tzinfo=zone_named(self.zone or zone)).astimezone(UTC)

    def on(self, day: date) -> "When":
        """Return the same time on another day."""
        return When(datetime.combine(day, self.local.time()), self.zone, self.is_day, self.knows_zone)


@dataclass(slots=True)
class Entry:
    """One entry of the file, as far as it says when somebody is busy."""

    uid: str = ""
    starts: When | None = None
    ends: When | None = None
    lasts: timedelta | None = None
    rule: str = ""
    without: list[When] = field(default_factory=list)
    also: list[When] = field(default_factory=list)
    instead_of: When | None = None
    sequence: int = 0
    is_free: bool = False


Line = tuple[str, Mapping[str, str], str]


def read_entries(text: str) -> list[Entry]:
    """Return the entries of a calendar file; raises :class:`NotACalendar` and :class:`CalendarTooLarge`."""
    if len(text) > LONGEST_FILE:
        raise CalendarTooLarge("The file is larger than half a megabyte.")
    if not text.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCALENDAR"):
        raise NotACalendar("This is no calendar file (.ics).")
    if text.upper().count("BEGIN:VEVENT") > MOST_EVENTS:
        raise CalendarTooLarge(f"The file has more than {MOST_EVENTS} entries.")
    try:
        found = [_entry(lines) for lines in _events(text.lstrip("\ufeff \r\n\t"))]
    except (ValueError, OverflowError, IndexError) as unreadable:
        raise NotACalendar("The calendar file is damaged and cannot be read.") from unreadable
    if sum(len(each.without) + len(each.also) for each in found) > MOST_DATES:
        raise CalendarTooLarge(f"The file names more than {MOST_DATES} single dates.")
    return found


def _events(text: str) -> Iterator[list[Line]]:
    """Yield the lines of each event, those of its alarms and of everything else left out."""
    inside: list[str] = []
    lines: list[Line] = []
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]  # the library's own
        if not line:
            continue
        name, params, value = line.parts()
        name = name.upper()
        edge = _EDGE.fullmatch(name)
        if edge and edge["begins"]:
            inside.append(value.upper())
        elif edge:
            if not inside or inside.pop() != value.upper():
                raise ValueError("parts of the file are not closed in their order")
            if value.upper() == "VEVENT":
                yield lines
                lines = []
        elif inside and inside[-1] == "VEVENT" and name in _KEPT:
            lines.append((name, params, value))
    if inside:
        raise ValueError("the file ends too early")


def _entry(lines: list[Line]) -> Entry:
    entry = Entry()
    for name, params, value in lines:
        if name in {"EXDATE", "RDATE"}:
            dates = [_when(each.partition("/")[0], params) for each in value.split(",")[: MOST_DATES + 1]]
            (entry.without if name == "EXDATE" else entry.also).extend(dates)
        elif name in {"DTSTART", "DTEND", "RECURRENCE-ID"}:
            setattr(entry, {"DTSTART": "starts", "DTEND": "ends"}.get(name, "instead_of"), _when(value, params))
        elif name == "DURATION":
            entry.lasts = _length(value)
        elif name == "RRULE":
            entry.rule = value
        elif name == "UID":
            entry.uid = value[:255]
        elif name == "SEQUENCE":
            entry.sequence = int(value[:9])
        else:
            entry.is_free |= value.upper() in {"CANCELLED", "TRANSPARENT"}
    if entry.starts is None:
        raise ValueError("an entry does not say when it starts")
    return entry


def _when(raw: str, params: Mapping[str, str]) -> When:
    if re.fullmatch(r"\d{8}", raw, re.ASCII):
        return When(datetime.combine(_date(raw), time.min), is_day=True)
    if not re.fullmatch(r"\d{8}T\d{6}Z?", raw, re.ASCII):
        raise ValueError("an entry has no readable time")
    # A leap second is no time of the clinic's clocks.
    at = time(int(raw[9:11]), int(raw[11:13]), min(int(raw[13:15]), 59))
    local = datetime.combine(_date(raw), at)
    if raw.endswith("Z"):
        return When(local, "UTC")
    named = str(params.get("TZID", ""))
    found = zone_of(named) if named else ""
    return When(local, found or "", knows_zone=found is not None)


def _date(raw: str) -> date:
    day = date(int(raw[:4]), int(raw[4:6]), int(raw[6:8]))
    if not 1601 <= day.year <= 2400:
        raise ValueError("an entry lies out of reach")
    return day


def zone_of(named: str) -> str | None:
    """Return the IANA zone that a file means: by its name, by Windows' name, or by the end of a path; else None."""
    parts = named.strip('"/').split("/")
    for candidate in (named, WINDOWS_TO_OLSON.get(named, ""), "/".join(parts[-2:]), "/".join(parts[-3:])):
        try:
            if candidate:
                zone_named(candidate)
                return candidate
        except ValueError:
            continue
    return None


def _length(raw: str) -> timedelta:
    found = _DURATION.fullmatch(raw.strip())
    if found is None:
        raise ValueError("an entry has no readable length")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
