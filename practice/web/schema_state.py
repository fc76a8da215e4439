"""Whether the database has the tables that this release was written for."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from practice.web.database import migrations_folder


class SchemaMismatch(RuntimeError):
    """The database is older or newer than this release; the message says what to run."""


@cache
def newest_revision() -> str:
    """Return the revision that this release needs."""
    return str(ScriptDirectory(str(migrations_folder())).get_current_head())


def stored_revision(connection: Connection) -> str | None:
    """Return the revision that the database stands at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(connection: Connection) -> bool:
    """Return whether the database stands where this release needs it."""
    return stored_revision(connection) == newest_revision()


def is_known(revision: str) -> bool:
    """Return whether this release has the migration *revision*."""
    return revision in _known_revisions()


def require_current(connection: Connection) -> None:
    """Raise :class:`SchemaMismatch` unless the database stands where this release needs it."""
    stored = stored_revision(connection)
    if stored == newest_revision():
        return
    if stored is None:
        raise SchemaMismatch("The database has no tables yet: run practice db upgrade.")
    if stored not in _known_revisions():
        raise SchemaMismatch(
            f"The database stands at {stored}, which this release does not know. Start the release that made it."
        )
    raise SchemaMismatch(
        f"The database stands at {stored} and this release needs {newest_revision()}: run practice db upgrade."
    )


@cache
def _known_revisions() -> frozenset[str]:
    script = ScriptDirectory(str(migrations_folder()))
    return frozenset(revision.revision for revision in script.walk_revisions())
