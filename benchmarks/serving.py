"""Serves an application from a process of its own and asks it over loopback, one connection a client."""

import http.client
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from practice.web.server import Server

AppFactory = Callable[[str], Any]

THREADS = 4


class Client:
    """One kept-alive connection with a bearer token."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> bytes:
        """Return the body; anything but 200 ends the benchmark."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
        return body


@contextmanager
def serving(make_app: AppFactory, url: str) -> Iterator[int]:
    """Serve what *make_app* makes for a database in another process; yield its port."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(make_app, url, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join(10)


def _serve(make_app: AppFactory, url: str, tell: Connection) -> None:
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        server = Server(make_app(url), host="127.0.0.1", port=0, threads=THREADS)
        tell.send(server.port)
        server.run()


def burst(port: int, token: str, path: str, *, clients: int = 4, requests: int = 50) -> Callable[[], None]:
    """Return work that asks *path* from several clients at once; its time over the requests is the throughput."""
    connected = [Client(port, token) for _ in range(clients)]

    def ask(client: Client) -> None:
        for _ in range(requests):
            client.get(path)

    def run() -> None:
        threads = [threading.Thread(target=ask, args=(client,)) for client in connected]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run
