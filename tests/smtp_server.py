"""A mail server that does what a test says: any code at any stage, hanging up, or falling silent."""

import socket
import socketserver
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

DROP = "drop"
HANG = "hang"
Act = int | str

_GOOD = {"connect": 220, "helo": 250, "auth": 235, "mail": 250, "rcpt": 250, "data": 354, "dot": 250}


@dataclass(frozen=True)
class Delivered:
    """One mail that the server accepted."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        """Return the mail as a mail program reads it."""
        parsed = message_from_bytes(self.content, policy=SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class ScriptedServer:
    """What the server does next at each stage, and what it saw. Beyond the script every stage goes well."""

    port: int = 0
    script: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))
    delivered: list[Delivered] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    on_accept: Callable[[Delivered], None] | None = None
    users: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    released: threading.Event = field(default_factory=threading.Event)
    talking: int = 0
    has_ended: threading.Condition = field(default_factory=threading.Condition)

    def enter(self) -> None:
        with self.has_ended:
            self.talking += 1

    def leave(self) -> None:
        with self.has_ended:
            self.talking -= 1
            self.has_ended.notify_all()

    def settle(self) -> None:
        """Wait until nobody talks to the server, so that what was handed over is known."""
        with self.has_ended:
            assert self.has_ended.wait_for(lambda: self.talking == 0, 10), "a conversation did not end"

    def will(self, stage: str, *acts: Act) -> None:
        """Let the next visits of *stage* end with *acts*, one each."""
        self.script[stage].extend(acts)

    def next_act(self, stage: str) -> Act:
        with self.lock:
            self.seen[stage] += 1
            return self.script[stage].pop(0) if self.script[stage] else _GOOD[stage]

    def accept(self, mail: Delivered) -> None:
        with self.lock:
            self.delivered.append(mail)
        if self.on_accept is not None:
            self.on_accept(mail)

    @property
    def message_ids(self) -> list[str]:
        return [mail.message_id for mail in self.delivered]


class _HungUp(Exception):
    """The script ends the connection."""


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.server.script.enter()
        try:
            self._greet()
            while line := self.rfile.readline():
                self._obey(line.decode("utf-8", "replace").strip())
        except (_HungUp, ConnectionError):
            return
        finally:
            self.server.script.leave()

    def _greet(self) -> None:
        self._answer("connect", "ready")

    def _obey(self, line: str) -> None:
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            self._helo(verb)
        elif verb == "AUTH":
            self._answer("auth", "signed in")
        elif verb == "MAIL":
            self._sender = line.partition("<")[2].partition(">")[0]
            self._answer("mail", "ok")
        elif verb == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
            self._answer("rcpt", "ok")
        elif verb == "DATA":
            self._data()
        elif verb == "RSET":
            self.server.script.seen["rset"] += 1
            self._say(250, "ok")
        elif verb == "QUIT":
            self._say(221, "bye")
            raise _HungUp
        else:
            self._say(250, "ok")

    def _helo(self, verb: str) -> None:
        act = self.server.script.next_act("helo")
        self._perform(act)
        if act == 250 and verb == "EHLO":
            self.wfile.write(b"250-test\r\n250 AUTH PLAIN LOGIN\r\n")
        else:
            self._say(int(act), "hello")

    def _data(self) -> None:
        if self._answer("data", "go on") != 354:
            return
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if line == b"":
            raise _HungUp  # a cut DATA is no mail
        script = self.server.script
        act = script.next_act("dot")
        if act in {250, "drop_after_accept"}:
            script.accept(Delivered(self._sender, self._recipient, b"".join(lines)))
        self._perform(DROP if act == "drop_after_accept" else act)
        self._say(int(act), "queued")

    def _answer(self, stage: str, text: str) -> Act:
        act = self.server.script.next_act(stage)
        self._perform(act)
        self._say(int(act), text)
        return act

    def _perform(self, act: Act) -> None:
        if act == HANG:
            self.server.script.released.wait(60)
            raise _HungUp
        if act == DROP:
            raise _HungUp

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())
        if code == 421:
            raise _HungUp


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    script: ScriptedServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that dies mid-conversation is what these tests are about."""


@contextmanager
def serving(script: ScriptedServer | None = None) -> Iterator[ScriptedServer]:
    """Run a scripted server on a free port of the loopback."""
    served = script or ScriptedServer()
    with _Server(("127.0.0.1", served.port), _Conversation) as server:
        server.script = served
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.released.set()
            server.shutdown()
            thread.join()


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
