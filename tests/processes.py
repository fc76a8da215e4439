"""Real processes of the product, for tests of what one process cannot show."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from threading import Event, Thread
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 20

KEYS = {
    "PRACTICE_MODE": "test",
    "PRACTICE_SECRET_KEY": "test-secret-key-0123456789abcdefghij",
    "PRACTICE_LINK_KEY": "test-link-key-0123456789abcdefghijkl",
    "PRACTICE_AUDIT_KEY": "test-audit-key-0123456789abcdefghijk",
}


def environment(url: str, **more: str) -> dict[str, str]:
    """Return the environment of a process on the database at *url*."""
    return {**os.environ, **KEYS, "PRACTICE_DATABASE_URL": url, **more}


def practice(*arguments: str, url: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one ``practice`` command to its end."""
    command = [sys.executable, "-m", "practice", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(url, **more),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


class Serving:
    """``practice serve`` on a port of its own; a context that ends it."""

    def __init__(self, url: str, **more: str) -> None:
        command = [sys.executable, "-m", "practice", "serve", "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(url, **more), stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self.first_line = self.process.stderr.readline()
        self.address = self.first_line.removeprefix("Serving on ").strip()
        # A log that nobody reads fills its pipe, and then the server waits for the reader.
        Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        for _ in self.process.stderr:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminate()

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

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


def eventually(is_true, *, every: float = 0.05, seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether *is_true* becomes true within *seconds*."""
    pause = Event()
    for _ in range(int(seconds / every)):
        if is_true():
            return True
        pause.wait(every)
    return False


class Working:
    """``practice worker`` as a process of its own; a context that ends it."""

    def __init__(self, url: str, *, smtp_port: int, **more: str) -> None:
        command = [sys.executable, "-m", "practice", "worker"]
        settings = environment(url, PRACTICE_SMTP_PORT=str(smtp_port), PRACTICE_SMTP_HOST="127.0.0.1", **more)
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.terminate()

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def wait_for_end(self) -> int:
        """Return the exit code; minus the signal's number when a signal ended it."""
        return self.process.wait(2 * PATIENCE_SECONDS)
