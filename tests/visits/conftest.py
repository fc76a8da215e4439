"""Fixtures of visits: a client who has arrived, and the visit that this opens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.attending import arrive
from practice.visits.models import Visit
from practice.visits.opening import open_visit
from tests.scheduling.scene import TEN, Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    """A clinic with two of everything."""
    return Scene(session)


@pytest.fixture
def ines(scene: Scene) -> Actor:
    """The first therapist, as the one who acts."""
    return Actor(Role.THERAPIST, therapist_id=scene.therapists[0].id, name="Ines")


@pytest.fixture
def visit_on(scene: Scene, ines: Actor) -> Callable[[int], Visit]:
    """Return a function that opens the visit of the first client so many weeks after the first Monday."""

    def open_one(week: int = 0, client: int = 0) -> Visit:
        appointment = scene.book(TEN + timedelta(weeks=week), client=client)
        scene.now = max(scene.now, appointment.starts_at)
        scene.do(arrive, appointment_uid=appointment.uid)
        return scene.do(open_visit, appointment_uid=appointment.uid, actor=ines)

    return open_one


@pytest.fixture
def visit(visit_on: Callable[[int], Visit]) -> Visit:
    """The first client's visit on the first Monday."""
    return visit_on(0)
