"""Our own side of the SMTP conversation, so that each step is known; one recipient per message.

The only module that opens a connection to a mail server, and only the worker reaches it.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from practice.core.failpoints import failpoint
from practice.reminders.mail_format import Envelope
from practice.reminders.outcomes import Reply, Stage

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 60.0
IDLE_SECONDS = 20.0
"""A connection unused for longer is asked with NOOP before it is trusted with a message."""

_LONGEST_REPLY = 300
_NOT_ASCII = 553


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over; ``security`` is none, starttls or tls."""

    host: str
    port: int
    security: str = "none"
    user: str = ""
    password: str = ""
    own_name: str = "localhost"


class _Stopped(Exception):
    """The conversation ended before the message was accepted."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


class Courier:
    """A persistent connection to the mail server, opened when needed and kept between messages."""

    def __init__(self, server: MailServer, *, connect: float = CONNECT_SECONDS, total: float = TOTAL_SECONDS) -> None:
        self._server = server
        self._connect_seconds = connect
        self._total_seconds = total
        self._smtp: smtplib.SMTP | None = None
        self._deadline = 0.0
        self._used_at = 0.0

    def send(self, envelope: Envelope, *, before_data: Callable[[], bool]) -> Reply | None:
        """Hand over one mail and return the server's last word.

        *before_data* is asked when the recipient is accepted and before a byte of the mail leaves; when it says
        no, nothing is sent and None is returned. Never raises for what a server or a network does.
        """
        self._deadline = monotonic() + self._total_seconds
        if not envelope.recipient.isascii():
            return Reply(Stage.RCPT, _NOT_ASCII, "the address has letters that mail servers do not all take")
        try:
            self._open()
            return self._converse(envelope, before_data)
        except _Stopped as stopped:
            return stopped.reply

    def close(self) -> None:
        """Say goodbye, politely if the server still listens."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._drop()

    def hang_up(self) -> None:
        """Drop the line without a word, as a process that dies does."""
        self._drop()

    def _open(self) -> None:
        if self._smtp is not None and (monotonic() - self._used_at < IDLE_SECONDS or self._still_listens()):
            return
        self._drop()
        self._connect()
        failpoint("mail.F3")
        self._secure()
        self._sign_in()

    def _still_listens(self) -> bool:
        with suppress(_Stopped):
            return self._ask(Stage.CONNECT, "NOOP").code == 250
        return False

    def _connect(self) -> None:
        server = self._server
        seconds = min(self._connect_seconds, self._left())
        # A constructor that is given the host raises before the object exists; so the greeting is read by hand.
        smtp = self._client(seconds)
        try:
            code, text = smtp.connect(server.host, server.port)
        except smtplib.SMTPResponseException as refused:
            raise _Stopped(_reply(Stage.CONNECT, refused.smtp_code, refused.smtp_error)) from refused
        except (OSError, smtplib.SMTPException) as broken:
            raise _Stopped(Reply(Stage.CONNECT, None, _words(broken))) from broken
        if smtp.sock is not None:
            # A mail ends in a small packet; held back until the one before is acknowledged, it costs 40 ms each.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._smtp = smtp
        self._require(Stage.CONNECT, code, text, 220)
        self._greet()

    def _client(self, seconds: float) -> smtplib.SMTP:
        if self._server.security != "tls":
            return smtplib.SMTP(timeout=seconds)
        smtp = smtplib.SMTP_SSL(timeout=seconds, context=ssl.create_default_context())
        smtp._host = self._server.host  # type: ignore[attr-defined]  # noqa: SLF001  # the name that the certificate must carry
        return smtp

    def _greet(self) -> None:
        name = self._server.own_name
        reply = self._call(Stage.HELO, lambda smtp: smtp.ehlo(name))
        if reply.code is not None and 500 <= reply.code < 600:
            reply = self._call(Stage.HELO, lambda smtp: smtp.helo(name))
        self._expect(reply, 250)

    def _secure(self) -> None:
        if self._server.security != "starttls":
            return
        context = ssl.create_default_context()
        self._expect(self._call(Stage.HELO, lambda smtp: smtp.starttls(context=context)), 220)
        self._greet()

    def _sign_in(self) -> None:
        server = self._server
        if not server.user:
            return
        reply = self._call(Stage.AUTH, lambda smtp: smtp.login(server.user, server.password, initial_response_ok=True))
        self._expect(reply, 235, 503)

    def _converse(self, envelope: Envelope, before_data: Callable[[], bool]) -> Reply | None:
        self._expect(self._ask(Stage.MAIL, f"MAIL FROM:<{envelope.sender}>"), 250)
        failpoint("mail.F4")
        self._expect(self._ask(Stage.RCPT, f"RCPT TO:<{envelope.recipient}>"), 250, 251)
        failpoint("mail.F5")
        if not before_data():
            self._reset()
            return None
        self._expect(self._ask(Stage.DATA, "DATA"), 354)
        reply = self._hand_over(envelope.content)
        self._used_at = monotonic()
        if reply.code is None or reply.code == 421:
            self._drop()
        return reply

    def _hand_over(self, content: bytes) -> Reply:
        quoted = _quote(content)
        half = len(quoted) // 2
        self._write(quoted[:half])
        failpoint("mail.F6")
        self._write(quoted[half:])
        try:
            smtp = self._ready()
            smtp.send(b".\r\n")
            failpoint("mail.F7")
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as broken:
            return Reply(Stage.DOT, None, _words(broken))
        failpoint("mail.F8")
        return _reply(Stage.DOT, code if code > 0 else None, text)

    def _write(self, piece: bytes) -> None:
        try:
            self._ready().send(piece)
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            raise _Stopped(Reply(Stage.BODY, None, _words(broken))) from broken

    def _ask(self, stage: Stage, command: str) -> Reply:
        return self._call(stage, lambda smtp: smtp.docmd(command))

    def _call(self, stage: Stage, act: Callable[[smtplib.SMTP], tuple[int, bytes]]) -> Reply:
        try:
            code, text = act(self._ready())
        except smtplib.SMTPResponseException as refused:
            return _reply(stage, refused.smtp_code, refused.smtp_error)
        except (OSError, smtplib.SMTPException) as broken:
            return Reply(stage, None, _words(broken))
        return _reply(stage, code if code > 0 else None, text)

    def _expect(self, reply: Reply, *codes: int) -> None:
        if reply.code in codes:
            self._used_at = monotonic()
            return
        if reply.code is None or reply.code == 421 or reply.stage in {Stage.CONNECT, Stage.HELO, Stage.AUTH}:
            self._drop()
        else:
            self._reset()
        raise _Stopped(reply)

    def _require(self, stage: Stage, code: int, text: bytes, wanted: int) -> None:
        self._expect(_reply(stage, code if code > 0 else None, text), wanted)

    def _reset(self) -> None:
        if self._ask(Stage.MAIL, "RSET").code != 250:
            self._drop()

    def _ready(self) -> smtplib.SMTP:
        if self._smtp is None or self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self._smtp.sock.settimeout(max(0.05, self._left()))
        return self._smtp

    def _left(self) -> float:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the mail server took too long")
        return left

    def _drop(self) -> None:
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.close()
        self._smtp = None


def _quote(content: bytes) -> bytes:
    """Return the content as it travels: CRLF at the end, a dot doubled at the start of a line."""
    if content.startswith(b"."):
        content = b"." + content
    content = content.replace(b"\r\n.", b"\r\n..")
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _reply(stage: Stage, code: int | None, text: bytes | str) -> Reply:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Reply(stage, code, " ".join(words.split())[:_LONGEST_REPLY])


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_REPLY]
