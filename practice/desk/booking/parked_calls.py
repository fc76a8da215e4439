"""The tray of parked calls on every page, and what a booking panel puts into it and gets back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.permissions import may
from practice.clients.queries import get_client
from practice.core.actor import Actor
from practice.desk.booking.draft import Draft
from practice.scheduling.appointments.parking import Parked, ParkedDetails, list_parked_calls, park_call

MINUTE = timedelta(minutes=1)
UNNAMED = "Unnamed caller"
KEPT = frozenset(
    {
        "client", "typed", "first_name", "last_name", "phone", "email", "may_mail", "service", "therapist", "location",
        "choice", "from_on", "tentative_reason", "desk_note", "held_for",
    }
)  # fmt: skip
"""Fields of the booking form that wait with the call."""


@dataclass(frozen=True, slots=True)
class TrayCall:
    """One parked call as the tray shows it."""

    name: str
    detail: str
    url: str


def tray_of(session: Session, actor: Actor, now: datetime) -> Sequence[TrayCall]:
    """Return the actor's parked calls, oldest first; one statement."""
    if not may(actor, "parked_call.use"):
        return ()
    return [_tray_call(parked, now) for parked in list_parked_calls(session, actor=actor, now=now)]


def _tray_call(parked: Parked, now: datetime) -> TrayCall:
    return TrayCall(parked.call.label or UNNAMED, held_words(parked, now), f"/parked-calls/{parked.call.uid}/resume")


def held_words(parked: Parked, now: datetime) -> str:
    """Return which time a call holds and for how long: ``14:00 · 3 min``."""
    hold = parked.hold
    if hold is None or hold.hold_ends_at is None:
        return "time let go" if parked.call.form.get("choice") else ""
    return f"{hold.local_start:%H:%M} · {-(-(hold.hold_ends_at - now) // MINUTE)} min"


def park(session: Session, draft: Draft, sent: Mapping[str, str], *, actor: Actor, now: datetime) -> Parked:
    """Set the call of a booking form aside with its hold; raises what ``park_call`` raises."""
    is_known = bool(draft.client) and not draft.is_new_client
    details = ParkedDetails(
        label=_label(session, draft),
        client=draft.client if is_known else None,
        hold=draft.hold or None,
        wanted_on=draft.from_on,
        form={name: value for name, value in sent.items() if name in KEPT and value},
    )
    return park_call(session, details=details, actor=actor, now=now)


def _label(session: Session, draft: Draft) -> str:
    if draft.is_new_client:
        return f"{draft.new_client.first_name} {draft.new_client.last_name}".strip()
    return get_client(session, draft.client).display_name if draft.client else draft.typed


def form_of(parked: Parked) -> dict[str, str]:
    """Return the booking form as it was when the call was parked, with the hold that still runs."""
    hold = {"hold": parked.hold.uid} if parked.hold else {"held_for": ""}
    return {**{name: str(value) for name, value in parked.call.form.items()}, **hold}


def near_the_lost_time(draft: Draft) -> Draft:
    """Return the draft of a call whose time was let go, looking for times from that day on."""
    start = draft.choice.local_start if draft.choice else None
    return replace(draft, hold="", held_for="", from_on=start.date() if start else draft.from_on)
