"""What happened, for the audit log: verbs collect, ``transact`` hands over just before COMMIT."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor

_KEY = "collected_events"


@dataclass(frozen=True, slots=True)
class Event:
    """One act: ids, codes and digests only; never a clinical word or a contact.

    ``data`` holds JSON scalars (or lists of them).
    """

    action: str
    object_kind: str
    object_uid: str
    actor: Actor
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


def record(session: Session, event: Event) -> None:
    """Collect *event*; it is stored if and only if the surrounding transaction commits."""
    session.info.setdefault(_KEY, []).append(event)


def drain(session: Session) -> list[Event]:
    """Return the events collected so far and forget them."""
    events: list[Event] = session.info.pop(_KEY, [])
    return events
