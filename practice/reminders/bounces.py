"""What a report about a mail that came back says (RFC 3464): which mail, to whom, and whether for good. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Part
from email.policy import default

LARGEST = 1024 * 1024
_LONGEST_REPLY = 300
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS_IS_WRONG = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})


class NoReport(ValueError):
    """The mail is no report about another one."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient whom one mail of ours did not reach. ``status`` is an enhanced code such as 5.1.1."""

    message_id: str
    address: str
    status: str
    reply: str = ""

    @property
    def closes_address(self) -> bool:
        """Return whether nothing will ever arrive there."""
        return self.status in _ADDRESS_IS_WRONG

    @property
    def code(self) -> int:
        """Return the class of the status as servers say it while we talk to them."""
        return 550 if self.closes_address else 554


def read_bounces(content: bytes) -> list[Bounce]:
    """Return what a report says is undeliverable for good; none while its server still tries.

    Raises :class:`NoReport` for anything that is no delivery report about a mail that it names.
    """
    if len(content) > LARGEST:
        raise NoReport("It is too large for a report.")
    try:
        return _read(content)
    except NoReport:
        raise
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError) as unreadable:
        # Anybody can send us a mail over which the library's parser stumbles; the next report must still be read.
        raise NoReport("It cannot be read.") from unreadable


def _read(content: bytes) -> list[Bounce]:
    mail = message_from_bytes(content, policy=default)
    if mail.get_content_type() != "multipart/report" or mail.get_param("report-type") != "delivery-status":
        raise NoReport("It is no delivery report.")
    message_id = next(_message_ids(mail), "")
    if not message_id or not message_id.isprintable():
        raise NoReport("It does not say which mail it is about.")
    return [bounce for block in _blocks(mail) if (bounce := _bounce(block, message_id)) is not None]


def _blocks(mail: Part) -> Iterator[Part]:
    """Yield what is said of each recipient; the first block is about the mail itself and names none."""
    for part in mail.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            yield from (block for block in payload if isinstance(block, Part) and block.get("Final-Recipient"))


def _bounce(block: Part, message_id: str) -> Bounce | None:
    status = _STATUS.search(str(block.get("Status", "")))
    action = str(block.get("Action", "")).strip().lower()
    named = str(block.get("Original-Recipient") or block["Final-Recipient"])
    address = named.rpartition(";")[2].strip().strip("<>").lower()
    if action != "failed" or status is None or not status[0].startswith("5") or not _is_address(address):
        return None
    reply = " ".join(str(block.get("Diagnostic-Code", "")).split())
    return Bounce(message_id, address, status[0], "".join(filter(str.isprintable, reply))[:_LONGEST_REPLY])


def _is_address(named: str) -> bool:
    """Return whether it can be asked for at all: a null byte would end the whole run on PostgreSQL."""
    return "@" in named and named.isprintable()


def _message_ids(mail: Part) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            yield from re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", str(part.get_payload()))
        elif part is not mail and part.get("Message-ID"):
            yield str(part["Message-ID"]).strip()
