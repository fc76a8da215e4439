"""Real processes of the product, for tests of what one process cannot show.

They are forked from one that has imported the product already: each would take a second for that.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from threading import Event
from typing import Self

from practice.cli import main

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60

KEYS = {
    "PRACTICE_MODE": "test",
    "PRACTICE_SECRET_KEY": "test-secret-key-0123456789abcdefghij",
    "PRACTICE_LINK_KEY": "test-link-key-0123456789abcdefghijkl",
    "PRACTICE_AUDIT_KEY": "test-audit-key-0123456789abcdefghijk",
    "PRACTICE_RECORD_KEY": "test-record-key-0123456789abcdefghij",
}

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["practice.cli", "tests.processes", "tests.acting"])


def environment(url: str, **more: str) -> dict[str, str]:
    """Return the environment of a process on the database at *url*."""
    return {**os.environ, **KEYS, "PRACTICE_DATABASE_URL": url, **more}


def eventually(is_true, *, every: float = 0.05, seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether *is_true* becomes true within *seconds*."""
    pause = Event()
    for _ in range(int(seconds / every)):
        if is_true():
            return True
        pause.wait(every)
    return False


class Running:
    """One ``practice`` command in a process of its own; a context that ends it with SIGTERM."""

    def __init__(self, *arguments: str, url: str, **more: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="process")
        self._out, self._err = (Path(self._folder.name) / name for name in ("out", "err"))
        streams = (str(self._out), str(self._err))
        self.process = _forks.Process(target=_run, args=(arguments, environment(url, **more), streams), daemon=True)
        self.process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.exitcode is None:
            self.signal(signal.SIGCONT)
            self.terminate()
        self._folder.cleanup()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.terminate()
        return self.wait_for_end()

    def wait_for_end(self) -> int:
        """Return the exit code; minus the signal's number when a signal ended it."""
        self.process.join(PATIENCE_SECONDS)
        assert self.process.exitcode is not None, "it does not end"
        return self.process.exitcode

    def said(self) -> str:
        """Return what it wrote to standard error so far."""
        return self._err.read_text() if self._err.exists() else ""

    def completed(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end and return what it came to."""
        with self:
            return subprocess.CompletedProcess([], self.wait_for_end(), self._out.read_text(), self.said())


def _run(arguments: tuple[str, ...], settings: dict[str, str], streams: tuple[str, str]) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(settings)
    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    main(list(arguments), prog_name="practice")


def practice(*arguments: str, url: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one ``practice`` command to its end."""
    return Running(*arguments, url=url, **more).completed()


class Serving(Running):
    """``practice serve`` on a port of its own."""

    def __init__(self, url: str, **more: str) -> None:
        super().__init__("serve", "--port", "0", url=url, **more)
        assert eventually(lambda: "\n" in self.said() or self.process.exitcode is not None, every=0.02)
        self.first_line = self.said().partition("\n")[0]
        self.address = self.first_line.removeprefix("Serving on ").strip()

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of one GET."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def post(self, path: str, body: object, *, token: str) -> int:
        """Return the status of one POST of JSON; raises whatever a server that dies leaves."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        asked = urllib.request.Request(self.address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return answer.status


class Working(Running):
    """``practice worker``."""

    def __init__(self, url: str, *, smtp_port: int, **more: str) -> None:
        super().__init__("worker", url=url, PRACTICE_SMTP_PORT=str(smtp_port), PRACTICE_SMTP_HOST="127.0.0.1", **more)
