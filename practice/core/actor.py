"""Who is asking: a value, not a row."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The kinds of people and processes that ask for something."""

    ANONYMOUS = "anonymous"
    LINK = "link"
    RECEPTIONIST = "receptionist"
    THERAPIST = "therapist"
    OWNER = "owner"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking; ``therapist_id`` is set when the user has a diary, ``link_id`` when a mail link acts."""

    role: Role
    user_id: int | None = None
    therapist_id: int | None = None
    link_id: int | None = None
    name: str = ""

    @property
    def is_staff(self) -> bool:
        """Return whether the actor signed in as a member of staff."""
        return self.role in {Role.RECEPTIONIST, Role.THERAPIST, Role.OWNER}


ANONYMOUS = Actor(Role.ANONYMOUS)
SYSTEM = Actor(Role.SYSTEM, name="the system")
