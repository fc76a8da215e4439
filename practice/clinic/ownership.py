"""Which therapist a user is."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist

# Built once and run without the mapper: every request asks.
_THERAPIST_OF = select(Therapist.id).where(Therapist.user_id == bindparam("user_id"))


def therapist_of_user(session: Session, user_id: int) -> int | None:
    """Return the therapist whose diary is this user's, None for people without one."""
    return session.connection().execute(_THERAPIST_OF, {"user_id": user_id}).scalar_one_or_none()
