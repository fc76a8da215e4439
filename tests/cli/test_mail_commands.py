"""``practice mail`` as a watchdog runs it."""

from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from practice.cli import main
from practice.core.clock import system_clock
from practice.reminders.heartbeat import beat
from practice.reminders.watching import SILENT_AFTER
from tests.factories import act
from tests.processes import KEYS


@pytest.fixture
def run(engine_url: str) -> Any:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ("mail", *arguments), env={**KEYS, "PRACTICE_DATABASE_URL": engine_url})

    return run


def test_a_watchdog_hears_of_a_silent_worker_by_the_exit_code_and_reads_its_figures(run: Any, session: Session) -> None:
    silent = run("health")
    assert silent.exit_code == 1
    assert "No sign of life of: dispatch, follow" in silent.output

    def run_every_job() -> None:
        for job in SILENT_AFTER:
            beat(session, job=job, worker="w", done=1, now=system_clock())

    act(session, run_every_job)
    well = run("health")
    assert (well.exit_code, well.output) == (0, "Mail leaves: 0 messages wait for their time, 0 are due.\n")
    figures = run("metrics").output.splitlines()
    assert "practice_worker_well 1" in figures
    assert 'practice_mail_messages{state="retry"} 0' in figures
