"""kill -9 at every step of sending a mail: what is stored, what a restart does, how many copies the client sees."""

import signal
import sqlite3
from contextlib import closing

import psutil
import pytest

from practice.clinic.queries import list_tasks
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Told
from tests.crash.conftest import let_leases_run_out, only_message
from tests.processes import Working, eventually
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

# step -> (state that the kill leaves, whether DATA was marked, copies after the restart)
STEPS = {
    "mail.F1": ("queued", False, 1),
    "mail.F2": ("sending", False, 1),
    "mail.F3": ("sending", False, 1),
    "mail.F4": ("sending", False, 1),
    "mail.F5": ("sending", False, 1),
    "mail.F6": ("sending", True, 1),
    "mail.F7": ("sending", True, 2),
    "mail.F8": ("sending", True, 2),
    "mail.F9": ("sent", True, 1),
}


def is_locked(url: str) -> bool:
    """Return whether somebody is writing to a SQLite file; where locks are rows nobody here waits for one."""
    path = url.removeprefix("sqlite:///")
    if path == url:
        return False
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def kill_at(step: str, url: str, server: ScriptedServer) -> None:
    with Working(url, smtp_port=server.port, PRACTICE_FAILPOINT=step) as worker:
        assert worker.wait_for_end() == -signal.SIGKILL


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_worker_loses_nothing_and_repeats_at_most_once(
    step: str, engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    state, is_marked, copies = STEPS[step]
    visit = clinic.book(clinic.client())
    kill_at(step, engine_url, server)
    left = only_message(clinic)
    assert (left.state, left.data_at is not None) == (state, is_marked)
    if state == "sending":
        assert other_worker.drain() == 0, "nobody may touch a message under a lease"
    let_leases_run_out(clinic)
    other_worker.drain()
    # A server that was cut off learns of it a moment later.
    assert eventually(lambda: len(server.delivered) >= copies)
    assert other_worker.drain() == 0
    assert len(server.delivered) == copies
    assert len(set(server.message_ids)) == 1
    assert only_message(clinic).state == "sent"
    assert clinic.session.get_one(Told, (visit.id, visit.client_id)).starts_at == visit.starts_at


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("step", ["mail.F2", "mail.F5", "mail.F6", "mail.F7", "mail.F8", "mail.F9"])
def test_a_mail_about_several_visits_survives_the_same_kills_as_a_whole(
    step: str, engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    state, is_marked, copies = STEPS[step]
    series = clinic.book_series(clinic.client())
    kill_at(step, engine_url, server)
    assert {(left.state, left.data_at is not None) for left in clinic.messages()} == {(state, is_marked)}
    let_leases_run_out(clinic)
    other_worker.drain()
    assert eventually(lambda: len(server.delivered) >= copies)
    assert other_worker.drain() == 0
    assert len(server.delivered) == copies
    assert {(message.state, message.message_id) for message in clinic.messages()} == {("sent", server.message_ids[0])}
    assert set(server.message_ids) == {server.message_ids[0]}
    calendars = [part for part in server.delivered[-1].mail.walk() if part.get_content_type() == "application/ics"]
    assert len(calendars) == len(series)
    told = [clinic.session.get_one(Told, (visit.id, visit.client_id)).starts_at for visit in series]
    assert told == [visit.starts_at for visit in series]


@pytest.mark.alone
@pytest.mark.slow
def test_a_second_crash_in_the_same_window_ends_in_a_task_not_in_a_third_copy(
    engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    clinic.book(clinic.client())
    for _ in range(2):
        kill_at("mail.F7", engine_url, server)
        let_leases_run_out(clinic)
    assert other_worker.drain() == 0
    assert eventually(lambda: len(server.delivered) == 2)
    assert len(set(server.message_ids)) == 1
    assert (only_message(clinic).state, only_message(clinic).why) == ("failed", "unsure_twice")
    assert [task.kind for task in list_tasks(clinic.session)] == ["mail_undelivered"]


@pytest.mark.alone
@pytest.mark.slow
def test_a_worker_that_slept_through_its_lease_sends_nothing_after_it_wakes(
    engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    clinic.book(clinic.client())
    with Working(engine_url, smtp_port=server.port) as sleeper:
        _stop_at(server, "rcpt", sleeper, engine_url)
        assert eventually(lambda: server.seen["rcpt"] == 1)
        let_leases_run_out(clinic)
        assert other_worker.drain() == 1
        sleeper.signal(signal.SIGCONT)
        assert eventually(lambda: server.seen["rset"] == 1)
        assert sleeper.terminate() == 0
    assert (len(server.delivered), server.seen["data"]) == (1, 1)
    assert only_message(clinic).attempt == 2


@pytest.mark.alone
@pytest.mark.slow
def test_the_result_of_a_worker_that_slept_over_data_is_refused(
    engine_url: str, clinic: Clinic, server: ScriptedServer, other_worker: Dispatcher
) -> None:
    clinic.book(clinic.client())
    with Working(engine_url, smtp_port=server.port) as sleeper:
        _stop_at(server, "dot", sleeper, engine_url)
        assert eventually(lambda: len(server.delivered) == 1)
        let_leases_run_out(clinic)
        assert other_worker.drain() == 1
        sent_at = only_message(clinic).sent_at
        sleeper.signal(signal.SIGCONT)
        assert sleeper.terminate() == 0
    message = only_message(clinic)
    assert (message.state, message.attempt, message.sent_at) == ("sent", 2, sent_at)
    assert len(server.delivered) == 2
    assert len(set(server.message_ids)) == 1


def _stop_at(server: ScriptedServer, stage: str, sleeper: Working, url: str) -> None:
    """Freeze the worker the first time it comes to *stage*, then answer as if nothing were."""
    answer = server.next_act
    process = psutil.Process(sleeper.process.pid)

    def is_frozen() -> bool:
        """Freeze it, but not while another of its jobs holds the lock that everybody needs."""
        process.suspend()
        eventually(lambda: process.status() == psutil.STATUS_STOPPED, every=0.005)
        if is_locked(url):
            process.resume()
            return False
        return True

    def next_act(reached: str) -> int | str:
        if reached == stage and server.seen[stage] == 0:
            eventually(is_frozen, every=0.01)
        return answer(reached)

    server.next_act = next_act  # type: ignore[method-assign]
