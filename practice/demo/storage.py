"""Where a demo lies: its database, its mail, its keys, and a note of the day and the release it was built for."""

import json
import secrets
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from practice.config import Settings

KEYS = ("secret_key", "link_key", "audit_key", "record_key", "backup_key")


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder, and a database in it unless another one is given."""

    folder: Path
    given_url: str | None = None

    @property
    def database_url(self) -> str:
        """Return the database's address."""
        return self.given_url or f"sqlite:///{self._sqlite}"

    @property
    def mail(self) -> Path:
        """Return the folder of the mailbox."""
        return self.folder / "mail"

    @property
    def log(self) -> Path:
        """Return the file that the process writes its log to."""
        return self.folder / "demo.log"

    def prepare(self) -> None:
        """Make the folder, for its owner only, with keys that stay."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        kept = json.loads(self._keys.read_text()) if self._keys.exists() else {}
        self._keys.write_text(json.dumps({name: secrets.token_urlsafe(48) for name in KEYS} | kept))

    def settings(self, *, port: int, smtp_port: int) -> Settings:
        """Return the settings of a demo that is served on *port* and posts its mail to *smtp_port*."""
        keys = json.loads(self._keys.read_text())
        return Settings(
            mode="demo",
            database_url=self.database_url,
            base_url=f"http://127.0.0.1:{port}",
            smtp_host="127.0.0.1",
            smtp_port=smtp_port,
            mailbox_folder=str(self.mail),
            backup_folder=str(self._backups),
            idle_minutes=240,
            **keys,
        )

    def is_built(self, today: date, revision: str) -> bool:
        """Return whether a whole demo of this day and release lies here."""
        if not self._note.exists() or (self.given_url is None and not self._sqlite.exists()):
            return False
        written: object = json.loads(self._note.read_text())
        return written == self._description(today, revision)

    def note_built(self, today: date, revision: str) -> None:
        """Write down that the demo is whole."""
        self._note.write_text(json.dumps(self._description(today, revision)))

    def forget(self) -> None:
        """Delete what was built here; a database that was given is not touched."""
        self._note.unlink(missing_ok=True)
        for folder in (self.mail, self._backups):
            shutil.rmtree(folder, ignore_errors=True)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._sqlite}{suffix}").unlink(missing_ok=True)

    def _description(self, today: date, revision: str) -> dict[str, str]:
        return {"today": today.isoformat(), "revision": revision, "database": self.database_url}

    @property
    def _sqlite(self) -> Path:
        return self.folder.absolute() / "practice.sqlite3"

    @property
    def _backups(self) -> Path:
        return self.folder.absolute() / "backups"

    @property
    def _keys(self) -> Path:
        return self.folder / "keys.json"

    @property
    def _note(self) -> Path:
        return self.folder / "built.json"
