"""Which therapist a user is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist


def therapist_of_user(session: Session, user_id: int) -> int | None:
    """Return the therapist whose diary is this user's, None for people without one."""
    return session.scalar(select(Therapist.id).where(Therapist.user_id == user_id))
