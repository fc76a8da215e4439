"""The rule by which a series was booked; its visits are appointments that carry its uid in ``series_id``."""

from datetime import date, datetime

from sqlalchemy import JSON, DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Identified


class Series(Base, Identified):
    """What was asked for at once: from when on, how often, and what became of days that did not fit.

    Kept as it was asked: a visit that is moved or cancelled later stays in its series and leaves the rule alone.
    """

    __tablename__ = "series"

    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"), index=True)
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(64))
    every: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    count: Mapped[int | None]
    until: Mapped[date | None]
    on_closed: Mapped[str] = mapped_column(String(10))
    on_skipped_time: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
