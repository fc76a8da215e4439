"""Session notes: drafts, the signed record that nothing changes, consent at a visit, reactions, the signing PIN."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NOTE, _ERROR = sa.text("kind = 'note'"), sa.text("kind = 'error'")
REFUSE_CHANGE = """
CREATE FUNCTION note_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'note_entry is append-only';
END $$
"""


def refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER note_entry_no_{verb.lower()} BEFORE {verb} ON note_entry "
                "BEGIN SELECT RAISE(ABORT, 'note_entry is append-only'); END"
            )
        # INSERT OR REPLACE deletes without firing the trigger above.
        op.execute(
            "CREATE TRIGGER note_entry_no_replace BEFORE INSERT ON note_entry "
            "WHEN EXISTS (SELECT 1 FROM note_entry WHERE id = NEW.id OR uid = NEW.uid "
            "OR (client_id = NEW.client_id AND seq = NEW.seq) "
            "OR (kind = 'note' AND NEW.kind = 'note' AND visit_id = NEW.visit_id AND edition = NEW.edition) "
            "OR (kind = 'error' AND NEW.kind = 'error' AND concerns_id = NEW.concerns_id)) "
            "BEGIN SELECT RAISE(ABORT, 'note_entry is append-only'); END"
        )
        return
    op.execute(REFUSE_CHANGE)
    op.execute(
        "CREATE TRIGGER note_entry_no_change BEFORE UPDATE OR DELETE ON note_entry "
        "FOR EACH ROW EXECUTE FUNCTION note_entry_is_append_only()"
    )
    op.execute(
        "CREATE TRIGGER note_entry_no_truncate BEFORE TRUNCATE ON note_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_entry_is_append_only()"
    )


def upgrade() -> None:
    op.add_column("user_account", sa.Column("signing_pin_hash", sa.String(length=200)))
    op.add_column("auth_session", sa.Column("stepped_up_at", UtcDateTime()))
    op.create_table(
        "note_draft",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_note_draft_visit_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_note_draft_client_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["user_account.id"], name=op.f("fk_note_draft_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_draft")),
        sa.UniqueConstraint("uid", name=op.f("uq_note_draft_uid")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_note_draft_visit_id")),
    )
    op.create_index(op.f("ix_note_draft_client_id"), "note_draft", ["client_id"])
    op.create_table(
        "note_entry",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("concerns_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("registration", sa.String(length=40), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("kind IN ('note', 'addendum', 'cosign', 'error')", name=op.f("ck_note_entry_kind")),
        sa.CheckConstraint("(kind = 'note') = (concerns_id IS NULL)", name=op.f("ck_note_entry_concerns")),
        sa.CheckConstraint("seq >= 1 AND edition >= 1", name=op.f("ck_note_entry_numbers")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_note_entry_client_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_note_entry_visit_id")),
        sa.ForeignKeyConstraint(["concerns_id"], ["note_entry.id"], name=op.f("fk_note_entry_concerns_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user_account.id"], name=op.f("fk_note_entry_signed_by_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_note_entry_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_entry")),
        sa.UniqueConstraint("client_id", "seq", name=op.f("uq_note_entry_client_id_seq")),
        sa.UniqueConstraint("uid", name=op.f("uq_note_entry_uid")),
    )
    op.create_index(op.f("ix_note_entry_visit_id"), "note_entry", ["visit_id"])
    op.create_index(op.f("ix_note_entry_concerns_id"), "note_entry", ["concerns_id"])
    op.create_index(
        "uq_note_entry_note",
        "note_entry",
        ["visit_id", "edition"],
        unique=True,
        postgresql_where=_NOTE,
        sqlite_where=_NOTE,
    )
    op.create_index(
        "uq_note_entry_error",
        "note_entry",
        ["concerns_id"],
        unique=True,
        postgresql_where=_ERROR,
        sqlite_where=_ERROR,
    )
    op.create_table(
        "visit_consent",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("given_by", sa.String(length=12), nullable=False),
        sa.Column("covers_buttock", sa.Boolean(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("mode IN ('verbal', 'written')", name=op.f("ck_visit_consent_mode")),
        sa.CheckConstraint("given_by IN ('client', 'guardian', 'substitute')", name=op.f("ck_visit_consent_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_consent_visit_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_visit_consent_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_visit_consent_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_consent")),
        sa.UniqueConstraint("uid", name=op.f("uq_visit_consent_uid")),
    )
    op.create_table(
        "adverse_reaction",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("onset_hours", sa.Integer(), nullable=True),
        sa.Column("duration_hours", sa.Integer(), nullable=True),
        sa.Column("action", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "kind IN ('soreness', 'bruise', 'dizziness', 'pain_flare', 'new_neuro', 'other')",
            name=op.f("ck_adverse_reaction_kind"),
        ),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name=op.f("ck_adverse_reaction_severity")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_adverse_reaction_visit_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_adverse_reaction_client_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_adverse_reaction_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_reaction")),
        sa.UniqueConstraint("uid", name=op.f("uq_adverse_reaction_uid")),
    )
    for table in ("visit_consent", "adverse_reaction"):
        for column in ("visit_id", "client_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    refuse_changes()


def downgrade() -> None:
    for table in ("adverse_reaction", "visit_consent", "note_entry", "note_draft"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION note_entry_is_append_only()")
    op.drop_column("auth_session", "stepped_up_at")
    op.drop_column("user_account", "signing_pin_hash")
