"""The WSGI server of every installation: waitress, which ends a request it has begun before it ends itself."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

LARGEST_BODY = 1024 * 1024
WAKE_SECONDS = 1.0
DRAIN_ROUNDS = 200
"""Rounds of a tenth of a second that requests under way get after ``stop``."""

WsgiApp = Callable[..., Iterable[bytes]]


class Server:
    """Listens from its construction on, so that an address already taken is an ``OSError`` there."""

    def __init__(self, app: WsgiApp, *, host: str, port: int, threads: int = 8, trusts_proxy: bool = False) -> None:
        self._sockets: dict[int, Any] = {}
        self._is_stopping = False
        self._waitress = create_server(
            app,
            map=self._sockets,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=2 * LARGEST_BODY,
            # Without a proxy of ours in front, whoever sends X-Forwarded-For made it up.
            clear_untrusted_proxy_headers=not trusts_proxy,
        )

    @property
    def port(self) -> int:
        """Return the port, also where 0 let the system choose."""
        return int(next(self._listening()).socket.getsockname()[1])

    def run(self) -> None:
        """Serve until ``stop`` is called, then finish what was begun."""
        while not self._is_stopping:
            self._turn(WAKE_SECONDS)
        for listening in list(self._listening()):
            listening.del_channel(self._sockets)
            listening.socket.close()
        for _ in range(DRAIN_ROUNDS):
            if not any(self._busy()):
                break
            self._turn(0.1)
        self._waitress.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def stop(self) -> None:
        """Ask ``run`` to end; may be called from a signal handler or another thread."""
        self._is_stopping = True

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._sockets, count=1)

    def _listening(self) -> Iterator[BaseWSGIServer]:
        return (each for each in self._sockets.values() if isinstance(each, BaseWSGIServer))

    def _busy(self) -> Iterator[bool]:
        channels = (each for each in self._sockets.values() if isinstance(each, HTTPChannel))
        return (bool(each.requests or each.request or each.total_outbufs_len) for each in channels)
