"""Chromium for tests, applications served to it from a thread, and what axe finds wrong on a page.

A conftest that imports ``browser_type_launch_args`` makes pytest-playwright's ``page`` drive the Chromium of the machine.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server


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
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page, the inside of the calendar widget excepted."""
    found = Axe().run(page, context={"exclude": [[".ec"]]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
