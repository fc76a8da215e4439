"""What planning yields: messages that should exist, what is left out and why, the keys that tell them apart. Pure."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from practice.reminders.facts import Policy, Truth, Visit
from practice.reminders.kinds import Channel, MessageKind, Why

LAST_CALL = timedelta(hours=1)
"""Trying again stops this long before the visit: later mail is not read in time."""

NEAR = timedelta(hours=24)
"""A change of a visit this near goes out at night too, after the short grace, or after none if an absence brings it."""

RECENTLY = timedelta(hours=18)
"""A client who confirmed needs no reminder this soon after the mail before it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One message that should exist. Equal ``dedupe_key`` = the same message, whatever its times became."""

    kind: MessageKind
    channel: Channel
    dedupe_key: str
    due_at: datetime
    expires_at: datetime
    former_client_id: int | None = None
    """Whom it tells if that is somebody whose visit it was, None for whose it is."""


@dataclass(frozen=True, slots=True)
class Omitted:
    """A message that one might expect, and why it is not wanted; ``lead`` tells reminders apart.

    ``dedupe_key`` is set for one that was wanted and cannot leave in time any more.
    """

    kind: MessageKind
    why: Why
    lead: timedelta | None = None
    dedupe_key: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about one visit's messages from now on."""

    wanted: tuple[Wanted, ...] = ()
    omitted: tuple[Omitted, ...] = ()

    def __add__(self, other: "Plan") -> "Plan":
        """Return both as one plan."""
        return Plan(self.wanted + other.wanted, self.omitted + other.omitted)


def useful_until(due_at: datetime, starts_at: datetime) -> datetime:
    """Return how long a mail that is due then may still be tried."""
    last_call = starts_at - LAST_CALL
    return last_call if last_call > due_at else starts_at


def mail_for(visit: Visit, kind: MessageKind, occasion: str, due_at: datetime, expires_at: datetime) -> Wanted:
    """Return a mail about *visit*."""
    return Wanted(kind, Channel.EMAIL, key_of(visit, kind, occasion), due_at, expires_at)


def key_of(visit: Visit, kind: str, occasion: str) -> str:
    """Return what tells one message from all others: whose it is, about what, and on which occasion."""
    return f"appointment:{visit.id}:{visit.client_id}:{kind}:{occasion}"


def stamp(instant: datetime) -> str:
    """Return an instant as keys carry it."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")


def digest_of(truth: Truth) -> str:
    """Return what a client must know as keys carry it."""
    words = f"{stamp(truth.starts_at)}|{truth.zone}|{truth.location_id}|{truth.therapist_name}"
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def change_due(visit: Visit, policy: Policy, first_start: datetime) -> datetime:
    """Return when news about *visit* leaves: after its grace, by day unless the visit is near."""
    if first_start - visit.changed_at <= NEAR:
        if visit.is_by_absence:
            return visit.changed_at
        return visit.changed_at + min(policy.change_grace, policy.confirmation_grace)
    due_at = visit.changed_at + policy.change_grace
    if policy.quiet.contains(due_at, visit.truth.zone):
        return policy.quiet.morning_after(due_at, visit.truth.zone)
    return due_at


def quiet_due(visit: Visit, lead: timedelta, policy: Policy) -> datetime:
    """Return when a reminder leaves: *lead* before the visit, the evening before if that falls into quiet hours."""
    due_at = visit.truth.starts_at - lead
    if policy.quiet.contains(due_at, visit.truth.zone):
        return policy.quiet.evening_before(due_at, visit.truth.zone)
    return due_at


def by_day(
    visit: Visit, wanted: Wanted, policy: Policy, now: datetime, lead: timedelta | None = None
) -> Wanted | Omitted:
    """Return a reminder as it leaves at *now*: one that is overdue in the night waits for the morning.

    What would be too late then does not leave at all, and the desk hears of it.
    """
    if wanted.due_at >= now or not policy.quiet.contains(now, visit.truth.zone):
        return wanted
    morning = policy.quiet.morning_after(now, visit.truth.zone)
    if morning >= wanted.expires_at:
        return Omitted(wanted.kind, Why.TOO_LATE, lead, wanted.dedupe_key)
    return replace(wanted, due_at=morning)
