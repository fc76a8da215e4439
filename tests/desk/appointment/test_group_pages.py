"""A session that several clients share: one card in the diary, and a panel that lists who comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from practice.desk.diary.address import By
from practice.desk.diary.feed import feed
from practice.desk.fitting_times import next_three
from practice.desk.visits import Named, State
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.free_time.search import StartsQuery
from tests.conftest import NOW
from tests.desk.visits import make_visit
from tests.factories import OWNER, act, make_client, make_service
from tests.scheduling.scene import RITA


@pytest.fixture
def group(desk):
    return make_service(desk.session, name="Back care", duration_minutes=60, group_size=3)


def join(desk, group, **over):
    client = make_client(desk.session)
    form = desk.form(client=client.uid, service=group.uid, choice=desk.choice(14), **over)
    return client, desk.rita.post("/book", data=form)


def test_a_panel_lists_the_others_and_books_one_more_until_it_is_full(desk, group):
    names = [join(desk, group)[0].display_name for _ in range(2)]
    first = desk.rows()[0]
    panel = desk.rita.get(f"/appointments/{first.uid}").text
    assert "Group: 2 of 3 places taken" in panel and names[1] in panel
    assert "Book another client into it" in panel
    shown = desk.rita.post("/book/draft", data=desk.form(service=group.uid)).text
    assert "places" in shown
    assert join(desk, group)[1].status_code == 303
    assert "Book another client into it" not in desk.rita.get(f"/appointments/{first.uid}").text
    _, refused = join(desk, group)
    assert refused.status_code == 409 and "all 3 places are taken" in refused.text
    act(
        desk.session,
        lambda: cancel(
            desk.session, appointment_uid=first.uid, reason="ill", by=CancelledBy.CLIENT, actor=OWNER, now=NOW
        ),
    )
    assert join(desk, group)[1].status_code == 303


def test_free_times_say_how_many_places_are_left(desk, group):
    join(desk, group)
    desk.session.rollback()
    query = StartsQuery(service_uid=group.uid, therapist_uids=(desk.ada.uid,))
    notes = {one.local_start: one.note for one in next_three(desk.session, query, from_on=None, usual=None, now=NOW)}
    assert set(notes.values()) <= {"2 of 3 places left", "3 places, nobody yet"}


def test_the_diary_draws_one_card_for_all_who_share_a_session():
    shared = {"group_size": 4, "service": Named("group", "Back care")}
    members = [make_visit(NOW, client=name, **shared) for name in ("Anna", "Ben", "Cleo")]
    stayed_away = make_visit(NOW, client="Dora", state=State.NO_SHOW, **shared)
    later = make_visit(NOW + timedelta(hours=2), client="Emil", **shared)
    drawn = feed([], [*members, stayed_away, later, make_visit(NOW)], [], by=By.THERAPIST, actor=RITA, now=NOW)
    events = {event["id"]: event for event in drawn["events"]}
    assert len(events) == 4
    card = events[members[0].uid]
    assert (card["title"], card["extendedProps"]["sub"]) == ("Back care", "3 of 4 places: Anna, Ben, Cleo")
    assert not card["startEditable"] and not card["durationEditable"]
    busy = [replace(each, is_busy=True, client=None, uid="", service=Named("", "")) for each in members]
    assert len(feed([], busy, [], by=By.THERAPIST, actor=RITA, now=NOW)["events"]) == 1
