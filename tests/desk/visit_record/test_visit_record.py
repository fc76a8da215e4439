"""The form of a visit: one tap when nothing is new, a yes stops what must be stopped, numbers once and in range."""

import pytest
from sqlalchemy import select

from practice.safety.models import Flag
from practice.scheduling.lifecycle import AppointmentState
from practice.visits.models import Measure, PreCheck, Vitals
from tests.desk.my_day.test_my_day import text_of


def rows(session, table):
    session.rollback()
    return session.scalars(select(table)).all()


def test_nothing_new_is_one_tap(session, theo, path):
    assert "All no: nothing is new" in text_of(theo.get(path))
    assert theo.post(f"{path}/pre-check", data={}).status_code == 303
    assert [row.all_no for row in rows(session, PreCheck)] == [True]
    assert "All answered with no." in text_of(theo.get(path))


def test_a_yes_raises_its_flag_and_a_follow_up_can_rule_it_lighter(session, theo, path):
    theo.post(f"{path}/pre-check", data={"yes": ["fever"], "ruled_out": ["fever.spinal_pain", "skin.contagious"]})
    assert [(row.code, row.tier) for row in rows(session, Flag)] == [("FEVER_ACUTE", "T1")]
    assert "Answered with yes: Fever, chills or feeling ill today?" in text_of(theo.get(path))


def test_numbers_are_recorded_once_and_together(session, theo, path):
    said = {"timing": "pre", "leg": "7", "back": "0", "systolic": "130", "diastolic": "85", "heart_rate": "70"}
    assert theo.post(f"{path}/numbers", data=said).status_code == 303
    assert {(row.code, row.value) for row in rows(session, Measure)} == {("NPRS_LEG", 7), ("NPRS_BACK", 0)}
    assert [(row.systolic, row.diastolic) for row in rows(session, Vitals)] == [(130, 85)]
    assert "130/85" in text_of(theo.get(path))
    again = theo.post(f"{path}/numbers", data={"timing": "pre", "leg": "6"})
    assert again.status_code == 409
    assert "Recorded at this visit already" in text_of(again)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"timing": "pre"}, "Give at least one number."),
        ({"timing": "pre", "leg": "11"}, "That could not be read."),
        ({"timing": "pre", "leg": "5", "systolic": "120"}, "Blood pressure needs both numbers."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(session, theo, path, said, words):
    answer = theo.post(f"{path}/numbers", data=said)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert rows(session, Measure) == rows(session, Vitals) == []


def test_before_the_client_has_come_there_is_nothing_to_record(clinic, theo, now):
    booked = clinic.visit(now)
    path = f"/appointments/{booked.uid}/visit"
    assert "Nothing can be recorded yet" in text_of(theo.get(path))
    assert theo.post(f"{path}/pre-check", data={}).status_code == 409


def test_after_the_visit_what_was_forgotten_can_be_added(session, clinic, theo, now):
    over = clinic.visit(now, state=AppointmentState.COMPLETED)
    theo.post(f"/appointments/{over.uid}/visit/numbers", data={"timing": "post", "leg": "3"})
    assert [(row.timing, row.value) for row in rows(session, Measure)] == [("post", 3)]


def test_the_panel_leads_there_for_the_therapist_and_never_for_the_desk(client_as, theo, path):
    panel = path.removesuffix("/visit")
    assert f'href="{path}"' in theo.get(panel).text
    assert f'href="{path}"' not in client_as("rita").get(panel).text


def test_a_page_of_a_strangers_client_is_not_found_and_the_desk_has_none(client_as, theo, path):
    assert client_as("olga").get(path).status_code == 404
    assert client_as("rita").get(path).status_code == 403
