"""The list of tentative visits: what they wait for, which must be decided, and the ways out."""

from datetime import timedelta

import pytest

from practice.scheduling.lifecycle import AppointmentState as State
from tests.conftest import NOW
from tests.desk.scenes import Clinic, statements_of


@pytest.fixture
def clinic(session) -> Clinic:
    return Clinic(session)


def tentative(clinic: Clinic, starts_at, **over):
    return clinic.visit(starts_at, state=State.TENTATIVE, tentative_reason="forms_needed", **over)


def test_the_coming_week_is_listed_with_what_it_waits_for(desk, clinic) -> None:
    soon, later = tentative(clinic, NOW + timedelta(hours=5)), tentative(clinic, NOW + timedelta(days=3))
    left_out = [
        tentative(clinic, NOW + timedelta(days=8)),
        tentative(clinic, NOW - timedelta(days=1)),
        clinic.visit(NOW + timedelta(days=2)),
    ]
    page = desk.rita.get("/tentative").text
    assert page.count("Forms needed") == 2 and page.count("decide now") == 1
    assert page.index(soon.uid) < page.index(later.uid)
    assert [row.uid in page for row in left_out] == [False] * 3
    for verb in ("settle", "move", "cancel"):
        assert f"/appointments/{soon.uid}/{verb}" in page


def test_a_way_out_takes_the_visit_off_the_list(desk, clinic) -> None:
    visit = tentative(clinic, NOW + timedelta(hours=5))
    desk.rita.post(f"/appointments/{visit.uid}/settle", data={"version": "1"})
    assert "Nothing is tentative" in desk.rita.get("/tentative").text
    assert desk.only_row().state == State.BOOKED


def test_the_list_takes_as_many_statements_for_one_as_for_ten(app, desk, clinic) -> None:
    tentative(clinic, NOW + timedelta(hours=5))
    few = statements_of(app, lambda: desk.rita.get("/tentative"))
    for day in range(1, 6):
        tentative(clinic, NOW + timedelta(days=day))
    assert statements_of(app, lambda: desk.rita.get("/tentative")) == few
