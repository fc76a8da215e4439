"""Words of the wait list: how urgent, where an entry stands, how an offer travels and how it ended."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon somebody should be seen."""

    URGENT = "urgent"
    SOON = "soon"
    FLEXIBLE = "flexible"


class EntryState(StrEnum):
    """Where an entry stands; the last three are its end."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN_ENTRIES = frozenset({EntryState.WAITING, EntryState.OFFERED})


class OfferState(StrEnum):
    """How an offer stands; ``unanswered``: the call reached nobody, ``withdrawn``: the practice took it back."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


REFUSED = frozenset({OfferState.DECLINED, OfferState.EXPIRED})
"""Ends after which the same time is not offered to the same person again."""


class OfferChannel(StrEnum):
    """How the time was offered."""

    EMAIL = "email"
    PHONE = "phone"


URGENCY_ORDER = tuple(Urgency)
"""The most urgent first."""
