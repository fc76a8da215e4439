"""What one look at a session or token tells about who is asking."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that opens something now, and its user."""

    id: int
    last_seen_at: datetime
    user_id: int
    user_uid: str
    email: str
    name: str
    role: str
    is_locked: bool
    has_pin: bool


@dataclass(frozen=True, slots=True)
class LiveToken:
    """An API token that opens something now, and its user."""

    id: int
    last_used_at: datetime | None
    user_id: int
    user_uid: str
    email: str
    name: str
    role: str
