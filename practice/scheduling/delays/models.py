"""How late each therapist said to be: the last word only, and it ends with its day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base


class RunningBehind(Base):
    """By how many minutes a therapist runs behind on a local day."""

    __tablename__ = "running_behind"
    __table_args__ = (CheckConstraint("minutes BETWEEN 0 AND 240", name="minutes"),)

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), primary_key=True)
    said_on: Mapped[date]
    minutes: Mapped[int]
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
