"""A country that gives up summer time, and takes it up again: the rules of Toronto as tests publish them."""

import importlib.resources
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from practice.core import local_time
from practice.core.local_time import to_utc
from practice.scheduling import local_days

ZONE = "America/Toronto"


class Clocks:
    """The rules in force; nobody restarts a process in a test, so what was reckoned by the old ones is forgotten."""

    def __init__(self, folder: Path) -> None:
        rules = importlib.resources.files("tzdata.zoneinfo.America").joinpath("Bogota").read_bytes()
        (folder / "America").mkdir()
        (folder / "America" / "Toronto").write_bytes(rules)
        self._folder = folder
        self.have_summer_time = True

    def give_up_summer_time(self) -> None:
        """Publish new rules: Toronto keeps its winter time for good."""
        self._read_from([self._folder])

    def keep_summer_time(self) -> None:
        """Go by the pinned package again."""
        self._read_from([])

    def turn(self) -> None:
        """Give summer time up, or take it up again."""
        self._read_from([self._folder] if self.have_summer_time else [])

    def instant(self, local: datetime) -> datetime:
        """Return the instant of a wall time by the rules in force."""
        return to_utc(local, ZONE)

    def _read_from(self, folders: list[Path]) -> None:
        self.have_summer_time = not folders
        zoneinfo.reset_tzpath([str(folder) for folder in folders])
        zoneinfo.ZoneInfo.clear_cache()
        for memory in (local_time.zone, local_days.local_day, local_days.grid_of_day):
            memory.cache_clear()


@contextmanager
def clocks_in(folder: Path) -> Iterator[Clocks]:
    """Lend the clocks, and leave them as they were."""
    clocks = Clocks(folder)
    try:
        yield clocks
    finally:
        clocks.keep_summer_time()
