"""The person treated and the people around them. Contacts are optional and not unique: families share them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clients.names import called_name
from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed

WORD = String(80, collation="C").with_variant(String(80), "sqlite")
"""Search words compare by code point on both databases, so that a prefix is an index range."""


class MessagesTo(StrEnum):
    """Who gets the client's messages."""

    SELF = "self"
    RELATION = "relation"
    NOBODY = "nobody"


class ContactKind(StrEnum):
    """How a client can be reached."""

    EMAIL = "email"
    PHONE = "phone"


class RelationKind(StrEnum):
    """What another person is to the client."""

    GUARDIAN = "guardian"
    BOOKS_FOR = "books_for"
    PAYS_FOR = "pays_for"
    MAY_DISCUSS = "may_discuss"


class PreferenceKind(StrEnum):
    """What a preference is about."""

    THERAPIST = "therapist"
    GENDER = "gender"


class Strength(StrEnum):
    """How much a preference weighs."""

    PREFER = "prefer"
    MUST = "must"
    NEVER = "never"


class Client(Editable, Base):
    """A client.

    ``merged_into_id`` is set on the record that a merge retired, always to the one that is kept; reads follow it. Its
    time is taken on ``kept_diary_id`` then, so that both people's visits exclude each other.
    """

    __tablename__ = "client"
    __table_args__ = (Index(None, "name_key"),)

    diary_id: Mapped[int] = mapped_column(ForeignKey("diary.id"), unique=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    preferred_name: Mapped[str] = mapped_column(String(80), default="")
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    name_key: Mapped[str] = mapped_column(String(170))
    born_on: Mapped[date | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(12), default="en")
    messages_to: Mapped[MessagesTo] = mapped_column(String(10), default=MessagesTo.SELF)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"), index=True)
    kept_diary_id: Mapped[int | None]
    desk_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    contacts: Mapped[list["ClientContact"]] = relationship(
        back_populates="client", order_by="ClientContact.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    alerts: Mapped[list["DeskAlert"]] = relationship(
        order_by="DeskAlert.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    @property
    def kept_id(self) -> int:
        """Return the record under which wishes, and pairs kept apart, hold for this client."""
        return self.merged_into_id or self.id

    @property
    def time_diary_id(self) -> int:
        """Return the diary on which time for this client is taken."""
        return self.kept_diary_id or self.diary_id

    @property
    def display_name(self) -> str:
        """Return the name the desk calls: preferred (or first) and last name."""
        return called_name(self.first_name, self.preferred_name, self.last_name)


class ClientMerge(Base, Identified):
    """One merge of two records and, perhaps, its end; never deleted."""

    __tablename__ = "client_merge"

    kept_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ClientKey(Base):
    """The data key under which a client's clinical text is sealed, wrapped by the practice key that ``key_id`` names.

    A destroyed key leaves its row behind, without the key.
    """

    __tablename__ = "client_key"
    __table_args__ = (CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    wrapped: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class ClientContact(Base, Identified):
    """One address or number; ``normalised`` is the lower-case mail address or the E.164 number."""

    __tablename__ = "client_contact"
    __table_args__ = (Index(None, "kind", "normalised"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ContactKind] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(254))
    normalised: Mapped[str] = mapped_column(String(254))
    is_primary: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(back_populates="contacts", lazy="raise_on_sql")


class ClientWord(Base):
    """A folded word of a name, or a tail of a phone number: a search is a prefix of some of these."""

    __tablename__ = "client_word"

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), primary_key=True, index=True)


class ClientRelation(Base, Identified):
    """Another person: a client of ours (``related_client_id``) or somebody known by name and contact only."""

    __tablename__ = "client_relation"

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RelationKind] = mapped_column(String(20))
    related_client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"), index=True)
    name: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    gets_messages: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class DeskAlert(Base, Identified):
    """What the desk must know before the client arrives: step-free, interpreter, scent-free. Never clinical."""

    __tablename__ = "desk_alert"

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(String(200), default="")


class Preference(Base, Identified):
    """By whom a client wishes to be treated: one therapist or a gender, preferred, required or refused."""

    __tablename__ = "client_preference"
    __table_args__ = (CheckConstraint("(therapist_id IS NULL) = (kind = 'gender')", name="subject"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PreferenceKind] = mapped_column(String(10))
    strength: Mapped[Strength] = mapped_column(String(10))
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    gender: Mapped[str] = mapped_column(String(12), default="")


class BlockPair(Base, Identified):
    """A client who is kept apart from a therapist, or from another client in the same hour. Why lies elsewhere."""

    __tablename__ = "block_pair"
    __table_args__ = (
        CheckConstraint("(therapist_id IS NULL) <> (other_client_id IS NULL)", name="other"),
        CheckConstraint("other_client_id IS NULL OR other_client_id <> client_id", name="self"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    other_client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class BlockReason(Base):
    """Why two are kept apart; a table of its own, because few may read it."""

    __tablename__ = "block_reason"

    block_pair_id: Mapped[int] = mapped_column(ForeignKey("block_pair.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Consent(Base, Identified):
    """A consent for one purpose; withdrawn, never deleted. ``channel`` is how it was given: desk, link, paper."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "client_id", "purpose"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_channel: Mapped[str | None] = mapped_column(String(20))
