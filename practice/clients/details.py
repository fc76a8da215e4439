"""What the desk fills in about a client and the people around: values, not rows."""

from dataclasses import dataclass
from datetime import date

from practice.clients.models import RelationKind


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """The record; ``email`` and ``phone`` are the primary ones, empty when there is none."""

    first_name: str
    last_name: str
    preferred_name: str = ""
    pronouns: str = ""
    born_on: date | None = None
    language: str = "en"
    email: str = ""
    phone: str = ""
    desk_note: str = ""


@dataclass(frozen=True, slots=True)
class RelationDetails:
    """Another person: a client of ours (``related_client_id``) or a name with an address or number.

    Valid from the first to the last day, both included; ``gets_messages`` sends the client's messages there.
    """

    kind: RelationKind
    related_client_id: int | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    gets_messages: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


RECORD_FIELDS = ("first_name", "last_name", "preferred_name", "pronouns", "born_on", "language", "desk_note")
"""Fields of :class:`ClientDetails` that are columns of the client."""
