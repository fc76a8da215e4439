"""``practice demo`` as a person starts it: once, again, and with its port taken."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from practice.demo.running import free_port
from practice.demo.storage import Storage
from tests.processes import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]


class Demo:
    """One running demo; leaving the context ends it."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "practice", "demo", *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.said = ""

    def __enter__(self):
        for line in self._process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                break
        self.address = re.search(r"http://[0-9.:]+", self.said)[0]
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self.exit_code = self._process.wait(30)

    def get(self, path: str) -> str:
        return urllib.request.urlopen(self.address + path, timeout=20).read().decode()


def test_a_demo_is_served_kept_and_ended_by_ctrl_c(tmp_path):
    with Demo("--data", str(tmp_path), "--port", "8400") as first:
        assert "Building" in first.said
        assert json.loads(first.get("/ready"))["status"] == "ready"
        assert "gwen@example.com" in first.said
        assert "Mail" in first.get("/demo/mail")
        taken = first.address
        with Demo("--data", str(tmp_path), "--port", taken.rpartition(":")[2]) as second:
            assert "Building" not in second.said
            assert second.address != taken
    assert first.exit_code == 0
    assert second.exit_code == 0


def test_a_port_in_use_is_passed_over():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        assert free_port(port) > port


def test_a_demo_of_another_day_or_release_is_not_taken_over(tmp_path):
    from datetime import date

    storage = Storage(tmp_path)
    storage.prepare()
    (tmp_path / "practice.sqlite3").touch()
    today = date(2026, 11, 24)
    assert not storage.is_built(today, "0005")
    storage.note_built(today, "0005")
    assert storage.is_built(today, "0005")
    assert not storage.is_built(date(2026, 11, 25), "0005")
    assert not storage.is_built(today, "0006")
    storage.forget()
    assert not storage.is_built(today, "0005")


def test_a_database_in_which_somebody_works_is_not_emptied(engine_url, session, now, tmp_path):
    from practice.accounts.users import UserDetails, add_user
    from practice.core.actor import SYSTEM, Role
    from practice.core.transact import transact

    details = UserDetails("rita@clinic.example", "Rita", Role.OWNER)
    transact(session, lambda: add_user(session, details=details, password_hash="x", actor=SYSTEM, now=now))
    command = [sys.executable, "-m", "practice", "demo", "--data", str(tmp_path), "--database-url", engine_url]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "holds a practice that is not the demo" in refused.stderr
