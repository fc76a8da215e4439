"""Which backups were tried, and what came of them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Identified


class BackupRun(Base, Identified):
    """One attempt. ``night_on`` is the practice's day that the worker's attempts belong to, None for one by hand.

    ``succeeded`` is None while it runs; ``rows`` and ``bytes`` are those of the archive.
    """

    __tablename__ = "backup_run"
    __table_args__ = (UniqueConstraint("night_on", "attempt"),)

    night_on: Mapped[date | None]
    attempt: Mapped[int]
    worker: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    succeeded: Mapped[bool | None]
    archive: Mapped[str] = mapped_column(String(200), default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    sentence: Mapped[str] = mapped_column(String(400), default="")
