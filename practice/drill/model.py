"""What is true in the drill, kept beside the database: people, visits, mails that arrived. It is the yardstick."""

from dataclasses import dataclass, field
from datetime import datetime

from practice.drill.reading import Entry, Mail
from practice.drill.trouble import Window


@dataclass(slots=True)
class Person:
    """A client; ``changes`` are when the address or the consent changed.

    ``is_refused``: a mail server said that there is no such address, and nobody at the desk has asked again.
    """

    uid: str
    address: str
    agrees: bool
    changes: list[datetime]
    is_refused: bool = False
    visits: list["Booked"] = field(default_factory=list)

    @property
    def changed_at(self) -> datetime:
        """Return when the address or the consent last changed."""
        return self.changes[-1]

    @property
    def reached_at(self) -> str:
        """Return where mail reaches her, empty when none does."""
        return "" if self.is_refused else self.address


@dataclass(slots=True)
class Booked:
    """A visit as the desk left it; ``changed_at`` is the last act on it."""

    uid: str
    person: Person
    local_start: datetime
    zone: str
    starts_at: datetime
    therapist: int
    changed_at: datetime
    is_on: bool = True
    is_tentative: bool = False
    is_confirmed: bool = False
    has_moved: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail that the server took: when, for whom, and what is wrong with it, empty if nothing is."""

    at: datetime
    recipient: str
    mail: Mail
    lies: tuple[str, ...]


@dataclass(slots=True)
class World:
    """Everything that the drill knows without asking the product."""

    people: list[Person] = field(default_factory=list)
    visits: dict[str, Booked] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    troubles: list[Window] = field(default_factory=list)
    doubtful: dict[str, int] = field(default_factory=dict)
    policies: list[datetime] = field(default_factory=list)

    def lies_in(self, recipient: str, mail: Mail) -> tuple[str, ...]:
        """Return what a mail says that is not true at this moment."""
        return tuple(lie for entry in mail.entries for lie in self._lies(recipient, entry))

    def _lies(self, recipient: str, entry: Entry) -> list[str]:
        visit = self.visits.get(entry.visit_uid)
        if visit is None:
            return [f"speaks of a visit that nobody booked: {entry.visit_uid}"]
        lies = []
        if recipient != visit.person.reached_at:
            lies.append(f"went to {recipient} instead of {visit.person.reached_at or 'nobody'}")
        if entry.is_cancelled == visit.is_on:
            lies.append(f"says that visit {visit.uid} is {'off' if entry.is_cancelled else 'on'}")
        if not entry.is_cancelled and (entry.local_start, entry.zone) != (visit.local_start, visit.zone):
            lies.append(f"says {entry.local_start} {entry.zone} instead of {visit.local_start} {visit.zone}")
        return lies

    def doubt(self, message_id: str) -> None:
        """Note that nobody could know whether the server had this mail: one more copy may leave."""
        self.doubtful[message_id] = self.doubtful.get(message_id, 0) + 1
