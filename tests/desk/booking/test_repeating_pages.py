"""Repeating a booking at the desk: every visit shown, put elsewhere or left out, booked together."""

import re
from datetime import timedelta

import pytest

from practice.scheduling.lifecycle import AppointmentState as State
from tests.factories import make_client

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def anna(desk):
    return desk.client()


def look(desk, client, **over):
    return desk.rita.post("/book/series", data=form(desk, client, **over))


def book(desk, client, **over):
    return desk.rita.post("/book/series/book", data=form(desk, client, **over))


def form(desk, client, **over):
    return desk.form(**({"client": client.uid, "choice": desk.choice(14), "count": "4"} | over))


def options(html: str, number: int) -> list[str]:
    select = re.search(rf'<select[^>]*aria-label="Visit {number}, .*?</select>', html, re.DOTALL)
    assert select is not None
    return re.findall(r'<option value="([^"]*)"', select[0])


def taken(desk, weeks: int) -> None:
    start = desk.at(14) + timedelta(weeks=weeks)
    desk.rita.post(
        "/book", data=desk.form(client=make_client(desk.session).uid, choice=f"{start:%Y-%m-%dT%H:%M}|{desk.ada.uid}|")
    )


def test_the_panel_lets_the_chosen_time_be_repeated(desk, anna) -> None:
    page = desk.rita.post("/book/draft", data=desk.form(client=anna.uid, choice=desk.choice(14))).text
    assert 'formaction="/book/series"' in page
    shown = look(desk, anna, choice=desk.choice(16))
    assert shown.status_code == 200
    assert shown.text.count("fits <span") == 4 and "Book 4 visits" in shown.text


def test_all_visits_are_booked_in_one_act(desk, anna) -> None:
    answer = book(desk, anna, every="2")
    rows = sorted(desk.rows(), key=lambda row: row.starts_at)
    assert (answer.status_code, answer.location) == (303, f"/appointments/{rows[0].uid}")
    assert [row.local_start for row in rows] == [desk.at(14) + timedelta(weeks=2 * week) for week in range(4)]
    assert len({row.series_id for row in rows}) == 1


def test_the_time_held_for_one_booking_is_let_go(desk, anna) -> None:
    desk.rita.post("/book/draft", data=desk.form(client=anna.uid, choice=desk.choice(14)))
    held = desk.only_row()
    shown = look(desk, anna, hold=held.uid, held_for="x")
    assert desk.rows() == [] and "does-not-fit" not in shown.text


def test_a_taken_visit_is_named_and_its_nearest_time_proposed(desk, anna) -> None:
    taken(desk, 2)
    shown = look(desk, anna).text
    assert shown.count("does-not-fit") == 1 and "1 needs another time" in shown
    nearest, *_, leave = options(shown, 3)
    assert nearest.startswith("3|2026-") and leave == "3|out"
    assert book(desk, anna).status_code == 409
    assert len(desk.rows()) == 1
    assert book(desk, anna, by_hand=[nearest]).status_code == 303
    assert len(desk.rows()) == 5


def test_a_refused_act_shows_every_visit_again(desk, anna) -> None:
    taken(desk, 1)
    refused = book(desk, anna)
    assert refused.status_code == 409
    assert "One visit does not fit" in refused.text and "does-not-fit" in refused.text


def test_visits_are_left_out_or_put_at_a_time_of_ones_own(desk, anna) -> None:
    later = desk.at(15) + timedelta(weeks=1)
    moved = {"move": "on", "move_number": "2", "move_on": f"{later:%Y-%m-%d}", "move_at": "15:00"}
    shown = look(desk, anna, by_hand=["4|out"], **moved).text
    assert f"2|{later:%Y-%m-%dT%H:%M}||" in options(shown, 2)
    assert "Book 3 visits" in shown
    book(desk, anna, by_hand=["4|out", f"2|{later:%Y-%m-%dT%H:%M}||"])
    hours = sorted(row.local_start for row in desk.rows())
    assert [start.hour for start in hours] == [14, 15, 14]


