"""kill -9 of the worker around an offer: either nothing was offered, or the offer stands and its mail follows."""

import signal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.clinic.models import PracticeSettings
from practice.core.clock import system_clock
from practice.reminders.dispatching import Dispatcher
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import EntryState
from tests.factories import RECEPTIONIST, act, make_room
from tests.processes import Working, eventually
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer


def wait_for_a_time(clinic: Clinic) -> None:
    session: Session = clinic.session
    make_room(session, clinic.location)
    client = clinic.client()

    def work() -> None:
        session.execute(update(PracticeSettings).values(quiet_from_minute=0, quiet_until_minute=0))
        details = EntryDetails(service=clinic.service.uid)
        add_entry(session, client_uid=client.uid, details=details, actor=RECEPTIONIST, now=system_clock())

    act(session, work)


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(("step", "offers"), [("offer.before_commit", 0), ("mail.F1", 1)])
def test_a_worker_killed_between_the_held_time_and_its_mail_loses_nothing(
    step: str, offers: int, engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    wait_for_a_time(clinic)
    with Working(engine_url, smtp_port=server.port, PRACTICE_FAILPOINT=step) as worker:
        assert worker.wait_for_end() == -signal.SIGKILL
    clinic.session.rollback()
    assert len(clinic.session.scalars(select(WaitListOffer)).all()) == offers
    state = clinic.session.scalars(select(WaitListEntry.state)).one()
    assert state == (EntryState.OFFERED if offers else EntryState.WAITING)
    assert server.delivered == []
    if not offers:
        with Working(engine_url, smtp_port=server.port) as successor:
            assert eventually(lambda: len(server.delivered) == 1)
            assert successor.terminate() == 0
    other_worker.drain()
    assert eventually(lambda: len(server.delivered) == 1)
    assert server.delivered[0].mail["Subject"].startswith("A time for you")
    clinic.session.rollback()
    assert len(clinic.session.scalars(select(WaitListOffer)).all()) == 1
