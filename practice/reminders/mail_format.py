"""Mails as bytes (RFC 5322, 2045): headers by the standard library, bodies filled in without building a tree.

mixed(alternative(plain, html, calendar), calendar file): the shape that mail programs and calendars agree on.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from practice.core.local_time import wall_time
from practice.reminders.calendar_part import Event, Method, Party, calendar_file
from practice.reminders.digests import render_digest, title_of_event
from practice.reminders.kinds import OFF, WITHOUT_CALENDAR
from practice.reminders.letters import Digest, Entry, House, Letter
from practice.reminders.rendering import Rendered, render
from practice.reminders.texts.names import STANDARD, Texts

_CRLF = "\r\n"
_LONGEST_PLAIN = 76
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail for one recipient, ready to be sent byte by byte."""

    sender: str
    recipient: str
    content: bytes


def write_mail(letter: Letter | Digest, house: House, texts: Texts = STANDARD) -> bytes:
    """Return the whole mail with CRLF line ends; equal letters give equal bytes.

    Raises ``ValueError`` for a name or an address that would break a header.
    """
    boundary = "=_" + letter.message_id.strip("<>").partition("@")[0].replace("-", "")
    if isinstance(letter, Digest):
        rendered, calendar = render_digest(letter, house, texts), _calendars_of(letter, house, boundary)
    else:
        rendered = render(letter, house, texts)
        calendar = _Calendar() if letter.kind in WITHOUT_CALENDAR else _calendar_of(letter, house, rendered, boundary)
    parts = [
        _headers(letter, house, rendered.subject, boundary),
        _bodies(rendered, calendar, boundary),
    ]
    return "".join(parts).encode("ascii")


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The calendar parts of a mail; what is only offered has none."""

    beside_text: str = ""
    attached: str = ""


def _headers(letter: Letter | Digest, house: House, subject: str, boundary: str) -> str:
    own_lines = [
        f"Date: {_date(letter.written_at)}",
        f"Message-ID: {_plain(letter.message_id)}",
        f"List-Unsubscribe: <{_plain(letter.stop_url)}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    ]
    people = _sender(house.alias, house.address, house.reply_to) + _recipient(letter.recipient)
    return people + _subject(subject) + _CRLF.join(own_lines) + _CRLF * 2


@lru_cache(maxsize=8)
def _sender(alias: str, address: str, reply_to: str | None) -> str:
    sender = _folded("From", _address(Party(alias, address)))
    return sender if reply_to is None else sender + _folded("Reply-To", _address(Party("", reply_to)))


def _recipient(party: Party) -> str:
    # Most people's names are plain words that need neither quotes nor encoding.
    line = f"To: {party.name} <{party.address}>"
    if len(line) <= _LONGEST_PLAIN and _PLAIN_NAME.fullmatch(party.name) and _PLAIN_ADDRESS.fullmatch(party.address):
        return line + _CRLF
    return _folded("To", _address(party))


@lru_cache(maxsize=1024)
def _subject(subject: str) -> str:
    return _folded("Subject", subject)


def _folded(name: str, value: Address | str) -> str:
    stored = SMTP.header_store_parse(name, value)[1]
    return SMTP.fold_binary(name, stored).decode("ascii")


def _address(party: Party) -> Address:
    username, _, domain = party.address.rpartition("@")
    return Address(party.name, username, domain)


def _plain(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("a header value of our own making must be plain")
    return value


def _date(instant: datetime) -> str:
    return format_datetime(instant)


def _calendar_of(letter: Letter, house: House, rendered: Rendered, boundary: str) -> _Calendar:
    entry = Entry(letter.kind, letter.visit, letter.before, letter.manage_url)
    method = _method(entry)
    event = _event(entry, letter, house, rendered.event_title)
    calendar = _base64(calendar_file(event, method, letter.written_at))
    beside = [
        f"--{boundary}a",
        f'Content-Type: text/calendar; charset="utf-8"; method={method}',
        "Content-Transfer-Encoding: base64",
        "",
        calendar,
    ]
    return _Calendar(_CRLF.join(beside), _attached(_file_name(method), calendar, boundary))


def _calendars_of(digest: Digest, house: House, boundary: str) -> _Calendar:
    """Return a file for each visit and none beside the text.

    A REQUEST names one UID (RFC 5546), programs that take several read only the first, and beside the text they
    would take the mail for an invitation to that one.
    """
    files = []
    for entry in digest.entries:
        method = _method(entry)
        event = _event(entry, digest, house, title_of_event(entry, digest.language))
        calendar = _base64(calendar_file(event, method, digest.written_at))
        files.append(_attached(f"{_local(entry):%Y-%m-%d-%H%M}-{_file_name(method)}", calendar, boundary))
    return _Calendar(attached="".join(files))


def _local(entry: Entry) -> datetime:
    return wall_time(entry.visit.starts_at, entry.visit.zone)


def _method(entry: Entry) -> Method:
    return Method.CANCEL if entry.kind in OFF else Method.REQUEST


def _attached(name: str, calendar: str, boundary: str) -> str:
    lines = [
        f"--{boundary}",
        f'Content-Type: application/ics; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
        "",
        calendar,
    ]
    return _CRLF.join(lines)


def _bodies(rendered: Rendered, calendar: _Calendar, boundary: str) -> str:
    inner = boundary + "a"
    lines = [
        f"--{boundary}",
        f'Content-Type: multipart/alternative; boundary="{inner}"',
        "",
        f"--{inner}",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        _quoted(rendered.text),
        f"--{inner}",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        _quoted(rendered.html),
        f"{calendar.beside_text}--{inner}--",
        "",
        f"{calendar.attached}--{boundary}--",
        "",
    ]
    return _CRLF.join(lines)


def _file_name(method: Method) -> str:
    return "cancelled.ics" if method is Method.CANCEL else "appointment.ics"


def _quoted(text: str) -> str:
    # In binary mode the encoder would escape line ends; in text mode it keeps them.
    encoded = binascii.b2a_qp(text.replace(_CRLF, "\n").encode(), istext=True)
    return encoded.decode("ascii").replace("\n", _CRLF)


def _base64(text: str) -> str:
    return base64.encodebytes(text.encode()).decode("ascii").replace("\n", _CRLF)


def _event(entry: Entry, letter: Letter | Digest, house: House, title: str) -> Event:
    visit = entry.visit
    return Event(
        uid=calendar_uid(visit.uid, house),
        sequence=visit.sequence,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=visit.zone,
        title=title,
        place="" if visit.is_by_phone else visit.address,
        description=entry.manage_url,
        url=entry.manage_url,
        organizer=Party(house.alias, house.address),
        attendee=letter.recipient,
        is_tentative=visit.is_tentative,
    )


def calendar_uid(appointment_uid: str, house: House) -> str:
    """Return the UID by which every calendar file of an appointment is recognised as the same event."""
    return f"{appointment_uid}@{house.domain}"
