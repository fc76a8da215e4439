"""What a therapist sees and may do of colleagues' time: that it is taken, and nothing else."""

import json
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from tests.factories import act

DAY = "/diary/2026-11-25"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def theo(desk, client_as, cast):
    """The browser of Ada's own account."""
    act(desk.session, lambda: setattr(desk.session.merge(desk.ada), "user_id", cast["theo"].id))
    return client_as("theo")


@pytest.fixture
def own(desk):
    return desk.book(desk.client("Own Person"), desk.at(10, day=25))


@pytest.fixture
def foreign(desk):
    return desk.book(desk.client("Secret Stranger"), desk.at(10, day=25), desk.ben)


@pytest.mark.parametrize("part", ["/events", "/events?by=room", "/list", "/status", "/list?by=room", ""])
def test_a_colleagues_visit_is_busy_time_without_name_or_address(desk, theo, own, foreign, part):
    page = theo.get(DAY + part).text
    assert "Stranger" not in page
    assert foreign.uid not in page


def test_a_colleagues_week_is_busy_time(desk, theo, own, foreign):
    (event,) = _visits(theo.get(f"{DAY}/events?by=week&therapist={desk.ben.uid}"))
    assert (event["title"], event["extendedProps"]["kind"], event["startEditable"]) == ("Busy", "block", False)
    assert event["start"] == "2026-11-25T10:00"


def test_the_own_visit_stands_beside_it_in_full(desk, theo, own, foreign):
    events = {event["title"]: event for event in _visits(theo.get(f"{DAY}/events"))}
    assert events.keys() == {"Own Person", "Busy"}
    assert events["Own Person"]["id"] == own.uid


def test_a_cancelled_visit_of_a_colleague_is_not_listed(desk, theo, own, foreign):
    desk.rita.post(f"/appointments/{foreign.uid}/cancel", data={"reason": "ill"})
    page = theo.get(f"{DAY}/list").text
    assert "Busy" not in page
    assert "cancelled" not in page


def test_the_desk_sees_everybody(desk, own, foreign):
    assert "Secret Stranger" in desk.rita.get(f"{DAY}/list").text


def test_only_own_visits_are_offered_for_a_swap(desk, theo, own, foreign):
    assert "Stranger" in desk.rita.get(f"/appointments/{own.uid}/swap").text
    assert "Stranger" not in theo.get(f"/appointments/{own.uid}/swap").text


@pytest.mark.parametrize("by_drag", [True, False])
def test_a_therapist_cannot_move_a_visit_into_a_colleagues_diary(desk, theo, own, by_drag):
    wanted = {"therapist": desk.ben.uid} if by_drag else {"choice": desk.choice(14, day=25, who=desk.ben)}
    theo.post(f"/appointments/{own.uid}/move", data=wanted)
    assert desk.only_row().therapist_id == desk.ada.id
    assert theo.post(f"/appointments/{own.uid}/move", data={"choice": desk.choice(14, day=25)}).status_code == 303


def test_a_therapist_is_offered_own_times_only(desk, theo, own):
    assert "Ben Bold" in desk.rita.get(f"/appointments/{own.uid}/move", headers=HTMX).text
    assert "Ben Bold" not in theo.get(f"/appointments/{own.uid}/move", headers=HTMX).text


def _visits(answer):
    return [event for event in json.loads(answer.text)["events"] if event.get("display") != "background"]


def at_another_time(desk, visit, hour):
    desk.rita.post(f"/appointments/{visit.uid}/move", data={"choice": desk.choice(hour, day=25)})


def test_a_refusal_names_no_colleague_to_a_therapist(desk, theo, own):
    other = desk.book(desk.client("Second Person"), desk.at(14, day=25))
    taken = {"choice": desk.choice(10, day=25)}
    for browser, is_named in ((desk.rita, True), (theo, False)):
        page = browser.post(f"/appointments/{other.uid}/move", data=taken, headers=HTMX)
        assert (page.status_code, "Ben Bold at" in page.text) == (409, is_named)
        link = f"/book?{urlencode({**desk.form(), 'choice': desk.choice(10, day=25)})}"
        assert ("Ben Bold at" in browser.get(link, headers=HTMX).text) == is_named


def test_a_therapist_takes_back_an_act_within_the_own_diary(desk, theo, own):
    at_another_time(desk, own, 14)
    theo.post(f"/appointments/{own.uid}/undo")
    assert desk.only_row().local_start == desk.at(10, day=25)


def test_a_therapist_cannot_push_a_visit_back_into_a_colleagues_diary(desk, theo, foreign):
    desk.rita.post(f"/appointments/{foreign.uid}/move", data={"choice": desk.choice(10, day=25, who=desk.ada)})
    page = theo.post(f"/appointments/{foreign.uid}/undo", headers=HTMX)
    assert (page.status_code, "Ask the desk to do it." in page.text) == (409, True)
    assert desk.only_row().therapist_id == desk.ada.id
    desk.rita.post(f"/appointments/{foreign.uid}/undo")
    assert desk.only_row().therapist_id == desk.ben.id


def test_money_is_the_desks_and_reaching_the_client_is_everybodys(desk, theo):
    client = desk.client("Own Person", phone="416 555 0134", born_on=date(1980, 5, 17))
    own = desk.book(client, desk.at(10))
    desk.rita.post(f"/appointments/{own.uid}/cancel", data={"reason": "not_said"})
    assert desk.only_row().fee_proposed_cents
    for path in (f"/appointments/{own.uid}", f"/clients/{client.uid}"):
        asked, seen = (browser.get(path).text for browser in (desk.rita, theo))
        assert ("$" in asked, "$" in seen) == (True, False)
        assert "555" in seen and "1980" in seen
    assert theo.post(f"/appointments/{own.uid}/waive-fee", data={"reason": "kind"}).status_code == 403
    assert desk.only_row().fee_waived_reason is None


def test_a_therapist_proposes_the_fee_of_a_no_show_without_its_amount(desk, theo):
    own = desk.book(desk.client("Own Person"), desk.at(9))
    desk.clock.advance(timedelta(minutes=20))
    step = f"/appointments/{own.uid}/no-show"
    assert "propose the fee" in theo.get(step, headers=HTMX).text
    assert "propose $" in desk.rita.get(step, headers=HTMX).text
