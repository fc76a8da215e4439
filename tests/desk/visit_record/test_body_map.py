"""The body map and the client's own activities as forms: painted, shown again, refused in words, and raised at once."""

import re

import pytest
from sqlalchemy import select

from practice.safety.models import Flag
from practice.visits.models import BodyMapEntry, FunctionalActivity, Measure
from tests.desk.my_day.test_my_day import text_of
from tests.desk.visit_record.test_visit_record import rows

BUTTOCK = {"intensity-buttock-left": "7", "quality-buttock-left": "burning"}
CALF = {"intensity-calf_posterior-left": "4"}


def painted(session):
    return {(row.region, row.side, row.quality, row.intensity) for row in rows(session, BodyMapEntry) if row.is_current}


def test_a_map_is_painted_shown_and_painted_anew(session, theo, path):
    answer = theo.post(f"{path}/body-map", data=BUTTOCK | CALF)
    assert (answer.status_code, answer.location) == (303, path)
    assert painted(session) == {("buttock", "left", "burning", 7), ("calf_posterior", "left", "ache", 4)}
    shown = theo.get(f"{path}/body-map").text
    assert 'aria-label="buttock, left: burning 7"' in shown and 'aria-label="buttock, right: not painted"' in shown
    theo.post(f"{path}/body-map", data=CALF)
    assert painted(session) == {("calf_posterior", "left", "ache", 4)}


def test_every_region_of_the_drawing_leads_to_its_fields(theo, path):
    shown = theo.get(f"{path}/body-map").text
    leads = re.findall(r'href="#place-([\w-]+)"', shown)
    assert len(leads) == len(set(leads)) == 34
    assert [key for key in leads if f'id="place-{key}"' not in shown or f'name="intensity-{key}"' not in shown] == []


def test_a_quality_without_a_strength_is_asked_for_and_nothing_typed_is_lost(session, theo, path):
    answer = theo.post(f"{path}/body-map", data=CALF | {"quality-heel-right": "numb"})
    assert answer.status_code == 422
    assert "Say how strong it is: heel, right." in text_of(answer)
    assert 'aria-label="calf, left: ache 4"' in answer.text
    assert painted(session) == set()


@pytest.mark.parametrize(
    "field", [{"intensity-sole-left": "11"}, {"quality-sole-left": "sore"}, {"intensity-ear-left": "3"}]
)
def test_what_the_map_does_not_know_is_refused(session, theo, path, field):
    assert theo.post(f"{path}/body-map", data=field).status_code == 422
    assert painted(session) == set()


def test_a_painted_saddle_area_is_an_emergency_at_once(session, theo, path):
    theo.post(f"{path}/body-map", data={"intensity-saddle-centre": "3", "quality-saddle-centre": "numb"})
    assert [(row.code, row.tier) for row in rows(session, Flag)] == [("CES_SADDLE", "T0")]


def test_an_activity_is_named_in_own_words_and_rated_once(session, theo, path):
    said = {"words": "Lift my daughter", "rating-new": "3"}
    assert theo.post(f"{path}/activities", data=said).status_code == 303
    assert [(row.code, row.part, row.value) for row in rows(session, Measure)] == [("PSFS", "activity_1", 3)]
    assert "Lift my daughter" in text_of(theo.get(f"{path}/activities"))
    assert b"daughter" not in session.scalars(select(FunctionalActivity.words)).one()
    again = theo.post(f"{path}/activities", data={"rating-1": "4"})
    assert again.status_code == 409 and "Recorded at this visit already" in text_of(again)


def test_a_rating_out_of_range_keeps_the_words(session, theo, path):
    answer = theo.post(f"{path}/activities", data={"words": "Sit through a film", "rating-new": "11"})
    assert answer.status_code == 422 and 'value="Sit through a film"' in answer.text
    assert rows(session, FunctionalActivity) == []


def test_the_desk_and_a_stranger_have_neither(client_as, theo, path):
    for page in ("body-map", "activities"):
        assert client_as("rita").get(f"{path}/{page}").status_code == 403
        assert client_as("olga").post(f"{path}/{page}", data={}).status_code == 404
