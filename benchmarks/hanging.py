"""Pages while the mail server takes connections and says nothing, beside the same pages while no mail is due.

The load is open, and the worker runs in a process of its own as it does in a practice.
"""

import multiprocessing
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import text

from benchmarks.mail import NOW, SENDER, queue_mails, reset_mails
from benchmarks.pages import DAY_CALENDAR, EVENTS
from benchmarks.serving import Client, serving
from benchmarks.stage import TOKEN, Stage, make_app, stage
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher

PAGES = (DAY_CALENDAR, EVENTS, "/today", "/messages")
A_SECOND, SECONDS, ROUNDS, CLIENTS = 20, 12, 5, 4
PROMISE = 1.5


def show(kind: str) -> None:
    """Print how long one request in a hundred waits, with and without a mail server that hangs."""
    with stage(kind) as built, serving(make_app, built.url) as port, black_hole() as hole, worker(built.url, hole):
        queue_mails(built)
        idle: list[float] = []
        hanging: list[float] = []
        ask(port, 2)
        for _ in range(ROUNDS):
            _nothing_due(built)
            idle += ask(port, SECONDS)
            reset_mails(built.engine)
            hanging += ask(port, SECONDS)
            _require_tried(built)
    without, during = p99(idle), p99(hanging)
    ratio = during / without
    print(f"p99 of {len(hanging)} pages while the mail server hangs / while no mail is due")
    print(f"  {during:.0f} ms / {without:.0f} ms = {ratio:.2f} <= {PROMISE}{'' if ratio <= PROMISE else '  MISSED'}")


def p99(waits: list[float]) -> float:
    """Return the wait that one request in a hundred exceeds."""
    return sorted(waits)[int(len(waits) * 0.99)]


def ask(port: int, seconds: int) -> list[float]:
    """Ask for pages at an even pace; return the milliseconds from the moment each was due until its answer."""
    due: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
    waits: list[float] = []
    people = [threading.Thread(target=_ask, args=(port, due, waits)) for _ in range(CLIENTS)]
    for person in people:
        person.start()
    begins = time.perf_counter()
    for number, path in enumerate(islice(cycle(PAGES), A_SECOND * seconds)):
        at = begins + number / A_SECOND
        threading.Event().wait(max(0.0, at - time.perf_counter()))
        due.put((at, path))
    for _ in people:
        due.put(None)
    for person in people:
        person.join()
    return waits


def _ask(port: int, due: "queue.SimpleQueue[tuple[float, str] | None]", waits: list[float]) -> None:
    reader = Client(port, TOKEN)
    while (asked := due.get()) is not None:
        at, path = asked
        reader.get(path)
        waits.append((time.perf_counter() - at) * 1000)


def _nothing_due(built: Stage) -> None:
    with built.engine.begin() as connection:
        connection.execute(text("UPDATE message SET state = 'sent'"))


def _require_tried(built: Stage) -> None:
    with built.engine.connect() as connection:
        tried = connection.execute(text("SELECT count(*) FROM message WHERE state <> 'queued'")).scalar_one()
    if not tried:
        raise SystemExit("the worker did not try to send")


@contextmanager
def black_hole() -> Iterator[int]:
    """Listen and never answer: connections are taken by the kernel, and no greeting comes."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening.getsockname()[1]


@contextmanager
def worker(url: str, port: int) -> Iterator[None]:
    """Run a worker that sends to *port*, by a clock that runs on from the benchmark's now."""
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(url, port), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)


def _work(url: str, port: int) -> None:
    sessions = make_app(url).extensions["sessions"]
    begins = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - begins)

    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        while True:
            # A new one each time, for one that has failed rests longer and longer: here somebody always hangs.
            postman = Dispatcher(sessions, clock, Courier(MailServer("127.0.0.1", port)), SENDER, worker="bench")
            postman.drain()
            postman.close()
            threading.Event().wait(0.5)
