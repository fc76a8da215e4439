"""A mail server for one machine: what it is handed lies in a folder, one file a mail, and goes no further."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Event, Thread

from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{12}")
BOUNCING_DOMAIN = "@bounce.example.com"
"""Addresses there do not exist, so that the demo can show what happens then."""
PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail in the list."""

    name: str
    sent_at: datetime
    to: str
    subject: str


class Mailbox:
    """Mails in a folder; a file's name begins with the mail's own date, so that names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> str:
        """Store one mail and return its name; the same bytes are one mail."""
        headers = BytesHeaderParser(policy=policy.default).parsebytes(content)
        sent_at = _date_of(headers["Date"])
        name = f"{sent_at:%Y%m%dT%H%M%S}-{hashlib.sha256(content).hexdigest()[:12]}"
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.rename(self._path(name))
        return name

    def count(self, *, to: str = "") -> int:
        """Return how many mails there are."""
        return len(self._names(to))

    def page(self, *, offset: int, size: int, to: str = "") -> list[Listed]:
        """Return mails, newest first, those to addresses that contain *to*."""
        return [self._listed(name) for name in self._names(to)[offset : offset + size]]

    def find(self, name: str) -> bytes | None:
        """Return one mail as it came, None when there is no such mail."""
        if not NAME.fullmatch(name) or not self._path(name).is_file():
            return None
        return self._path(name).read_bytes()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"

    def _names(self, to: str) -> list[str]:
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        return [name for name in names if to.lower() in self._listed(name).to.lower()] if to else names

    def _listed(self, name: str) -> Listed:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(self._path(name).read_bytes())
        return Listed(name, _date_of(headers["Date"]), str(headers["To"] or ""), str(headers["Subject"] or ""))


def read_mail(content: bytes) -> EmailMessage:
    """Return a mail taken apart."""
    return message_from_bytes(content, policy=policy.default)


def part_of(mail: EmailMessage, kind: str) -> str:
    """Return the first part of a type as text, empty when there is none."""
    for part in mail.walk():
        if part.get_content_type() == kind:
            return str(part.get_content())
    return ""


def _date_of(header: object) -> datetime:
    try:
        return parsedate_to_datetime(str(header)).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


class MailboxServer:
    """An SMTP server on a free port of this machine, in a thread of its own, that keeps all mail in a mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._loop = asyncio.new_event_loop()
        self._is_ready = Event()
        self._thread = Thread(target=self._serve, name="mailbox", daemon=True)
        self.port = 0

    def start(self) -> int:
        """Listen and return the port."""
        self._thread.start()
        if not self._is_ready.wait(PATIENCE_SECONDS):
            raise RuntimeError("the local mail server did not start")
        return self.port

    def stop(self) -> None:
        """Stop listening and wait until the thread has ended."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(_Handler(self._mailbox), hostname="localhost"), "127.0.0.1", 0)
        )
        self.port = listening.sockets[0].getsockname()[1]
        self._is_ready.set()
        self._loop.run_forever()
        listening.close()
        self._loop.close()


class _Handler:
    """What aiosmtpd asks: is this recipient known, and here is the mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802  # the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Sequence[str]
    ) -> str:
        if address.lower().endswith(BOUNCING_DOMAIN):
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # likewise
        content = envelope.content
        self._mailbox.keep(content if isinstance(content, bytes) else (content or "").encode())
        return "250 OK, kept"
