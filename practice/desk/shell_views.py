"""What every staff page stands in: navigation, who is signed in, the search, parked calls and the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

from practice.accounts.current import Identity
from practice.accounts.permissions import may
from practice.core.actor import Actor
from practice.core.transact import is_outage
from practice.desk.booking.parked_calls import TrayCall, tray_of
from practice.web.database import now, sessions
from practice.web.pages import wants_fragment


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation for whoever may do ``action``; ``covers`` is what else lies there."""

    icon: str
    label: str
    url: str
    action: str
    shortcut: str
    foot: bool = False
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as this page shows it."""

    icon: str
    label: str
    url: str
    shortcut: str
    active: bool
    foot: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class QuickLink:
    """A way that has a key on every page, for whoever may do ``action``."""

    label: str
    url: str
    press: str
    action: str
    in_panel: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the help list that no element on the page names by itself."""

    press: str
    label: str


IN_THE_DIARY = ("/appointments", "/book", "/parked-calls", "/gaps")

PLACES = (
    Place("today", "Today", "/today", "today.read", "g t"),
    Place("clock", "My day", "/my-day", "my_day.read", "g y"),
    Place("diary", "Diary", "/diary", "calendar.read", "g d", covers=IN_THE_DIARY),
    Place("clients", "Clients", "/clients", "client.search", "g c"),
    Place("mail", "Mail", "/messages", "message.read", "g m"),
    Place("calls", "Calls", "/calls", "task.read", "g k", covers=("/absences", "/urgent-calls")),
    Place("waiting", "Wait list", "/wait-list", "wait_list.read", "g w", covers=("/offers",)),
    Place("note", "Plans", "/plans", "plan.read", "g p"),
    Place("flag", "Clearances", "/clearances", "safety.read", "g l"),
    Place("setup", "Set-up", "/settings", "clinic.read", "g s", foot=True, covers=("/audit",)),
)

QUICK_LINKS = (
    QuickLink("Book a visit", "/book", "b", "appointment.book", in_panel=True),
    QuickLink("Find a gap", "/gaps", "g g", "calendar.read"),
    QuickLink("Month at a glance", "/diary/month", "g o", "calendar.read"),
)
"""What can be done from every page; a page's own link of the same key comes before it."""

KEYS = (
    Key("/", "Find a client"),
    Key("b", "Book"),
    Key("t", "Today's diary"),
    Key("← →", "Day before, day after"),
    Key("j k", "Next row, row before"),
    Key("a", "Arrived"),
    Key("s", "Start"),
    Key("d", "Done"),
    Key("n", "No-show"),
    Key("w", "Same time next week"),
    Key("u", "Undo the last act on a visit"),
    Key("Ctrl Z", "Take back what I did last"),
    Key("m", "Move"),
    Key("c", "Cancel"),
    Key("Esc Esc", "Park the call"),
    Key("g 1", "Go on with a parked call"),
    Key("Ctrl K", "Do, go or find anything"),
)


def install_shell(app: Flask) -> None:
    """Give the templates of whole staff pages what the shell shows; fragments and other faces get nothing."""
    app.context_processor(shell_context)


def shell_context() -> dict[str, Any]:
    """Return the shell's values for this request; an error page must be shown even when nothing can be read."""
    actor = _who_is_here()
    if actor is None:
        return {}
    return {
        "search_url": "/find",
        "quick_links": [link for link in QUICK_LINKS if may(actor, link.action)],
        "undo_url": "/undo",
        "shortcuts": KEYS,
        "nav_items": nav_items(actor, request.path),
        "parked_calls": _tray(actor),
    }


def _who_is_here() -> Actor | None:
    """Return the member of staff who asks, None for others and for pages that never asked."""
    if not has_request_context() or wants_fragment():
        return None
    actor = g.get("identity", Identity()).actor
    return actor if actor.is_staff else None


def _tray(actor: Actor) -> Sequence[TrayCall]:
    try:
        with sessions()() as session:
            return tray_of(session, actor, now())
    except SQLAlchemyError as error:
        if is_outage(error):
            return ()
        raise


def nav_items(actor: Actor, path: str) -> Sequence[NavItem]:
    """Return the places that the actor may go to, the present one marked."""
    active = _place_of(path)
    return [
        NavItem(place.icon, place.label, place.url, place.shortcut, place is active, place.foot)
        for place in PLACES
        if may(actor, place.action)
    ]


def _place_of(path: str) -> Place | None:
    return next(
        (place for place in PLACES if any(_lies_within(path, root) for root in (place.url, *place.covers))), None
    )


def _lies_within(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")
