"""Reads of client records: one record, the search at the desk, likely duplicates, who gets the messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, literal, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from practice.clients.consents import Purpose
from practice.clients.following import kept_ids
from practice.clients.matching import Likeness, Reason, duplicate_reasons
from practice.clients.models import (
    Client,
    ClientContact,
    ClientRelation,
    ClientWord,
    Consent,
    ContactKind,
    DeskAlert,
)
from practice.clients.names import called_name
from practice.clients.words import HIGHEST, Query, read_query
from practice.core.errors import NotFound

MAX_HITS = 8
MAX_CANDIDATES = 50
MAX_CONSENTS = 50
_UNKNOWN = "There is no such client."


@dataclass(frozen=True, slots=True)
class ClientHit:
    """One row of the search: enough to tell two people of one name apart."""

    id: int
    uid: str
    display_name: str
    legal_name: str
    born_on: date | None
    phone_tail: str
    has_same_name: bool


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same person, and why."""

    hit: ClientHit
    reasons: tuple[Reason, ...]


def get_client(session: Session, uid: str) -> Client:
    """Return one client, or the one it was merged into; raises ``NotFound``."""
    return _follow(session, select(Client).where(Client.uid == uid))


def get_record(session: Session, uid: str) -> Client:
    """Return one client as :func:`get_client` does, with contacts and desk alerts loaded."""
    whole = select(Client).options(selectinload(Client.contacts), selectinload(Client.alerts))
    client = get_client(session, uid)
    return session.execute(whole.where(Client.id == client.id)).scalar_one()


