"""``practice serve`` and ``practice db`` as a person runs them."""

import json

import pytest
from click.testing import CliRunner

from practice.cli import main
from tests.processes import Serving, practice

pytestmark = pytest.mark.alone


def test_serving_answers_and_ends_cleanly_on_sigterm(engine_url):
    with Serving(engine_url) as server:
        assert json.loads(server.get("/health")[1]) == {"status": "alive"}
        assert server.get("/ready")[0] == 200
        assert server.terminate() == 0


def test_an_empty_database_is_not_served(tmp_path):
    outcome = practice("serve", url=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert outcome.returncode == 1
    assert "run practice db upgrade" in outcome.stderr


def test_upgrade_then_check_then_downgrade(tmp_path):
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    assert practice("db", "check", url=url).returncode == 1
    assert practice("db", "upgrade", url=url).returncode == 0
    assert practice("db", "check", url=url).returncode == 0
    downgraded = practice("db", "downgrade", "--yes", "base", url=url)
    assert "at base" in downgraded.stdout
    assert practice("db", "check", url=url).returncode == 1


def test_a_bad_setting_is_named():
    outcome = practice("db", "check", url="sqlite://", PRACTICE_MODE="production")
    assert outcome.returncode == 1
    assert "PRACTICE_BASE_URL" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_taken_port_is_said_in_words(engine_url):
    with Serving(engine_url) as server:
        port = server.address.rpartition(":")[2]
        outcome = practice("serve", "--port", port, url=engine_url)
        assert outcome.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in outcome.stderr


@pytest.mark.parametrize("command", [[], ["db"], ["db", "upgrade"], ["db", "check"], ["db", "downgrade"], ["serve"]])
def test_every_command_has_help(command):
    answer = CliRunner().invoke(main, [*command, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 4
