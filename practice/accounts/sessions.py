"""Time stamps of sessions and tokens in use."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from practice.accounts.models import ApiToken, AuthSession


def note_session_seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Move a session's idle limit on; never brings a revoked one back."""
    session.execute(
        update(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None), AuthSession.last_seen_at < now)
        .values(last_seen_at=now)
    )


def note_token_used(session: Session, token_id: int, *, now: datetime) -> None:
    """Note when a token was last used, so that forgotten ones can be found."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))
