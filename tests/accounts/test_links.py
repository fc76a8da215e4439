"""Links in mails: the row alone opens nothing, and an ended link says so."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.errors import LinkEnded
from practice.accounts.links import link_actor, link_token, make_link, mark_used, read_link, revoke_links
from practice.accounts.models import SignedLink
from practice.core.actor import SYSTEM, Role
from practice.core.errors import NotFound
from practice.core.transact import transact

KEY = "link-key-0123456789-0123456789-abcdef"
OTHER_KEY = "another-key-0123456789-0123456789-abc"


def made(session: Session, now: datetime, **over: Any) -> SignedLink:
    wanted: dict[str, Any] = {
        "purpose": "manage", "subject_kind": "appointment", "subject_id": 7, "expires_at": None, "now": now, **over
    }  # fmt: skip
    return transact(session, lambda: make_link(session, **wanted))


def read(session: Session, token: str, now: datetime, purpose: str = "manage", key: str = KEY) -> SignedLink:
    session.rollback()
    with session.begin():
        return read_link(session, key=key, token=token, purpose=purpose, now=now)


def test_the_same_purpose_and_subject_have_one_link(session: Session, now: datetime) -> None:
    first, again = made(session, now), made(session, now + timedelta(days=3))
    assert first.uid == again.uid
    assert link_token(KEY, first) == link_token(KEY, again)
    assert made(session, now, purpose="unsubscribe").uid != first.uid
    assert made(session, now, subject_id=8).uid != first.uid


def test_a_link_opens_its_subject(session: Session, now: datetime) -> None:
    link = made(session, now)
    opened = read(session, link_token(KEY, link), now + timedelta(days=400))
    assert (opened.subject_kind, opened.subject_id) == ("appointment", 7)
    assert link_actor(opened).role is Role.LINK


def test_nothing_in_the_row_opens_the_link(session: Session, now: datetime) -> None:
    link = made(session, now)
    token = link_token(KEY, link)
    stored = {str(getattr(link, column.key)) for column in SignedLink.__table__.columns}
    assert not any(token.partition(".")[2] in value for value in stored)
    for forged in (link.uid, f"{link.uid}.", f"{link.uid}.{'A' * 43}", link_token(OTHER_KEY, link)):
        with pytest.raises(NotFound):
            read(session, forged, now)


def test_a_link_serves_one_purpose_only(session: Session, now: datetime) -> None:
    token = link_token(KEY, made(session, now))
    with pytest.raises(NotFound) as refused:
        read(session, token, now, purpose="unsubscribe")
    assert not isinstance(refused.value, LinkEnded)


def test_a_seal_does_not_fit_another_row(session: Session, now: datetime) -> None:
    one, other = made(session, now), made(session, now, subject_id=8)
    with pytest.raises(NotFound):
        read(session, f"{other.uid}.{link_token(KEY, one).partition('.')[2]}", now)


@pytest.mark.parametrize(
    "token",
    ["", ".", "a.b", "x" * 5000, "\x00", "é.é", "../../etc/passwd", "0" * 36 + "." + "-" * 43, "\ud800.\ud800"],
)
def test_odd_tokens_are_not_found(session: Session, now: datetime, token: str) -> None:
    with pytest.raises(NotFound):
        read(session, token, now)


def test_an_expired_link_says_that_it_has_ended_and_gets_a_successor(session: Session, now: datetime) -> None:
    link = made(session, now, expires_at=now + timedelta(days=14))
    token = link_token(KEY, link)
    assert read(session, token, now + timedelta(days=13)).id == link.id
    with pytest.raises(LinkEnded, match="newest mail"):
        read(session, token, now + timedelta(days=14))
    later = now + timedelta(days=15)
    successor = made(session, later, expires_at=later + timedelta(days=14))
    assert successor.uid != link.uid
    with pytest.raises(LinkEnded):
        read(session, token, later)


def test_a_later_mail_prolongs_a_living_link(session: Session, now: datetime) -> None:
    link = made(session, now, expires_at=now + timedelta(days=365))
    again = made(session, now + timedelta(days=300), expires_at=now + timedelta(days=665))
    assert again.uid == link.uid
    assert again.expires_at == now + timedelta(days=665)


def test_revoking_ends_every_link_to_the_subject(session: Session, now: datetime) -> None:
    manage, form = made(session, now), made(session, now, purpose="form")
    other = made(session, now, subject_id=8)
    ended = transact(
        session, lambda: revoke_links(session, subject_kind="appointment", subject_id=7, actor=SYSTEM, now=now)
    )
    assert ended == 2
    for link, purpose in ((manage, "manage"), (form, "form")):
        with pytest.raises(LinkEnded):
            read(session, link_token(KEY, link), now, purpose=purpose)
    assert read(session, link_token(KEY, other), now).id == other.id


def test_the_first_use_is_remembered(session: Session, now: datetime) -> None:
    link = made(session, now)
    for at in (now, now + timedelta(hours=1)):
        transact(session, lambda at=at: mark_used(session, link=link, now=at))
    assert session.scalars(select(SignedLink.used_at)).one() == now


def test_makers_at_the_same_moment_get_the_same_link(sessions: sessionmaker[Session], now: datetime) -> None:
    uids: list[str] = []
    start = threading.Barrier(6)

    def make() -> None:
        with sessions() as session:
            start.wait()
            uids.append(made(session, now).uid)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(uids) == 6
    assert len(set(uids)) == 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SignedLink)) == 1
