"""The month at a glance and the next gaps, as plain pages."""

import re
from datetime import timedelta

import pytest

from tests.desk.scenes import statements_of
from tests.factories import act, make_location

MONTH = "/diary/2026-11-24/month"


def cell(page, day):
    """What the page says of one day."""
    found = re.search(rf'data-day="2026-11-{day}".*?</a>', " ".join(page.split()))
    assert found
    return re.sub(r"<[^>]+>", " ", found.group())


def rows(page):
    return re.findall(r'class="when num">([^<]+)<', page)


@pytest.fixture
def busy(desk):
    """Ada's Wednesday is full, Ben has one visit then."""
    for hour in range(8, 18):
        answer = desk.rita.post(
            "/book", data=desk.form(client=desk.client(f"A{hour} B").uid, choice=desk.choice(hour, day=25))
        )
        assert answer.status_code in {303, 409, 422}
    desk.book(desk.client("Per Lund"), desk.at(10, day=25), desk.ben)


def test_each_day_says_how_full_it_is_and_leads_to_the_diary(desk, busy):
    page = desk.rita.get(MONTH).text
    assert "November 2026" in page
    free = re.search(r"(\d+) %", cell(page, 26))
    partly = re.search(r"(\d+) %", cell(page, 25))
    assert free and partly
    assert (int(free.group(1)), 30 < int(partly.group(1)) < 100) == (0, True)
    assert "closed" in cell(page, 29)
    assert f'href="/diary/2026-11-25?at={desk.location.uid}"' in page
    assert 'aria-current="date"' in page


def test_it_is_asked_of_one_therapist_and_for_a_service(desk, busy):
    page = desk.rita.get(f"{MONTH}?therapist={desk.ada.uid}&service={desk.service.uid}").text
    assert "no time fits" in cell(page, 25)
    assert re.search(r"\d+ times", cell(page, 26))
    assert f"service={desk.service.uid}" in page


@pytest.mark.parametrize(
    ("day", "previous", "following"),
    [("2026-01-31", "2025-12-31", "2026-02-28"), ("2026-12-01", "2026-11-01", "2027-01-01")],
)
def test_leafing_stays_within_months(desk, day, previous, following):
    page = desk.rita.get(f"/diary/{day}/month").text
    assert f"/diary/{previous}/month" in page
    assert f"/diary/{following}/month" in page


@pytest.mark.parametrize("query", ["?therapist=nobody", "?service=x", "?at=x", f"?therapist={'0' * 8}-{'0' * 4}"])
def test_what_no_link_of_ours_asks_is_refused(desk, query):
    assert desk.rita.get(MONTH + query).status_code in {404, 422}


def test_gaps_are_listed_by_day_with_the_first_start_that_fits(desk, busy):
    page = desk.rita.get(f"/gaps?service={desk.service.uid}&therapist={desk.ada.uid}&weekday=3&part=afternoon").text
    assert "Thu, Nov 26" in page
    assert "Wed, Nov 25" not in page
    links = re.findall(r'hx-get="(/book\?[^"]*choice[^"]*)"', page)
    panel = desk.rita.get(links[0].replace("&amp;", "&")).text
    assert re.search(r"Book Thu 1[2-6]:", panel)


def test_a_gap_is_at_least_as_long_as_asked(desk, busy):
    page = desk.rita.get("/gaps?minutes=240&part=morning").text
    assert all(_minutes(row) >= 240 for row in rows(page))
    assert "Look further ahead" in page


def _minutes(row):
    begins, ends = (int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", row))
    return ends - begins


def test_a_wish_that_cannot_be_read_is_shown_with_what_is_wrong(desk):
    page = desk.rita.get("/gaps?minutes=5")
    assert page.status_code == 422
    assert "f-minutes-error" in page.text or 'aria-invalid="true"' in page.text


def test_looking_further_ahead_loses_no_gap(desk, busy):
    first = desk.rita.get("/gaps?minutes=15").text
    assert "There are more on later days" in first
    last = re.findall(r'id="on-([\d-]+)"', first)[-1]
    whole = desk.rita.get(f"/gaps?minutes=15&from_on={last}").text.split('id="on-')[1]
    assert rows(first.split(f'id="on-{last}"')[1]) == rows(whole)


def test_nothing_free_says_so_and_leads_on(desk):
    page = desk.rita.get("/gaps?minutes=240&part=evening").text
    assert "No gap until" in page
    assert "from_on=2026-12-22" in page


def test_a_therapist_finds_gaps_in_the_own_diary_only(desk, client_as, cast):
    act(desk.session, lambda: setattr(desk.session.merge(desk.ada), "user_id", cast["theo"].id))
    theo = client_as("theo")
    assert "Ben Bold" not in theo.get("/gaps").text
    assert theo.get(f"/gaps?therapist={desk.ben.uid}").status_code == 404


def test_the_statements_do_not_grow_with_visits_or_days(desk):
    def look():
        paths = (MONTH, f"{MONTH}?service={desk.service.uid}", "/gaps", f"/gaps?service={desk.service.uid}")
        return [statements_of(desk.app, lambda path=path: desk.rita.get(path)) for path in paths]

    before = look()
    for day in (24, 25, 26, 27):
        desk.book(desk.client(f"Person {day}"), desk.at(14, day=day))
    desk.clock.advance(timedelta(seconds=1))
    assert look() == before
    assert max(before) <= 16


def test_another_place_has_its_own_month(desk):
    other = make_location(desk.session, name="Uptown", zone="America/Vancouver")
    page = desk.rita.get(f"{MONTH}?at={other.uid}").text
    assert "Uptown" in page
    assert "Harbourline" in page
