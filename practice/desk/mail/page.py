"""Messages: what goes out in the next 48 hours, what went, what did not, and of one client: why no mail came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import Select
from sqlalchemy.orm import Session

from practice.accounts.ownership import own_clients, own_therapist_id
from practice.accounts.permissions import may
from practice.clients.queries import ClientHit, search_clients
from practice.clinic.queries import practice_today, practice_zone
from practice.core.actor import Actor
from practice.desk.mail.expected import Expected, mail_expected
from practice.desk.mail.message_list import Line, lines_of
from practice.desk.mail_health import Health, mail_health
from practice.reminders.kinds import OPEN_STATES, MessageState
from practice.reminders.queries import MessageFilter, count_messages, list_messages
from practice.web.pagination import Pagination

SIZE = 50
AHEAD = timedelta(hours=48)
TROUBLED = frozenset({MessageState.FAILED, MessageState.EXPIRED, MessageState.RETRY, MessageState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the ledger."""

    label: str
    url: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """What the page shows; ``clients`` are those whom the search means, ``expected`` what one of them could expect."""

    today: date
    tab: str
    tabs: Sequence[Tab]
    typed: str
    clients: Sequence[ClientHit]
    lines: Sequence[Line]
    expected: Sequence[Expected]
    pagination: Pagination
    health: Health
    may_manage: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    tab: str
    typed: str
    page: int


def messages_page(session: Session, asked: Asked, *, actor: Actor, now: datetime) -> MessagesPage:
    """Return one part of the ledger; a therapist's is about the own clients. Raises ``NotFound``."""
    among = own_clients(session, actor, "message.read")
    clients = search_clients(session, asked.typed, among=among) if asked.typed else []
    ids = {hit.id for hit in clients} if asked.typed else None
    zone = practice_zone(session)
    wanted = _filter(asked.tab, ids, now)
    pagination = Pagination(asked.page, SIZE, count_messages(session, wanted, among=among))
    rows = list_messages(session, wanted, among=among, limit=SIZE, offset=pagination.offset)
    return MessagesPage(
        today=practice_today(session, now),
        tab=asked.tab,
        tabs=_tabs(session, asked, ids, among, now),
        typed=asked.typed,
        clients=clients,
        lines=lines_of(rows, zone),
        expected=_expected(session, clients, actor=actor, now=now),
        pagination=pagination,
        health=mail_health(session, now=now),
        may_manage=may(actor, "message.manage"),
    )


def _expected(session: Session, clients: Sequence[ClientHit], *, actor: Actor, now: datetime) -> Sequence[Expected]:
    """Return what the one client that was found could expect; nothing while several are meant."""
    own_id = own_therapist_id(session, actor, "message.read")
    return mail_expected(session, clients[0].id, therapist_id=own_id, now=now) if len(clients) == 1 else ()


def _filter(tab: str, ids: Collection[int] | None, now: datetime) -> MessageFilter:
    if tab == "sent":
        return MessageFilter(states={MessageState.SENT}, client_ids=ids, mails=True)
    if tab == "problems":
        return MessageFilter(states=TROUBLED, client_ids=ids, mails=True)
    if tab == "all":
        return MessageFilter(client_ids=ids, mails=True)
    return MessageFilter(
        states=frozenset(OPEN_STATES), client_ids=ids, due_until=now + AHEAD, next_first=True, mails=True
    )


TABS = (("next", "Next 48 hours"), ("sent", "Sent"), ("problems", "Problems"), ("all", "All"))


def read_tab(raw: str | None, typed: str) -> str:
    """Return which part is asked for: by default the next 48 hours, of somebody searched for everything."""
    return raw if raw in dict(TABS) else ("all" if typed else "next")


def _tabs(
    session: Session, asked: Asked, ids: Collection[int] | None, among: Select[int | None] | None, now: datetime
) -> list[Tab]:
    troubled = count_messages(session, _filter("problems", ids, now), among=among)
    return [
        Tab(words, f"/messages?{_query(tab, asked.typed)}", tab == asked.tab, troubled if tab == "problems" else None)
        for tab, words in TABS
    ]


def _query(tab: str, typed: str) -> str:
    return urlencode({"tab": tab, **({"q": typed} if typed else {})})
