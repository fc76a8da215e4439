"""Stopping lets what has begun finish."""

import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from practice.web.server import Server


@pytest.fixture
def slow():
    """Return an application that answers when it is told to, and the two events around it."""
    entered, may_answer = Event(), Event()

    def app(environ, start_response):
        entered.set()
        may_answer.wait(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"finished " * 100_000]

    return app, entered, may_answer


def test_a_request_under_way_is_answered_after_stop(slow):
    app, entered, may_answer = slow
    server = Server(app, host="127.0.0.1", port=0)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.run)
        answer = threads.submit(lambda: urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=10).read())
        assert entered.wait(5)
        port = server.port
        server.stop()
        may_answer.set()
        assert answer.result(10).endswith(b"finished ")
        running.result(10)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_taken_port_is_refused_at_once(slow):
    first = Server(slow[0], host="127.0.0.1", port=0)
    with pytest.raises(OSError):
        Server(slow[0], host="127.0.0.1", port=first.port)
    first.stop()
    first.run()
