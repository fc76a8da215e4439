"""What a client's programs read in a mail: its id, its subject and the calendar entries beside it. Pure.

Read from the bytes that left, by other code than that which wrote them.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header

_HEADER = re.compile(rb"^([A-Za-z-]+): (.*(?:\r\n[ \t].*)*)", re.MULTILINE)
_CALENDAR = re.compile(rb"Content-Type: application/ics;.*?\r\n\r\n(.*?)\r\n--", re.DOTALL)
_START = re.compile(r"^DTSTART;TZID=([^:]+):(\d{8}T\d{6})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One calendar entry: which visit, whether it stands, and its start as the wall clock there shows it."""

    visit_uid: str
    is_cancelled: bool
    zone: str
    local_start: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived."""

    message_id: str
    subject: str
    entries: Sequence[Entry]


def read_mail(content: bytes) -> Mail:
    """Return what a mail says."""
    head, _, body = content.partition(b"\r\n\r\n")
    headers = {name.decode().lower(): value for name, value in _HEADER.findall(head + b"\r\n")}
    subject = str(make_header(decode_header(headers["subject"].replace(b"\r\n", b"").decode())))
    entries = tuple(_entry(base64.b64decode(part).decode()) for part in _CALENDAR.findall(body))
    return Mail(headers["message-id"].decode().strip(), subject, entries)


def _entry(calendar: str) -> Entry:
    text = calendar.replace("\r\n ", "").replace("\r\n", "\n")
    start = _START.search(text)
    uid = re.search(r"^UID:([^@\n]+)@", text, re.MULTILINE)
    if start is None or uid is None:
        raise ValueError("a calendar part without an event")
    at = datetime.strptime(start[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # a wall time has no offset
    return Entry(uid[1], "METHOD:CANCEL" in text, start[1], at)
