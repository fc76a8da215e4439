"""A real SMTP server on the loopback that breaks as real ones do, when it is told to; it keeps nothing.

The product's own courier speaks to it over a socket: no part of the delivery is replaced.
"""

import socketserver
import sys
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from practice.drill.trouble import ACCEPT_AND_DROP, DROP, NO_SUCH_ADDRESS, Break

_GOOD = {"connect": 220, "mail": 250, "rcpt": 250, "data": 354, "dot": 250}
_PATIENCE_SECONDS = 10.0


class MailServer:
    """Listens on a free port.

    ``on_rcpt`` is asked before a recipient is answered, ``on_refuse`` after one was refused for good. ``on_accept``
    gets each mail, and whether the connection breaks before its sender can know.
    """

    def __init__(
        self,
        *,
        on_rcpt: Callable[[str], None],
        on_refuse: Callable[[str], None],
        on_accept: Callable[[str, bytes, bool], None],
    ) -> None:
        self.on_rcpt = on_rcpt
        self.on_refuse = on_refuse
        self.on_accept = on_accept
        self.breaks: deque[Break] = deque()
        self.is_down = False
        self.refuses_sign_in = False
        self.failure: BaseException | None = None
        self._open = 0
        self._changed = Condition()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.house = self
        self.port: int = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_SECONDS)

    def settle(self) -> None:
        """Wait until every conversation has ended, so that what was handed over is known."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._open == 0, _PATIENCE_SECONDS):
                raise RuntimeError("a conversation with the mail server did not end")

    def require_sound(self) -> None:
        """Raise what went wrong on this side of a conversation: a fault of the drill, not of the product."""
        if self.failure is not None:
            raise self.failure

    def enter(self, by: int) -> None:
        """Note that a conversation began (1) or ended (-1)."""
        with self._changed:
            self._open += by
            self._changed.notify_all()

    def act_at(self, stage: str) -> int | str:
        """Return what happens at *stage*: a code, or that the connection breaks."""
        if self.breaks and self.breaks[0].stage == stage:
            return self.breaks.popleft().act
        if stage == "mail" and self.refuses_sign_in:
            return 530
        return _GOOD[stage]


class _HungUp(Exception):
    """The connection ends on our side."""


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._house = self.server.house
        self._recipient = ""
        self._house.enter(1)
        try:
            self._listen()
        except (_HungUp, ConnectionError):
            return
        finally:
            self._house.enter(-1)

    def _listen(self) -> None:
        if self._house.is_down:
            raise _HungUp
        self._answer("connect")
        while line := self.rfile.readline():
            self._obey(line.decode("ascii", "replace").strip())

    def _obey(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "MAIL":
            self._answer("mail")
        elif verb == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
            self._house.on_rcpt(self._recipient)
            if self._answer("rcpt") == NO_SUCH_ADDRESS:
                self._house.on_refuse(self._recipient)
        elif verb == "DATA":
            self._data()
        elif verb == "QUIT":
            self._say(221)
            raise _HungUp
        else:
            self._say(250)

    def _data(self) -> None:
        if self._answer("data") != _GOOD["data"]:
            return
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        if line == b"":
            raise _HungUp  # a mail that was cut off is no mail
        act = self._house.act_at("dot")
        if act in {_GOOD["dot"], ACCEPT_AND_DROP}:
            self._house.on_accept(self._recipient, b"".join(lines), act == ACCEPT_AND_DROP)
        self._perform(act)

    def _answer(self, stage: str) -> int | str:
        act = self._house.act_at(stage)
        self._perform(act)
        return act

    def _perform(self, act: int | str) -> None:
        if act in {DROP, ACCEPT_AND_DROP}:
            raise _HungUp
        self._say(int(act))

    def _say(self, code: int) -> None:
        self.wfile.write(b"%d so\r\n" % code)
        if code == 421:
            raise _HungUp


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    house: MailServer

    def handle_error(self, _request: object, _client_address: object) -> None:
        self.house.failure = sys.exc_info()[1]
