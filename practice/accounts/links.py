"""Links in mails: the address carries a uid and a seal over the row, so the row alone opens nothing.

Only what the link is for is stored; every attempt at a mail renders the same address.
"""

import re
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.accounts.errors import LinkEnded
from practice.accounts.models import SignedLink
from practice.accounts.ownership import mark_judged
from practice.accounts.secrets import is_seal, seal
from practice.core.actor import Actor, Role
from practice.core.db import insert_into, new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record

_TOKEN = re.compile(r"([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})", re.ASCII)
_ENDED = "This link has ended. Use the one in the newest mail, or call us."


def make_link(
    session: Session,
    *,
    purpose: str,
    subject_kind: str,
    subject_id: int,
    expires_at: datetime | None,
    now: datetime,
) -> SignedLink:
    """Return the one live link for this purpose and subject, making it if need be.

    ``expires_at`` None means that the subject itself says when the link ends. A later ``expires_at`` prolongs a
    link that still lives; one that has expired stays ended and gets a successor.
    """
    _retire_expired(session, purpose, subject_kind, subject_id, now)
    subject = {"purpose": purpose, "subject_kind": subject_kind, "subject_id": subject_id}
    values = {"uid": new_uid(), "created_at": now, "expires_at": expires_at, **subject}
    session.execute(insert_into(session, SignedLink).values(values).on_conflict_do_nothing())
    link = session.scalars(select(SignedLink).filter_by(**subject, revoked_at=None)).one()
    if link.expires_at is not None and (expires_at is None or expires_at > link.expires_at):
        link.expires_at = expires_at
    return link


def link_token(key: str, link: SignedLink) -> str:
    """Return what the address carries: ``uid.seal``."""
    return f"{link.uid}.{seal(key, *_sealed(link))}"


def read_link(session: Session, *, key: str, token: str, purpose: str, now: datetime) -> SignedLink:
    """Return the link that *token* opens.

    Raises ``NotFound`` for a token that was never ours, was altered or serves another purpose, and
    :class:`LinkEnded` for one that has expired or was revoked.
    """
    link = _genuine(session, key, token)
    if link is None or link.purpose != purpose:
        raise NotFound("This link is not complete. Open it from the mail again, or call us.")
    if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise LinkEnded(_ENDED)
    # Holding the link is what makes its subject the actor's own.
    mark_judged(session)
    return link


def link_actor(link: SignedLink) -> Actor:
    """Return the holder of the link as the one who acts."""
    return Actor(Role.LINK, link_id=link.id)


def mark_used(session: Session, *, link: SignedLink, now: datetime) -> None:
    """Note the first use of a link; used links go on working unless their purpose forbids it."""
    if link.used_at is None:
        link.used_at = now
        record(session, Event("link.used", "link", link.uid, link_actor(link), now, {"purpose": link.purpose}))


def revoke_links(
    session: Session, *, subject_kind: str, subject_id: int, actor: Actor, now: datetime, purpose: str | None = None
) -> int:
    """End every link to the subject, or those for one *purpose*; return how many lived."""
    named = {"subject_kind": subject_kind, "subject_id": subject_id} | ({"purpose": purpose} if purpose else {})
    live = session.scalars(select(SignedLink).filter_by(revoked_at=None, **named)).all()
    for link in live:
        link.revoked_at = now
        record(session, Event("link.revoked", "link", link.uid, actor, now, {"purpose": link.purpose}))
    return len(live)


def end_every_link(session: Session, *, actor: Actor, now: datetime) -> int:
    """End every link, because those that were ended since are back: a backup was restored. Mails to come carry new."""
    live = update(SignedLink).where(SignedLink.revoked_at.is_(None)).values(revoked_at=now).returning(SignedLink.id)
    ended = len(session.scalars(live, execution_options={"synchronize_session": False}).all())
    record(session, Event("link.revoked_every", "link", "all", actor, now, {"links": ended}))
    return ended


def _genuine(session: Session, key: str, token: str) -> SignedLink | None:
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    link = session.scalars(select(SignedLink).where(SignedLink.uid == parts[1])).one_or_none()
    return link if link is not None and is_seal(parts[2], key, *_sealed(link)) else None


def _sealed(link: SignedLink) -> tuple[str, str, str, str]:
    return link.uid, link.purpose, link.subject_kind, str(link.subject_id)


def _retire_expired(session: Session, purpose: str, subject_kind: str, subject_id: int, now: datetime) -> None:
    session.execute(
        update(SignedLink)
        .where(
            SignedLink.purpose == purpose,
            SignedLink.subject_kind == subject_kind,
            SignedLink.subject_id == subject_id,
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at <= now,
        )
        .values(revoked_at=now)
    )
