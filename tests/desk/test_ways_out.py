import ast
from datetime import date

import pytest

from practice.core.errors import Refusal, WayOut
from practice.desk.appointment.place import MovingPlace
from practice.desk.booking.draft import Draft
from practice.desk.booking.place import BookingPlace
from practice.desk.choice import Choice, read_choice
from practice.desk.ways_out import BUTTONS, PlainPlace, offers_of
from practice.scheduling.errors import refused
from tests.house.sources import product

TUESDAY = date(2026, 11, 24)
VALUES = {"local_start": "2026-11-24T14:00", "therapist": "ada", "call": "c1", "location": "l1", "href": "/today"}
PLACES = [PlainPlace(), BookingPlace(Draft()), MovingPlace("a1", 3, TUESDAY)]


def acts_named_in_the_source() -> set[str]:
    """Every act that a refusal of the product may name: the first argument of WayOut and of choose."""
    found = set()
    for source in product():
        for node in ast.walk(source.tree):
            is_way = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"WayOut", "choose"}
            )
            if is_way and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_act_that_a_refusal_names_has_a_button_at_the_desk():
    assert sorted(acts_named_in_the_source() - set(BUTTONS)) == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: type(place).__name__)
@pytest.mark.parametrize("act", sorted(BUTTONS))
def test_every_button_leads_somewhere(act, place):
    offer = BUTTONS[act](WayOut(act, "Do it", VALUES), place)
    assert offer.label
    assert offer.url or offer.post or offer.name


def test_times_of_the_day_spoken_about_are_named_without_the_day():
    ways = tuple(
        WayOut("choose_time", "long words", {"local_start": start, "therapist": "ada"})
        for start in ("2026-11-24T14:15", "2026-11-26T09:00")
    )
    place = BookingPlace(Draft(choice=Choice(read_choice("2026-11-24T14:00|ada|").local_start)))
    offers = offers_of(refused((Refusal("time_taken", "Taken.", ways_out=ways),)), place)
    assert [offer.label for offer in offers] == ["14:15 instead", "Thu, Nov 26 09:00"]


def test_the_same_button_is_offered_once():
    way = WayOut("reload", "Show what is true now")
    error = refused((Refusal("closed", "Closed.", ways_out=(way,)), Refusal("time_off", "Away.", ways_out=(way,))))
    assert len(offers_of(error, PlainPlace())) == 1


@pytest.mark.parametrize("raw", ["soon|a|b", "2026-11-24T14:00:30|a|b", "2026-11-24T14:00+01:00|a|", "x" * 200])
def test_a_choice_that_no_form_of_ours_wrote_is_refused(raw):
    with pytest.raises(ValueError, match=r"a choice|isoformat"):
        read_choice(raw)


def test_a_choice_survives_its_form():
    for choice in (Choice(None), Choice(read_choice("2026-11-24T14:00").local_start, "ada", "room")):
        assert read_choice(str(choice)) == choice