@pytest.mark.parametrize(
    "over", [{"count": "0"}, {"count": "99"}, {"every": "0"}, {"until": "2020-01-01"}, {"by_hand": ["x|y"]}]
)
def test_impossible_rules_are_told_beside_the_form(desk, anna, over) -> None:
    for act in (look, book):
        answer = act(desk, anna, **over)
        assert answer.status_code == 422
        assert "Repeat" in answer.text
    assert desk.rows() == []


def test_without_a_client_or_a_time_nothing_is_booked(desk, anna) -> None:
    assert book(desk, anna, choice="").status_code == 422
    unnamed = {name: value for name, value in form(desk, anna).items() if name != "client"}
    assert desk.rita.post("/book/series/book", data=unnamed).status_code == 422
    assert desk.rows() == []


def test_a_new_client_and_the_series_are_one_act(desk) -> None:
    new = {"client": "new", "first_name": "Zofia", "last_name": "Zielna", "phone": "+1 416 555 0101"}
    values = desk.form(choice=desk.choice(14), count="3", **new)
    assert desk.rita.post("/book/series", data=values).status_code == 200
    assert desk.rita.post("/book/series/book", data=values).status_code == 303
    assert len(desk.rows()) == 3


def test_back_leads_to_one_booking_with_its_time_held(desk, anna) -> None:
    answer = desk.rita.post("/book/series/back", data=form(desk, anna))
    assert answer.status_code == 200 and "New booking" in answer.text
    assert desk.only_row().state == State.HELD


class TestOneVisitOfASeries:
    @pytest.fixture
    def rows(self, desk, anna):
        book(desk, anna)
        return sorted(desk.rows(), key=lambda row: row.starts_at)

    def test_the_panel_says_which_one_of_how_many(self, desk, rows) -> None:
        page = desk.rita.get(f"/appointments/{rows[2].uid}").text
        assert "Visit 3 of 4" in page and "every week on Tuesday at 14:00" in page
        for other in (0, 1, 3):
            assert f"/appointments/{rows[other].uid}" in page

    def test_this_and_following_are_moved(self, desk, rows) -> None:
        path = f"/appointments/{rows[1].uid}/move"
        assert 'name="scope"' in desk.rita.get(path).text
        start = rows[1].local_start.replace(hour=16)
        choice = f"{start:%Y-%m-%dT%H:%M}|{desk.ada.uid}|"
        answer = desk.rita.post(path, data={"version": "1", "choice": choice, "scope": "following"})
        assert answer.status_code == 303
        assert [row.local_start.hour for row in sorted(desk.rows(), key=lambda row: row.starts_at)] == [14, 16, 16, 16]

    def test_a_move_that_does_not_fit_names_the_visit_and_leads_on(self, desk, rows) -> None:
        start = rows[3].local_start.replace(hour=16)
        desk.rita.post(
            "/book",
            data=desk.form(client=make_client(desk.session).uid, choice=f"{start:%Y-%m-%dT%H:%M}|{desk.ada.uid}|"),
        )
        choice = f"{rows[0].local_start:%Y-%m-%d}T16:00|{desk.ada.uid}|"
        path = f"/appointments/{rows[0].uid}/move"
        answer = desk.rita.post(path, data={"version": "1", "choice": choice, "scope": "all"})
        assert answer.status_code == 409
        assert "Visit 4, " in answer.text and f'href="{path}"' in answer.text
        assert {row.local_start.hour for row in desk.rows() if row.series_id} == {14}

    def test_all_to_come_are_cancelled(self, desk, rows) -> None:
        path = f"/appointments/{rows[0].uid}/cancel"
        assert 'name="scope"' in desk.rita.get(path).text
        desk.rita.post(path, data={"version": "1", "reason": "travel", "scope": "all"})
        assert {row.state for row in desk.rows()} == {State.CANCELLED}

    def test_the_client_page_numbers_the_visits(self, desk, anna, rows) -> None:
        page = desk.rita.get(f"/clients/{anna.uid}").text
        assert [f"visit {number} of 4" in page for number in range(1, 5)] == [True] * 4
