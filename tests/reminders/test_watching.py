"""How the worker stands: its jobs, what waits, the server's words, in figures that name nobody."""

from datetime import timedelta
from functools import partial

import pytest

from practice.reminders.dispatching import Dispatcher
from practice.reminders.heartbeat import beat
from practice.reminders.watching import SILENT_AFTER, metrics_of, troubles_of, watch
from tests.factories import act
from tests.reminders.conftest import Clinic
from tests.smtp_server import DROP, ScriptedServer
from tests.statements import statements

MINUTE = timedelta(minutes=1)


def run_every_job(clinic: Clinic, *, but: str = "") -> None:
    for job in SILENT_AFTER:
        if job != but:
            act(clinic.session, partial(beat, clinic.session, job=job, worker="w", done=1, now=clinic.clock()))


def troubled(clinic: Clinic, postman: Dispatcher, server: ScriptedServer) -> None:
    """One mail left, two were put off, one waits for its time."""
    for _ in range(3):
        clinic.book(clinic.client())
    clinic.clock.advance(2 * MINUTE)
    server.will("rcpt", 451, 250, DROP)
    postman.drain()


def test_what_waits_and_what_the_server_said_is_counted(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    troubled(clinic, postman, server)
    run_every_job(clinic)
    seen = watch(clinic.session, now=clinic.clock())
    assert seen.states == {"queued": 6, "sending": 0, "retry": 2, "unknown": 0}
    assert (seen.due, seen.codes, seen.is_well) == (2, {451: 1, None: 1}, True)
    assert seen.oldest_due_at == clinic.clock()
    figures = list(metrics_of(seen, clinic.clock() + 30 * MINUTE))
    assert 'practice_mail_messages{state="retry"} 2' in figures
    assert "practice_mail_oldest_due_seconds 1800" in figures
    assert 'practice_mail_tried_again{code="none"} 1' in figures
    assert 'practice_worker_seconds_since_run{job="sweep"} 1800' in figures
    assert "@" not in "".join(figures)


def test_the_number_of_statements_does_not_depend_on_what_waits(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    engine = clinic.session.get_bind()
    with statements(engine) as few:
        watch(clinic.session, now=clinic.clock())
    troubled(clinic, postman, server)
    with statements(engine) as many:
        watch(clinic.session, now=clinic.clock())
    assert len(many) == len(few)


@pytest.mark.parametrize("job", SILENT_AFTER)
def test_each_job_that_falls_silent_is_named(clinic: Clinic, job: str) -> None:
    run_every_job(clinic, but=job)
    seen = watch(clinic.session, now=clinic.clock())
    assert (seen.silent, seen.is_well) == ([job], False)
    assert [sentence for sentence in troubles_of(seen) if f": {job}." in sentence]
    run_every_job(clinic)
    assert not watch(clinic.session, now=clinic.clock() + SILENT_AFTER[job] + MINUTE).is_well
