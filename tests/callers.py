"""Test clients that ask as somebody: a bearer token per role, so that no form token is needed."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from practice.accounts.models import ApiToken, User
from practice.accounts.secrets import fingerprint
from practice.core.actor import Role
from practice.core.transact import transact
from tests.conftest import NOW


def make_user(sessions: sessionmaker[Session], role: Role, name: str = "Somebody") -> User:
    """A user without a password, with the token ``token-<id>``."""

    def work() -> User:
        user = User(
            email=f"{role}-{name.lower()}@example.com",
            name=name,
            role=role,
            password_hash="",
            created_at=NOW,
            password_changed_at=NOW,
        )
        session.add(user)
        session.flush()
        session.add(ApiToken(token_hash=fingerprint(f"token-{user.id}"), user_id=user.id, name="test", created_at=NOW))
        return user

    with sessions() as session:
        return transact(session, work)


@dataclass(frozen=True)
class Caller:
    """Sends JSON as one user."""

    http: FlaskClient
    user: User

    def ask(self, method: str, path: str, json: object = None, **headers: str) -> TestResponse:
        """Send one request; header names are given with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer token-{self.user.id}"
        extra: dict[str, Any] = {} if json is None else {"json": json}
        return self.http.open(f"/api/v1{path}", method=method, headers=sent, **extra)

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path)

    def post(self, path: str, json: object, **headers: str) -> TestResponse:
        return self.ask("POST", path, json, **headers)


def caller(app: Flask, role: Role, name: str = "Somebody") -> Caller:
    """Return a caller of a new user with *role*."""
    return Caller(app.test_client(), make_user(app.extensions["sessions"], role, name))
