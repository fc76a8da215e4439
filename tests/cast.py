"""The fixed cast: four members of staff, each of whom signs in for real."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.models import User
from practice.accounts.passwords import hash_password
from practice.accounts.users import UserDetails, add_user
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.transact import transact

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Member:
    """One of the cast, before he has a row."""

    email: str
    name: str
    role: Role


RITA = Member("rita@example.com", "Rita Rossi", Role.RECEPTIONIST)
THEO = Member("theo@example.com", "Theo Tran", Role.THERAPIST)
OLGA = Member("olga@example.com", "Olga Orlova", Role.THERAPIST)
OSCAR = Member("oscar@example.com", "Oscar Okafor", Role.OWNER)

CAST: dict[str, Member] = {"rita": RITA, "theo": THEO, "olga": OLGA, "oscar": OSCAR}

_SAFE = {"GET", "HEAD", "OPTIONS"}


class Browser(FlaskClient):
    """A test client that sends the form token with every change, as our pages do."""

    csrf_token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if self.csrf_token and kwargs.get("method", "GET") not in _SAFE:
            headers = {"X-CSRFToken": self.csrf_token, **dict(kwargs.get("headers") or {})}
            kwargs["headers"] = {name: value for name, value in headers.items() if value is not None}
        return super().open(*args, **kwargs)


@cache
def password_hash() -> str:
    """Return the stored form of the cast's password, hashed once a run."""
    return hash_password(PASSWORD)


def make_user(
    sessions: sessionmaker[Session], member: Member = RITA, *, now: datetime, password_hash_of: str | None = None
) -> User:
    """Return a stored user; the password is ``PASSWORD`` unless another hash is given."""
    details = UserDetails(member.email, member.name, member.role)
    stored = password_hash_of or password_hash()
    with sessions() as session:
        return transact(
            session, lambda: add_user(session, details=details, password_hash=stored, actor=SYSTEM, now=now)
        )


def make_cast(sessions: sessionmaker[Session], *, now: datetime) -> dict[str, User]:
    """Return Rita, Theo, Olga and Oscar as stored users, by first name in lower case."""
    return {name: make_user(sessions, member, now=now) for name, member in CAST.items()}


def browser(app: Flask) -> Browser:
    """Return a client of nobody in particular."""
    return Browser(app, app.response_class, use_cookies=True)


def sign_in(app: Flask, member: Member | User, password: str = PASSWORD) -> Browser:
    """Return a client that signed in through the API and sends its form token with every change."""
    client = browser(app)
    answer = client.post("/api/v1/sessions", json={"email": member.email, "password": password})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    client.csrf_token = answer.json["csrf_token"]
    return client


def actor_of(user: User, therapist_id: int | None = None) -> Actor:
    """Return the user as the one who acts, for tests that call verbs directly."""
    return Actor(Role(user.role), user_id=user.id, therapist_id=therapist_id, name=user.name)
