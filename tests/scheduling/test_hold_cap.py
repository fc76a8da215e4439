"""One account cannot fill a diary with times that it keeps free for nobody."""

from dataclasses import replace
from functools import partial

import pytest
from flask import Flask

from practice.core.actor import Role
from practice.scheduling.appointments import hold_cap
from practice.scheduling.appointments.hold_cap import MOST_HOLDS
from practice.scheduling.appointments.holding import hold_time, release_hold
from practice.scheduling.appointments.parking import ParkedDetails, park_call
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import TooManyHolds
from tests.callers import caller
from tests.scheduling.scene import RITA, Scene, at

HOURS = (9, 11, 13, 15)
TIMES = [at(hour, day=day) for day in (26, 27, 30) for hour in HOURS]


@pytest.fixture
def rita(cast):
    return replace(RITA, user_id=cast["rita"].id)


@pytest.fixture
def hold(session, cast, rita):
    scene = Scene(session)

    def one(number: int, actor=rita):
        return scene.do(hold_time, wish=scene.wish(TIMES[number]), rules=SCHEDULING_RULES, actor=actor)

    one.scene = scene
    return one


def test_the_ninth_hold_is_refused_and_names_the_one_to_let_go(hold, rita) -> None:
    first, *_ = [hold(number) for number in range(MOST_HOLDS)]
    with pytest.raises(TooManyHolds) as refused:
        hold(MOST_HOLDS)
    (way,) = refused.value.ways_out
    assert (way.act, way.values["hold"]) == ("release_hold", first.uid)
    hold.scene.do(release_hold, hold_uid=way.values["hold"], actor=rita)
    assert hold(MOST_HOLDS).uid


def test_without_the_cap_the_ninth_would_be_held(hold, monkeypatch) -> None:
    monkeypatch.setattr(hold_cap, "MOST_HOLDS", MOST_HOLDS + 1)
    assert [hold(number).uid for number in range(MOST_HOLDS + 1)]


def test_holds_of_others_and_holds_that_ran_out_do_not_count(hold, cast) -> None:
    for number in range(MOST_HOLDS):
        hold(number)
    assert hold(MOST_HOLDS, actor=replace(RITA, user_id=cast["olga"].id)).uid
    hold.scene.later(minutes=5)
    assert hold(0).uid


def test_a_caller_who_waits_keeps_the_time_longest(hold, rita) -> None:
    first, second, *_ = [hold(number) for number in range(MOST_HOLDS)]
    hold.scene.do(park_call, details=ParkedDetails(label="Ms Sousa", hold=first.uid), actor=rita)
    with pytest.raises(TooManyHolds) as refused:
        hold(MOST_HOLDS)
    assert refused.value.ways_out[0].values["hold"] == second.uid


def test_the_interface_refuses_alike(app: Flask, session) -> None:
    scene = Scene(session)
    post = partial(caller(app, Role.RECEPTIONIST).post, "/holds")
    answers = [
        post(
            {
                "service_uid": scene.service.uid,
                "therapist_uid": scene.therapists[0].uid,
                "local_start": start.isoformat(timespec="minutes"),
            }
        )
        for start in TIMES[: MOST_HOLDS + 1]
    ]
    assert [answer.status_code for answer in answers] == [201] * MOST_HOLDS + [422]
    assert answers[-1].json["refusals"][0]["ways_out"][0]["act"] == "release_hold"