def list_relations(session: Session, client_id: int) -> Sequence[tuple[ClientRelation, Client | None]]:
    """Return a client's relations, each with the client whom it names, if it names one."""
    rows = (
        select(ClientRelation, Client)
        .outerjoin(Client, Client.id == ClientRelation.related_client_id)
        .where(ClientRelation.client_id == client_id)
        .order_by(ClientRelation.id)
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def get_relation(session: Session, client_id: int, uid: str) -> ClientRelation:
    """Return one relation of a client; raises ``NotFound``."""
    wanted = select(ClientRelation).where(ClientRelation.client_id == client_id, ClientRelation.uid == uid)
    if (row := session.execute(wanted).scalar_one_or_none()) is None:
        raise NotFound("There is no such relation.")
    return row


def list_alerts(session: Session, client_ids: Collection[int]) -> dict[int, list[DeskAlert]]:
    """Return desk alerts by client, for many clients in one statement."""
    found: dict[int, list[DeskAlert]] = {}
    rows = select(DeskAlert).where(DeskAlert.client_id.in_(client_ids)).order_by(DeskAlert.id)
    for alert in session.execute(rows).scalars():
        found.setdefault(alert.client_id, []).append(alert)
    return found


def list_consents(session: Session, client_id: int) -> Sequence[Consent]:
    """Return the consents a client gave, the latest first, at most ``MAX_CONSENTS``."""
    rows = select(Consent).where(Consent.client_id == client_id).order_by(Consent.given_at.desc(), Consent.id.desc())
    return session.execute(rows.limit(MAX_CONSENTS)).scalars().all()


def find_consent(session: Session, client_id: int, purpose: Purpose) -> Consent | None:
    """Return the consent in force for a purpose, if there is one."""
    rows = select(Consent).where(
        Consent.client_id == client_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return session.execute(rows.order_by(Consent.id.desc()).limit(1)).scalar_one_or_none()


def has_consent(session: Session, client_ids: Collection[int], *, purpose: Purpose) -> dict[int, bool]:
    """Return for each client whether a consent for *purpose* is in force; two statements."""
    kept = kept_ids(session, client_ids)
    rows = select(Consent.client_id).where(
        Consent.client_id.in_(kept.values()), Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    given = set(session.execute(rows).scalars())
    return {client_id: kept.get(client_id) in given for client_id in client_ids}


def search_clients(
    session: Session, text: str, *, limit: int = MAX_HITS, among: Select[int | None] | None = None
) -> list[ClientHit]:
    """Return the clients that match every word of *text*, names that start with it first, then the newest.

    One statement; words may be parts of names, of phone numbers and of mail addresses, or a birth date. *among*
    selects the ids of those who may be found at all.
    """
    query = read_query(text)
    if query.is_empty:
        return []
    return _hits(session, _among(_matching(query), among).limit(min(limit, MAX_HITS)))


def list_newest_clients(
    session: Session, *, limit: int = MAX_HITS, among: Select[int | None] | None = None
) -> list[ClientHit]:
    """Return the clients whose records were opened last."""
    rank = literal(0).label("rank")
    newest = select(Client.id, rank).where(Client.merged_into_id.is_(None)).order_by(Client.id.desc())
    return _hits(session, _among(newest, among).limit(min(limit, MAX_HITS)))


def _among(wanted: Select[int, int], ids: Select[int | None] | None) -> Select[int, int]:
    return wanted if ids is None else wanted.where(Client.id.in_(ids))


def same_name_ids(session: Session, client_ids: Collection[int]) -> set[int]:
    """Return which of these clients share their folded name with another client; one statement."""
    rows = select(Client.id).where(Client.id.in_(client_ids), _has_namesake())
    return set(session.execute(rows).scalars())


def find_duplicates(session: Session, likeness: Likeness, *, own_id: int | None = None) -> list[Duplicate]:
    """Return records that may be the same person, with the reasons; at most two statements."""
    candidates = _candidates(session, likeness, own_id)
    reasons = {
        client_id: found for client_id, other in candidates.items() if (found := duplicate_reasons(likeness, other))
    }
    if not reasons:
        return []
    rank = literal(0).label("rank")
    likely = select(Client.id, rank).where(Client.id.in_(reasons)).order_by(Client.id).limit(MAX_HITS)
    return [Duplicate(hit, reasons[hit.id]) for hit in _hits(session, likely)]


def _follow(session: Session, wanted: Select[Client]) -> Client:
    seen: set[int] = set()
    while (client := session.execute(wanted).scalar_one_or_none()) is not None:
        if client.merged_into_id is None or client.id in seen:
            return client
        seen.add(client.id)
        wanted = select(Client).where(Client.id == client.merged_into_id)
    raise NotFound(_UNKNOWN)


def _has_namesake() -> ColumnElement[bool]:
    other = aliased(Client)
    return exists().where(other.name_key == Client.name_key, other.id != Client.id, other.merged_into_id.is_(None))


def _matching(query: Query) -> Select[int, int]:
    rank = _rank(query).label("rank")
    wanted = select(Client.id, rank).where(Client.merged_into_id.is_(None))
    if query.born_on is not None:
        wanted = wanted.where(Client.born_on == query.born_on)
    for prefix in query.prefixes:
        in_range = select(ClientWord.client_id).where(ClientWord.word >= prefix, ClientWord.word < prefix + HIGHEST)
        wanted = wanted.where(Client.id.in_(in_range))
    return wanted.order_by(rank, Client.id.desc())


def _rank(query: Query) -> ColumnElement[int]:
    """Return 0 for a whole name, 1 for the beginning of one, 2 for anything else."""
    if not query.prefixes:
        return literal(0)
    word = query.prefixes[0]
    is_whole = or_(Client.name_key.startswith(word + " "), Client.name_key.endswith(" " + word))
    is_beginning = or_(Client.name_key.startswith(word), Client.name_key.contains(" " + word))
    return case((is_whole, 0), (is_beginning, 1), else_=2)


def _hits(session: Session, chosen: Select[int, int]) -> list[ClientHit]:
    """Return the rows of the desk's search for the chosen ids, in their order."""
    picked = chosen.subquery()
    number = (
        select(ClientContact.normalised)
        .where(ClientContact.client_id == Client.id, ClientContact.kind == ContactKind.PHONE)
        .order_by(ClientContact.is_primary.desc(), ClientContact.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(
            Client.id,
            Client.uid,
            Client.first_name,
            Client.last_name,
            Client.preferred_name,
            Client.born_on,
            number.label("phone"),
            _has_namesake().label("has_same_name"),
        )
        .join(picked, picked.c.id == Client.id)
        .order_by(picked.c.rank, Client.id.desc())
    )
    return [
        ClientHit(
            id=row.id,
            uid=row.uid,
            display_name=called_name(row.first_name, row.preferred_name, row.last_name),
            legal_name=f"{row.first_name} {row.last_name}",
            born_on=row.born_on,
            phone_tail=(row.phone or "")[-4:],
            has_same_name=bool(row.has_same_name),
        )
        for row in session.execute(rows)
    ]


def _candidates(session: Session, likeness: Likeness, own_id: int | None) -> dict[int, Likeness]:
    number = ClientContact
    rows = (
        select(Client.id, Client.name_key, Client.born_on, number.normalised)
        .outerjoin(number, and_(number.client_id == Client.id, number.kind == ContactKind.PHONE))
        .where(Client.merged_into_id.is_(None), _could_be(likeness))
        .order_by(Client.id)
        .limit(MAX_CANDIDATES)
    )
    found: dict[int, Likeness] = {}
    for row in session.execute(rows if own_id is None else rows.where(Client.id != own_id)):
        phones = found[row.id].phones if row.id in found else frozenset[str]()
        found[row.id] = Likeness(row.name_key, row.born_on, phones | ({row.normalised} if row.normalised else set()))
    return found


def _could_be(likeness: Likeness) -> ColumnElement[bool]:
    by_phone: ColumnElement[bool] = false()
    if likeness.phones:
        numbers = select(ClientContact.client_id).where(
            ClientContact.kind == ContactKind.PHONE, ClientContact.normalised.in_(likeness.phones)
        )
        by_phone = Client.id.in_(numbers)
    by_date = false() if likeness.born_on is None else Client.born_on == likeness.born_on
    return or_(Client.name_key == likeness.name_key, by_date, by_phone)
