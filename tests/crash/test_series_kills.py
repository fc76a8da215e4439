"""kill -9 while a series is being booked: not one of its visits is left behind."""

import signal
from datetime import timedelta
from http.client import RemoteDisconnected

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.core.actor import Role
from practice.core.clock import system_clock
from practice.core.local_time import wall_time
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.series.models import Series
from tests.callers import caller
from tests.processes import Serving
from tests.scheduling.scene import Scene

TABLES = (Series, Appointment, Allocation, AppointmentChange)


def rows(session: Session) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("step", ["claim.between_inserts", "before_commit"])
def test_a_server_killed_between_the_inserts_leaves_no_row(
    app: Flask, session: Session, engine_url: str, step: str
) -> None:
    scene = Scene(session, now=system_clock())
    desk = caller(app, Role.RECEPTIONIST)
    tomorrow = wall_time(scene.now, "America/Toronto") + timedelta(days=1)
    start = tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
    body = {
        "service_uid": scene.service.uid,
        "client_uid": scene.clients[0].uid,
        "local_start": start.isoformat(timespec="minutes"),
        "rule": {"unit": "days", "every": 7, "count": 12},
        "override_reason": "whatever the day of the week",
    }
    with Serving(engine_url, PRACTICE_FAILPOINT=step) as server:
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            server.post("/api/v1/series", body, token=f"token-{desk.user.id}")
        assert server.wait_for_end() == -signal.SIGKILL
    assert rows(session) == [0, 0, 0, 0]
    with Serving(engine_url) as server:
        assert server.post("/api/v1/series", body, token=f"token-{desk.user.id}") == 201
    assert rows(session) == [1, 12, 36, 12]
