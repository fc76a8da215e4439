"""By whom a client wishes to be treated, and from whom she is kept apart.

Every verb raises the clinic version: availability and claims read wishes with the practice's set-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from practice.clients.errors import AlreadyKeptApart, ContradictoryPreference, correct
from practice.clients.fullness import require_room_for
from practice.clients.models import BlockPair, BlockReason, Client, Preference, PreferenceKind, Strength
from practice.clients.service import touch_client
from practice.clinic.models import Therapist
from practice.clinic.service import bump_clinic_version
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD, NotFound, require_version

GENDERS: Mapping[str, str] = {"female": "a woman", "male": "a man", "other": "another gender"}


@dataclass(frozen=True, slots=True)
class PreferenceDetails:
    """One wish: about a therapist, or without one about a gender."""

    strength: Strength
    therapist_id: int | None = None
    gender: str = ""

    @property
    def kind(self) -> PreferenceKind:
        """Return what it is about."""
        return PreferenceKind.GENDER if self.therapist_id is None else PreferenceKind.THERAPIST


@dataclass(frozen=True, slots=True)
class Apartness:
    """A pair kept apart, seen from one client: the other is a therapist or a client."""

    uid: str
    name: str
    is_therapist: bool
    since: datetime


def list_preferences(session: Session, client_id: int) -> Sequence[tuple[Preference, str]]:
    """Return a client's preferences, each with the name of the therapist or the gender in words."""
    rows = (
        select(Preference, Therapist.name)
        .outerjoin(Therapist, Therapist.id == Preference.therapist_id)
        .where(Preference.client_id == client_id)
        .order_by(Preference.id)
    )
    return [(row[0], row[1] or GENDERS.get(row[0].gender, row[0].gender)) for row in session.execute(rows)]


def list_kept_apart(session: Session, client_id: int) -> Sequence[Apartness]:
    """Return from whom a client is kept apart; never why."""
    other = aliased(Client)
    rows = (
        select(BlockPair, Therapist.name, other)
        .outerjoin(Therapist, Therapist.id == BlockPair.therapist_id)
        .outerjoin(
            other,
            or_(
                (other.id == BlockPair.other_client_id) & (BlockPair.client_id == client_id),
                (other.id == BlockPair.client_id) & (BlockPair.other_client_id == client_id),
            ),
        )
        .where(or_(BlockPair.client_id == client_id, BlockPair.other_client_id == client_id))
        .order_by(BlockPair.id)
    )
    return [
        Apartness(pair.uid, name or person.display_name, name is not None, pair.created_at)
        for pair, name, person in session.execute(rows)
    ]


def get_preference(session: Session, client_id: int, uid: str) -> Preference:
    """Return one preference of a client; raises ``NotFound``."""
    wanted = select(Preference).where(Preference.client_id == client_id, Preference.uid == uid)
    if (row := session.execute(wanted).scalar_one_or_none()) is None:
        raise NotFound("There is no such preference.")
    return row


