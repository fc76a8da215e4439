"""The desk merges two records of one person, sees why it may not yet, and takes it back."""

from datetime import timedelta

import pytest

from tests.desk.scenes import Clinic, statements_of
from tests.desk.today.test_today import text_of
from tests.factories import make_client

DAY = timedelta(days=1)


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def rita(client_as):
    return client_as("rita")


@pytest.fixture
def pair(clinic):
    """Two records of one person, the second with an older number."""
    return (
        make_client(clinic.session, first_name="Mara", last_name="Twice", phone="+14165550111", email="m@example.com"),
        make_client(clinic.session, first_name="Mara", last_name="Twice", phone="+14165550122", email=""),
    )


def merge(rita, kept, merged):
    return rita.post(f"/clients/{kept.uid}/merge", data={"client_uid": merged.uid})


def test_the_page_of_a_client_names_who_may_be_the_same(rita, pair):
    kept, other = pair
    page = text_of(rita.get(f"/clients/{kept.uid}"))
    assert "may be the same person" in page
    assert f"/clients/{kept.uid}/merge?client_uid={other.uid}" in page


def test_both_are_compared_merged_and_taken_back(rita, clinic, pair, now):
    kept, other = pair
    visit = clinic.visit(now + DAY, other)
    preview = text_of(rita.get(f"/clients/{kept.uid}/merge?client_uid={other.uid}"))
    assert "(416) 555-0122" in preview
    assert "Merge, and keep Mara Twice" in preview
    assert merge(rita, kept, other).headers["Location"] == f"/clients/{kept.uid}"
    page = text_of(rita.get(f"/clients/{kept.uid}"))
    assert visit.uid in page
    assert "(416) 555-0122" in page
    assert rita.get(f"/clients/{other.uid}").headers["Location"] == f"/clients/{kept.uid}"
    undo = page[page.index("/merges/") :].split('"')[0]
    assert rita.post(f"/clients/{kept.uid}{undo}").status_code == 303
    assert rita.get(f"/clients/{other.uid}").status_code == 200


def test_visits_at_one_time_are_named_with_the_way_to_each(rita, clinic, pair, now):
    kept, other = pair
    one, two = (
        clinic.visit(now + DAY, kept),
        clinic.visit(now + DAY, other, therapist_id=clinic.ben.id, room_id=clinic.rooms[1].id),
    )
    preview = text_of(rita.get(f"/clients/{kept.uid}/merge?client_uid={other.uid}"))
    assert "Nobody can be in two places" in preview
    assert "Merge, and keep" not in preview
    refused = merge(rita, kept, other)
    assert refused.status_code == 409
    assert f"/appointments/{one.uid}" in refused.text
    assert f"/appointments/{two.uid}" in refused.text


def test_a_record_merged_already_leads_to_the_one_that_is_kept(rita, clinic, pair):
    kept, other = pair
    third = make_client(clinic.session)
    merge(rita, kept, other)
    refused = merge(rita, third, other)
    assert refused.status_code == 422
    assert f"/clients/{kept.uid}" in refused.text
    assert merge(rita, kept, kept).status_code == 422
    assert rita.get(f"/clients/{other.uid}/merge").headers["Location"] == f"/clients/{kept.uid}/merge"


def test_the_other_record_is_found_by_its_name(rita, clinic, pair):
    stranger = make_client(clinic.session, first_name="Zoe", last_name="Elsewhere")
    found = text_of(rita.get(f"/clients/{pair[0].uid}/merge?q=elsewhere"))
    assert f"client_uid={stranger.uid}" in found


def test_the_clients_page_asks_as_often_with_many_merges(app, rita, clinic, pair):
    kept, other = pair
    merge(rita, kept, other)
    few = statements_of(app, lambda: rita.get(f"/clients/{kept.uid}"))
    for _ in range(4):
        merge(rita, kept, make_client(clinic.session))
    assert statements_of(app, lambda: rita.get(f"/clients/{kept.uid}")) == few


def test_the_api_previews_merges_lists_and_takes_back(rita, pair):
    kept, other = pair
    base = f"/api/v1/clients/{kept.uid}"
    preview = rita.get(f"{base}/merge-preview?client_uid={other.uid}").json
    assert (preview["merged"]["name"], preview["clashes"]) == ("Mara Twice", [])
    made = rita.post(f"{base}/merges", json={"client_uid": other.uid})
    assert (made.status_code, made.json["merged_uid"]) == (201, other.uid)
    (listed,) = rita.get(f"{base}/merges").json["merges"]
    assert listed["may_be_undone"] is True
    undone = rita.post(f"{base}/merges/{listed['uid']}/undo")
    assert (undone.status_code, undone.json["may_be_undone"]) == (200, False)
    again = rita.post(f"{base}/merges/{listed['uid']}/undo")
    assert (again.status_code, again.json["code"]) == (422, "merge_is_over")
