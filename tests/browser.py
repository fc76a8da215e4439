"""Chromium for tests, applications served to it from a thread, and what axe finds wrong on a page.

A conftest that imports ``browser_type_launch_args`` makes pytest-playwright's ``page`` drive the Chromium of the machine.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from practice.accounts.models import User
from practice.accounts.sessions import Browser as Visited
from practice.accounts.sessions import start_session
from practice.core.transact import transact

COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# A changed colour is inherited level by level, and each level moves to it in a transition of its own.
_SETTLE = """() => {
  for (;;) {
    const moving = document.getAnimations().filter((one) => one instanceof CSSTransition);
    if (!moving.length) return;
    moving.forEach((one) => one.finish());
  }
}"""

# A browser on a machine that has other things to do is slow, not wrong.
expect.set_options(timeout=20_000)


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; its absence fails in CI and skips elsewhere."""
    chromium = find_chromium()
    if chromium is None:
        reason = "no Chromium: install it or set CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Chromium refuses its sandbox to root, which is who runs in most containers.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": sandbox}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve *app* on a free port of this machine; the value is its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def enter(page: Page, app: Flask, address: str, user: User, *, now: datetime) -> None:
    """Sign *user* in to the page's browser; what the page of signing in does has tests of its own."""
    with app.extensions["sessions"]() as session:
        start = partial(start_session, session, user_id=user.id, proven_hash=user.password_hash)
        started = transact(session, lambda: start(browser=Visited("Chromium"), lasts=timedelta(hours=12), now=now))
    page.context.add_cookies([{"name": "practice", "value": started.token, "url": address}])


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page in light and in dark, the inside of the calendar widget excepted."""
    found: list[str] = []
    for colours in COLOURS:
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        page.evaluate(_SETTLE)
        rules = Axe().run(page, context={"exclude": [[".ec"]]}).response["violations"]
        found += [f"{colours} {rule['id']}: {node['html'][:160]}" for rule in rules for node in rule["nodes"]]
    return found
