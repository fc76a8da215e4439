"""Users, sign-in sessions, tokens, signed links and rate counters. Secrets are stored as hashes only."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.core.actor import Role
from practice.core.db import Base, Editable, Identified

_LIVE = text("revoked_at IS NULL")


class User(Editable, Base):
    """A member of staff who signs in; ``email`` is stored folded to lower case; one PIN unlocks, another signs."""

    __tablename__ = "user_account"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    signing_pin_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]


class AuthSession(Base, Identified):
    """One signed-in browser; the cookie holds a random token, the row its SHA-256."""

    __tablename__ = "auth_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    stepped_up_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")
    ip_address: Mapped[str] = mapped_column(String(45), default="")

    user: Mapped[User] = relationship(lazy="raise")


class ApiToken(Base, Identified):
    """A bearer token for scripts; shown once, stored as its SHA-256."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class SignedLink(Base, Identified):
    """A link in a mail: the URL carries the uid and an HMAC over the row, so the row alone opens nothing.

    A subject has one live link for a purpose; the ended ones stay, so that their holders are told.
    """

    __tablename__ = "signed_link"
    __table_args__ = (
        Index(
            "uq_signed_link_live",
            "subject_kind",
            "subject_id",
            "purpose",
            unique=True,
            postgresql_where=_LIVE,
            sqlite_where=_LIVE,
        ),
    )

    purpose: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class RateCounter(Base):
    """Attempts of one key in one window, counted in the database so that it holds across processes."""

    __tablename__ = "rate_counter"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0)
