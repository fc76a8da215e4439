"""The chain of a client's signed record: each entry is bound to all before it and to its sealed words. Pure."""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from enum import StrEnum

FIRST_HASH = "0" * 64
_FORM = "note entry 1"


class EntryKind(StrEnum):
    """What was signed."""

    NOTE = "note"
    ADDENDUM = "addendum"
    COSIGN = "cosign"
    ERROR = "error"


KIND_WORDS = {
    EntryKind.NOTE: "note",
    EntryKind.ADDENDUM: "addendum",
    EntryKind.COSIGN: "co-signature",
    EntryKind.ERROR: "mark of an error",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything that a link binds, its own hash apart; ``concerns`` is the note that an addendum belongs to."""

    seq: int
    kind: str
    uid: str
    client_uid: str
    visit_uid: str
    edition: int
    concerns: str
    at: datetime
    signed_by_id: int | None
    therapist_id: int | None
    registration: str
    is_late: bool
    digest: str
    previous_hash: str


def digest_of(sealed: bytes) -> str:
    """Return what stands for sealed words: the chain can be proved without opening them."""
    return hashlib.sha256(sealed).hexdigest()


def canonical(entry: Entry) -> str:
    """Return the one text that stands for *entry*: a JSON list, its instant in UTC to the microsecond."""
    values = [
        value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for value in astuple(entry)
    ]
    return json.dumps([_FORM, *values])
