"""The practice's own texts: one row for each edition, the newest of a text and language being in force."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Identified


class MessageText(Base, Identified):
    """One edition of a text; one that ``is_standard`` goes back to the words that the software brings."""

    __tablename__ = "message_text"
    __table_args__ = (UniqueConstraint("name", "language", "number"),)

    name: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(String(120), default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    foot: Mapped[str] = mapped_column(Text, default="")
    is_standard: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
