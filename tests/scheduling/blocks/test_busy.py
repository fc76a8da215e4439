"""What a calendar file says about being busy, and files that say nothing sensible or are meant to do harm."""

from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.core.errors import RuleViolation
from practice.core.intervals import Interval
from practice.scheduling.blocks.busy import AHEAD, Busy, read_busy, united, without
from practice.scheduling.blocks.calendar_file import LONGEST_FILE, zone_of
from practice.scheduling.blocks.errors import CalendarTooLarge, NotACalendar

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
TORONTO = "America/Toronto"


def file_of(*entries: str) -> str:
    events = "".join(f"BEGIN:VEVENT\n{dedent(each).strip()}\nEND:VEVENT\n" for each in entries)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n".replace("\n", "\r\n")


def busy(*entries: str) -> Busy:
    return read_busy(file_of(*entries), zone=TORONTO, now=NOW)


def times(*entries: str) -> list[str]:
    """Begin and end in Toronto's winter time, five hours behind UTC."""
    shown = [(each.starts_at - timedelta(hours=5), each.ends_at - timedelta(hours=5)) for each in busy(*entries).times]
    return [f"{begins:%m-%d %H:%M}/{ends:%m-%d %H:%M}" for begins, ends in shown]


DENTIST = "UID:a\nDTSTART:20261130T150000Z\nDTEND:20261130T160000Z\nSUMMARY:Dentist"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (DENTIST, ["11-30 10:00/11-30 11:00"]),
        ("DTSTART;TZID=Europe/Berlin:20261130T160000\nDURATION:PT90M", ["11-30 10:00/11-30 11:30"]),
        ("DTSTART;TZID=Eastern Standard Time:20261130T100000\nDTEND:20261130T160000Z", ["11-30 10:00/11-30 11:00"]),
        (
            "DTSTART;TZID=/example.org/20070315/Europe/Berlin:20261130T160000\nDURATION:PT1H",
            ["11-30 10:00/11-30 11:00"],
        ),
        ("DTSTART:20261130T100000\nDTEND:20261130T110000", ["11-30 10:00/11-30 11:00"]),
        ("DTSTART;VALUE=DATE:20261130", ["11-30 00:00/12-01 00:00"]),
        ("DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261203", ["11-30 00:00/12-03 00:00"]),
        ("DTSTART:20261124T130000Z\nDTEND:20261124T150000Z", ["11-24 09:00/11-24 10:00"]),
        ("DTSTART:20261123T130000Z\nDTEND:20261123T150000Z", []),
        ("DTSTART:20281123T130000Z\nDTEND:20281123T150000Z", []),
        ("DTSTART:20261130T150000Z", []),
        (f"{DENTIST}\nSTATUS:CANCELLED", []),
        (f"{DENTIST}\nTRANSP:TRANSPARENT", []),
        (f"{DENTIST}\nTRANSP:OPAQUE", ["11-30 10:00/11-30 11:00"]),
        (
            f"{DENTIST}\nBEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5H\nEND:VALARM",
            ["11-30 10:00/11-30 11:00"],
        ),
        (f"{DENTIST}\nRRULE:FREQ=WEEKLY;COUNT=2", ["11-30 10:00/11-30 11:00", "12-07 10:00/12-07 11:00"]),
        (
            f"{DENTIST}\nRRULE:FREQ=WEEKLY;UNTIL=20261214T150000Z\nEXDATE:20261207T150000Z",
            ["11-30 10:00/11-30 11:00", "12-14 10:00/12-14 11:00"],
        ),
        (f"{DENTIST}\nRDATE:20261202T150000Z", ["11-30 10:00/11-30 11:00", "12-02 10:00/12-02 11:00"]),
    ],
)
def test_an_entry_is_busy_when_it_says(entry: str, expected: list[str]) -> None:
    assert times(entry) == expected


def test_a_weekly_entry_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    found = busy("DTSTART;TZID=America/Toronto:20270308T120000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2").times
    assert [each.starts_at.hour for each in found] == [17, 16]


def test_a_day_is_as_long_as_its_day() -> None:
    (spring,) = busy("DTSTART;VALUE=DATE:20270314").times
    assert spring.ends_at - spring.starts_at == timedelta(hours=23)


