"""The people treated."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("diary_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("preferred_name", sa.String(length=80), nullable=False),
        sa.Column("pronouns", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=170), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("messages_to", sa.String(length=10), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("desk_note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["diary_id"], ["diary.id"], name=op.f("fk_client_diary_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["client.id"], name=op.f("fk_client_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("diary_id", name=op.f("uq_client_diary_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_uid")),
    )
    op.create_index("ix_client_name_key", "client", ["name_key"])
    op.create_index("ix_client_born_on", "client", ["born_on"])
    op.create_table(
        "client_contact",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("normalised", sa.String(length=254), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_contact_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_contact")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_contact_uid")),
    )
    op.create_index("ix_client_contact_client_id", "client_contact", ["client_id"])
    op.create_index("ix_client_contact_kind_normalised", "client_contact", ["kind", "normalised"])
    op.create_table(
        "client_word",
        sa.Column(
            "word", sa.String(length=80, collation="C").with_variant(sa.String(length=80), "sqlite"), nullable=False
        ),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_word_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "client_id", name=op.f("pk_client_word")),
    )
    op.create_index("ix_client_word_client_id", "client_word", ["client_id"])
    op.create_table(
        "client_relation",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("related_client_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("gets_messages", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_relation_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["related_client_id"], ["client.id"], name=op.f("fk_client_relation_related_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_relation")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_relation_uid")),
    )
    op.create_index("ix_client_relation_client_id", "client_relation", ["client_id"])
    op.create_index("ix_client_relation_related_client_id", "client_relation", ["related_client_id"])
    op.create_table(
        "desk_alert",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_desk_alert_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_alert")),
        sa.UniqueConstraint("uid", name=op.f("uq_desk_alert_uid")),
    )
    op.create_index("ix_desk_alert_client_id", "desk_alert", ["client_id"])
    op.create_table(
        "consent",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_channel", sa.String(length=20), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_consent_client_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["user_account.id"], name=op.f("fk_consent_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("uid", name=op.f("uq_consent_uid")),
    )
    op.create_index("ix_consent_client_id_purpose", "consent", ["client_id", "purpose"])


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_table("desk_alert")
    op.drop_table("client_relation")
    op.drop_table("client_word")
    op.drop_table("client_contact")
    op.drop_table("client")