def get_pair(session: Session, client_id: int, uid: str) -> BlockPair:
    """Return one pair that a client is part of; raises ``NotFound``."""
    is_part = or_(BlockPair.client_id == client_id, BlockPair.other_client_id == client_id)
    row = session.execute(select(BlockPair).where(BlockPair.uid == uid, is_part)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such pair.")
    return row


def reason_of(session: Session, pair: BlockPair) -> str:
    """Return why two are kept apart; for the owner only (desk.md 4)."""
    reason = session.get(BlockReason, pair.id)
    return "" if reason is None else reason.text


def add_preference(
    session: Session,
    *,
    client: Client,
    details: PreferenceDetails,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Preference:
    """Note a wish; the same subject's earlier wish is replaced.

    Raises ``StaleVersion``, ``RecordFull``, and :class:`ContradictoryPreference` for a second therapist or gender that
    is required.
    """
    require_version(client.version, version)
    same = _same_subject(session, client.id, details)
    _require_consistent(session, client.id, details)
    if same is not None:
        session.delete(same)
    else:
        require_room_for(session, Preference, client)
    row = Preference(
        uid=new_uid(),
        client_id=client.id,
        kind=details.kind,
        strength=details.strength,
        therapist_id=details.therapist_id,
        gender=details.gender,
    )
    session.add(row)
    _store(session, client, "client.preference_add", {"strength": str(details.strength)}, actor=actor, now=now)
    return row


def remove_preference(
    session: Session, *, client: Client, preference: Preference, version: int | None, actor: Actor, now: datetime
) -> None:
    """Forget a wish; raises ``StaleVersion``."""
    require_version(client.version, version)
    session.delete(preference)
    _store(session, client, "client.preference_remove", {"kind": str(preference.kind)}, actor=actor, now=now)


def keep_apart(
    session: Session,
    *,
    client: Client,
    therapist_id: int | None = None,
    other: Client | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> BlockPair:
    """Keep a client apart from a therapist, or from another client in the same hour; what is booked stays.

    The reason lies in a table of its own and never leaves with the pair (desk.md 4). Raises
    :class:`AlreadyKeptApart` and ``RecordFull``.
    """
    require_room_for(session, BlockPair, client)
    _require_new_pair(session, client, therapist_id, other)
    pair = BlockPair(
        uid=new_uid(),
        client_id=client.id,
        therapist_id=therapist_id,
        other_client_id=None if other is None else other.id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(pair)
    session.flush()
    if reason:
        session.add(BlockReason(block_pair_id=pair.id, text=reason))
    _store(session, client, "client.keep_apart", {"pair": pair.uid}, actor=actor, now=now)
    if other is not None:
        touch_client(session, other, "client.keep_apart", data={"pair": pair.uid}, actor=actor, now=now)
    return pair


def let_meet(session: Session, *, client: Client, pair: BlockPair, actor: Actor, now: datetime) -> None:
    """End the keeping apart of a pair; its reason is deleted with it."""
    session.execute(delete(BlockReason).where(BlockReason.block_pair_id == pair.id))
    session.delete(pair)
    _store(session, client, "client.let_meet", {"pair": pair.uid}, actor=actor, now=now)


def _store(
    session: Session, client: Client, action: str, data: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    touch_client(session, client, action, data=data, actor=actor, now=now)
    bump_clinic_version(session)


def _same_subject(session: Session, client_id: int, details: PreferenceDetails) -> Preference | None:
    wanted = select(Preference).where(
        Preference.client_id == client_id,
        Preference.kind == details.kind,
        Preference.gender == details.gender,
        Preference.therapist_id.is_(None)
        if details.therapist_id is None
        else Preference.therapist_id == details.therapist_id,
    )
    return session.execute(wanted).scalar_one_or_none()


def _require_consistent(session: Session, client_id: int, details: PreferenceDetails) -> None:
    """Refuse a second gender that is required: nobody could meet both. Several therapists mean one of them."""
    if details.strength != Strength.MUST or details.kind != PreferenceKind.GENDER:
        return
    others = select(Preference.id).where(
        Preference.client_id == client_id,
        Preference.kind == details.kind,
        Preference.strength == Strength.MUST,
        Preference.gender != details.gender,
    )
    if session.execute(others).first() is not None:
        raise ContradictoryPreference(
            "The client asks for another gender already. Remove that wish first.",
            ways_out=correct("strength", "Choose how much it weighs"),
        )


def _require_new_pair(session: Session, client: Client, therapist_id: int | None, other: Client | None) -> None:
    if other is not None and other.id == client.id:
        raise ContradictoryPreference(
            "A client cannot be kept apart from herself.", ways_out=correct("other", "Choose another person")
        )
    same = select(BlockPair.id).where(
        (BlockPair.client_id == client.id) & (BlockPair.therapist_id == therapist_id)
        if other is None
        else or_(
            (BlockPair.client_id == client.id) & (BlockPair.other_client_id == other.id),
            (BlockPair.client_id == other.id) & (BlockPair.other_client_id == client.id),
        )
    )
    if session.execute(same).first() is not None:
        raise AlreadyKeptApart("These two are kept apart already.", ways_out=(RELOAD,))
