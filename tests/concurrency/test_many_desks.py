"""Sixteen desks in processes of their own book and swap therapists and rooms at random: nobody waits for each other."""

from statistics import quantiles

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.audit.verification import verify_chain
from practice.scheduling.models import AppointmentChange
from tests.concurrency.desks import Hall, all_desks
from tests.concurrency.racing import deadlocks
from tests.conftest import make_settings
from tests.factories import make_client, make_room, make_service, make_therapist
from tests.scheduling.scene import Scene, at, overlapping_pairs

DESKS, FULL_DESKS = 4, 16
ACTS, FULL_ACTS = 40, 2000
OUTCOMES = {"booked", "swapped", "nothing_to_swap", "time_taken", "buffer", "stale_version", "outside_hours"}
BEFORE = (at(9), at(11), at(13), at(15))


def hall_of(scene: Scene, url: str) -> Hall:
    """Four therapists, three rooms and two services for a week: there is always somebody in the way."""
    booked = [
        scene.book(start, client=number % 3, therapist=scene.therapists[number % 2].uid).uid
        for number, start in enumerate(BEFORE)
    ]
    scene.rooms.append(make_room(scene.session, scene.location))
    scene.therapists += [make_therapist(scene.session, location=scene.location) for _ in range(2)]
    short = make_service(scene.session, duration_minutes=30, therapists=scene.therapists)
    scene.clients += [make_client(scene.session) for _ in range(37)]
    uids = ([each.uid for each in part] for part in (scene.therapists, scene.rooms, scene.clients))
    scene.session.rollback()
    return Hall(url, scene.now, [scene.service.uid, short.uid], *uids, booked)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_random_bookings_and_swaps_meet_without_a_deadlock(
    scene: Scene, session: Session, engine_url: str, request: pytest.FixtureRequest, record_property
) -> None:
    is_full = request.config.getoption("--full")
    hall = hall_of(scene, engine_url)
    tally = all_desks(hall, desks=FULL_DESKS if is_full else DESKS, acts=FULL_ACTS if is_full else ACTS)
    assert tally.defects == []
    assert set(tally.outcomes) <= OUTCOMES | {"busy"}, tally.outcomes
    # SQLite has one writer and no queue: who finds it busy for five seconds is told to try again in a moment.
    most_busy = len(tally.seconds) // 100 if session.get_bind().dialect.name == "sqlite" else 0
    assert tally.outcomes["busy"] <= most_busy
    assert tally.outcomes["booked"] > 0 < tally.outcomes["swapped"]
    assert (overlapping_pairs(session), deadlocks(session)) == (0, 0)
    acts = session.scalar(select(func.count()).select_from(AppointmentChange))
    assert acts == len(BEFORE) + tally.outcomes["booked"] + 2 * tally.outcomes["swapped"]
    assert verify_chain(session, key=make_settings(engine_url).audit_key).fault is None
    record_property("outcomes", dict(tally.outcomes))
    record_property("p50_p99_ms", [round(1000 * each) for each in percentiles(tally.seconds)])


def percentiles(seconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=100)
    return cuts[49], cuts[98]
