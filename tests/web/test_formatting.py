"""Dates, times and money as people of the locale write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from practice.web.formatting import (
    Style,
    client_time,
    day_name,
    duration,
    full_date,
    lead_and_rest,
    long_date,
    money,
    near_date,
    short_date,
    time_of_day,
)

TUESDAY = date(2026, 11, 24)
CANADA, BRITAIN, QUEBEC, GERMANY = Style(), Style("en_GB", "GBP"), Style("fr_CA"), Style("de_DE", "EUR")


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (CANADA, "Tuesday, November 24"),
        (BRITAIN, "Tuesday 24 November"),
        (QUEBEC, "mardi 24 novembre"),
        (GERMANY, "Dienstag, 24. November"),
    ],
)
def test_the_long_date_spells_out_day_and_month_in_the_order_of_the_locale(style: Style, written: str) -> None:
    assert long_date(TUESDAY, style) == written


def test_short_and_full_dates() -> None:
    assert short_date(TUESDAY, BRITAIN) == "Tue 24 Nov"
    assert full_date(date(1979, 3, 14), BRITAIN) == "14 Mar 1979"
    assert day_name(TUESDAY, QUEBEC) == "mardi"


@pytest.mark.parametrize(("days", "word"), [(0, "Today"), (1, "Tomorrow"), (-1, "Yesterday"), (2, "Thu 26 Nov")])
def test_near_dates_are_words(days: int, word: str) -> None:
    assert near_date(TUESDAY + timedelta(days=days), TUESDAY, BRITAIN) == word


def test_a_time_is_written_as_the_wall_time_it_carries() -> None:
    toronto = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("America/Toronto"))
    assert time_of_day(toronto, CANADA) == "14:00"
    assert time_of_day(toronto.astimezone(UTC), CANADA) == "19:00"
    assert time_of_day(time(9, 5), CANADA) == "09:05"


def test_clients_read_the_clock_of_their_locale() -> None:
    assert client_time(time(14, 0), CANADA).replace("\u202f", " ") == "2:00 p.m."
    assert client_time(time(14, 0), GERMANY) == "14:00"


def test_a_late_evening_in_one_zone_keeps_its_date() -> None:
    evening = datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("America/Toronto"))
    assert short_date(evening, BRITAIN) == "Tue 24 Nov"


def test_money_comes_from_cents_without_rounding() -> None:
    assert money(8500, CANADA) == "$85.00"
    assert money(1, CANADA) == "$0.01"
    assert money(-4250, CANADA) == "-$42.50"
    assert money(8500, GERMANY).replace("\xa0", " ") == "85,00 €"


@pytest.mark.parametrize(
    ("length", "written"),
    [(45, "45 min"), (60, "1 h"), (75, "1 h 15 min"), (0, "0 min"), (timedelta(minutes=90), "1 h 30 min")],
)
def test_durations(length: int | timedelta, written: str) -> None:
    assert duration(length) == written


@pytest.mark.parametrize(
    ("text", "lead", "rest"),
    [
        (
            "13:30 is not free. Room 2 is being prepared until 13:45.",
            "13:30 is not free.",
            "Room 2 is being prepared until 13:45.",
        ),
        ("Only one sentence.", "Only one sentence.", ""),
        ("No stop at all", "No stop at all", ""),
        ("Ask Dr. Brandt first. She knows.", "Ask Dr. Brandt first.", "She knows."),
        ("It costs $42.50 now. 13:45 is free.", "It costs $42.50 now.", "13:45 is free."),
        ("Sure? Then go on. Or stay.", "Sure?", "Then go on. Or stay."),
    ],
)
def test_a_message_is_split_after_its_first_sentence(text: str, lead: str, rest: str) -> None:
    assert lead_and_rest(text) == (lead, rest)


def test_the_page_names_its_language() -> None:
    assert QUEBEC.html_lang == "fr-CA"
