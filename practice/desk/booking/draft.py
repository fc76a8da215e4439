"""What is being booked: the booking form read as one value, whatever of it is filled in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from practice.clients.details import ClientDetails
from practice.core.local_time import begins_before
from practice.desk.choice import Choice
from practice.scheduling.wishes import BookingDetails, PlaceWish, TimeWish

NEW_CLIENT = "new"


@dataclass(frozen=True, slots=True)
class NewClient:
    """What is asked of a new client on the phone."""

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    may_mail: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields without which no record is opened."""
        needed = {"first_name": self.first_name, "last_name": self.last_name, "phone": self.phone or self.email}
        return tuple(name for name, value in needed.items() if not value)

    @property
    def details(self) -> ClientDetails:
        """Return it as the clients' service takes it."""
        return ClientDetails(self.first_name, self.last_name, phone=self.phone, email=self.email)


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking in the making; uids are empty while nothing is chosen (a therapist: for *any*).

    ``hold`` is the time held for it, ``held_for`` what that hold was for, ``let_go`` another hold to
    give back first. ``follow`` is the service of a visit right after it.
    """

    location: str = ""
    client: str = ""
    typed: str = ""
    new_client: NewClient = NewClient()
    service: str = ""
    therapist: str = ""
    choice: Choice | None = None
    hold: str = ""
    held_for: str = ""
    let_go: str = ""
    from_on: date | None = None
    more: bool = False
    tentative_reason: str = ""
    override_reason: str = ""
    desk_note: str = ""
    outcome: str = ""
    past_reason: str = ""
    follow: str = ""

    @property
    def start(self) -> datetime:
        """Return the wall time chosen; raises ``ValueError`` when there is none."""
        if self.choice is None or self.choice.local_start is None:
            raise ValueError("no time is chosen")
        return self.choice.local_start

    @property
    def is_new_client(self) -> bool:
        """Return whether a record is opened with the booking."""
        return self.client == NEW_CLIENT

    @property
    def asks_to_hold(self) -> str:
        """Return what a hold must be for, to compare with what it is for; empty when there is nothing to hold."""
        if self.choice is None or self.choice.is_now:
            return ""
        return f"{self.choice}|{self.service}|{self.location}"

    @property
    def details(self) -> BookingDetails:
        """Return what is said with the booking besides its time."""
        return BookingDetails(
            tentative_reason=self.tentative_reason or None,
            override_reason=self.override_reason,
            desk_note=self.desk_note,
        )

    @property
    def place(self) -> PlaceWish:
        """Return what is wanted by whom, for somebody who is here."""
        chosen = self.choice or Choice(None)
        return PlaceWish(
            service=self.service,
            location=self.location or None,
            therapist=chosen.therapist or self.therapist or None,
            room=chosen.room or None,
        )

    def wish_at(self, local_start: datetime) -> TimeWish:
        """Return the wish for a time."""
        place = self.place
        return TimeWish(
            service=place.service,
            location=place.location,
            therapist=place.therapist,
            room=place.room,
            local_start=local_start,
        )

    def is_past(self, zone: str, now: datetime) -> bool:
        """Return whether the time chosen is over, so that a visit can only be recorded."""
        start = self.choice.local_start if self.choice else None
        return start is not None and begins_before(start, zone, now)


def draft_of(values: Mapping[str, Any]) -> Draft:
    """Return the draft that a loaded form stands for."""
    fields = {name: values[name] for name in _PLAIN if values.get(name)}
    new = NewClient(**{name: values[name] for name in _NEW if values.get(name)})
    return Draft(new_client=new, **fields)


_NEW = ("first_name", "last_name", "phone", "email", "may_mail")
_PLAIN = (
    "location",
    "client",
    "typed",
    "service",
    "therapist",
    "choice",
    "hold",
    "held_for",
    "let_go",
    "from_on",
    "more",
    "tentative_reason",
    "override_reason",
    "desk_note",
    "outcome",
    "past_reason",
    "follow",
)


def split_name(typed: str) -> tuple[str, str]:
    """Return first and last name of what was typed into the search; digits are no name."""
    words = [word for word in typed.split() if not any(letter.isdigit() for letter in word)]
    return (" ".join(words[:1]), " ".join(words[1:])) if words else ("", "")


def phone_in(typed: str) -> str:
    """Return the phone number in what was typed, if it looks like one."""
    digits = [letter for letter in typed if letter.isdigit()]
    return typed.strip() if len(digits) >= 7 and not any(letter.isalpha() for letter in typed) else ""