def test_a_moved_time_of_a_recurring_entry_replaces_the_one_it_stands_for() -> None:
    master = f"{DENTIST}\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:a\nRECURRENCE-ID:20261207T150000Z\nDTSTART:20261208T150000Z\nDTEND:20261208T160000Z"
    cancelled = "UID:a\nRECURRENCE-ID:20261214T150000Z\nDTSTART:20261214T150000Z\nSTATUS:CANCELLED"
    assert times(master, moved, cancelled) == ["11-30 10:00/11-30 11:00", "12-08 10:00/12-08 11:00"]


def test_of_two_entries_of_one_name_the_newer_edition_counts() -> None:
    newer = "UID:a\nSEQUENCE:2\nDTSTART:20261201T150000Z\nDTEND:20261201T160000Z"
    assert (
        times(newer, f"{DENTIST}\nSEQUENCE:1") == times(f"{DENTIST}\nSEQUENCE:1", newer) == ["12-01 10:00/12-01 11:00"]
    )


def test_what_overlaps_or_touches_is_one_stretch() -> None:
    other = "UID:b\nDTSTART:20261130T153000Z\nDTEND:20261130T170000Z"
    touching = "UID:c\nDTSTART:20261130T170000Z\nDTEND:20261130T180000Z"
    assert times(DENTIST, other, touching) == ["11-30 10:00/11-30 13:00"]


def test_a_rule_that_is_not_understood_keeps_its_first_time_and_is_counted() -> None:
    found = busy(f"{DENTIST}\nRRULE:FREQ=HOURLY", "UID:b\nDTSTART;TZID=Mars/Olympus:20261201T100000\nDURATION:PT1H")
    assert (len(found.times), found.unread_rules, found.unknown_zones, found.entries) == (2, 1, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "\x00\x01",
        "BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:tomorrow\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261340T100000\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:00010101T000000Z\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261130T100000Z\nDURATION:P9999999999D\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261130T100000Z\nSEQUENCE:x\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\n;;;:::\nEND:VCALENDAR\n",
    ],
)
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(NotACalendar):
        read_busy(text, zone=TORONTO, now=NOW)


def many(amount: int, entry: str) -> str:
    return file_of(*(f"UID:{number}\n{entry}" for number in range(amount)))


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\n" + "X" * LONGEST_FILE,
        many(2001, "DTSTART:20261130T100000Z"),
        file_of(f"DTSTART:20261130T100000Z\nEXDATE:{','.join(['20261130T100000Z'] * 5001)}"),
        many(1500, "DTSTART:19600101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=100000"),
        many(1500, "DTSTART:19600101T100000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;COUNT=100000;BYDAY=53MO,-53TU"),
    ],
    ids=["bytes", "entries", "dates", "counted days", "counted years"],
)
def test_a_file_that_is_too_much_is_refused(text: str) -> None:
    with pytest.raises(CalendarTooLarge):
        read_busy(text, zone=TORONTO, now=NOW)


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=300), lines=st.lists(st.text(max_size=60), max_size=8))
def test_no_file_does_more_than_be_refused(text: str, lines: list[str]) -> None:
    for each in (text, "BEGIN:VCALENDAR\n" + text, file_of("\n".join(["DTSTART:20261130T100000Z", *lines]))):
        try:
            found = read_busy(each, zone=TORONTO, now=NOW)
        except RuleViolation:
            continue
        assert all(NOW <= time.starts_at < time.ends_at <= NOW + AHEAD for time in found.times)


def test_zones_are_known_by_several_names() -> None:
    assert zone_of("W. Europe Standard Time") == "Europe/Berlin"
    assert zone_of("/softwarestudio.org/Olson_20011030_5/America/Argentina/Ushuaia") == "America/Argentina/Ushuaia"
    assert zone_of("../../etc/passwd") is None


minutes = st.tuples(st.integers(0, 3000), st.integers(1, 2000)).map(
    lambda pair: Interval(NOW + timedelta(minutes=pair[0]), NOW + timedelta(minutes=sum(pair)))
)


@given(time=minutes, taken=st.lists(minutes, max_size=6))
def test_what_is_left_is_free_whole_and_fits_a_diary(time: Interval, taken: list[Interval]) -> None:
    left = list(without(time, taken))
    assert all(piece.ends_at - piece.starts_at <= timedelta(hours=12) for piece in left)
    assert not any(piece.overlaps(each) for piece in left for each in taken)
    inside = [
        Interval(max(each.starts_at, time.starts_at), min(each.ends_at, time.ends_at))
        for each in taken
        if each.overlaps(time)
    ]
    assert united([*left, *inside]) == [time]
