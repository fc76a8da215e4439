"""The folder of backups: a new one appears whole or not at all, and only then do the oldest go."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from practice.backup.errors import BackupRefused

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NAMES = "practice-*.backup"


@dataclass(frozen=True, slots=True)
class Vault:
    """Where backups lie, under which key, and how many are kept."""

    folder: Path
    key: str
    kept: int

    def path_at(self, now: datetime) -> Path:
        """Return the name of a backup taken at *now*; names sort by time."""
        return self.folder / f"practice-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"

    def list(self) -> list[Path]:
        """Return the backups there are, the oldest first."""
        return sorted(self.folder.glob(_NAMES))

    def drop_oldest(self) -> int:
        """Delete all but the newest ``kept`` backups; return how many went."""
        superfluous = self.list()[: -self.kept]
        for path in superfluous:
            path.unlink()
        return len(superfluous)


@contextmanager
def appearing(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Give a file under another name in the same folder, which becomes *path* when the block has ended well.

    What a process that was killed left behind is removed first. Raises :class:`BackupRefused` for a folder that
    cannot be written to or is full.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        with _created(partial) as file:
            yield file, partial
            partial.replace(path)
        _settle(path.parent)
    except OSError as failed:
        raise BackupRefused(_sentence(failed, path.parent)) from failed


def settle(file: BinaryIO) -> None:
    """Make sure that what was written survives a power cut."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _created(partial: Path) -> Iterator[BinaryIO]:
    # Readable by its owner only; locked, so that another process can tell it from one that was left behind.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield file
        finally:
            partial.unlink(missing_ok=True)


def _remove_abandoned(folder: Path) -> None:
    for left in folder.glob(f".{_NAMES}.partial"):
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sentence(failed: OSError, folder: Path) -> str:
    if failed.errno in _NO_ROOM:
        return (
            f"There is no room for the backup in {folder}. Nothing was kept of it; the earlier backups are untouched."
        )
    return f"The backup cannot be written to {folder}: {failed.strerror}. The earlier backups are untouched."
