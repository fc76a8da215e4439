"""Times two or more ways of doing the same, interleaved, and prints medians of the ratios taken round by round."""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 7
WARM_UPS = 2

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Milliseconds of each round, by name."""

    times: Mapping[str, list[float]]

    def ratios(self, ours: str, floor: str) -> list[float]:
        """Return ours over floor, round by round."""
        return [mine / theirs for mine, theirs in zip(self.times[ours], self.times[floor], strict=True)]

    def median(self, name: str) -> float:
        """Return the middle time in milliseconds."""
        return statistics.median(self.times[name])


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure: what was measured, its ratio to the floor, and what we promise (None: reported only)."""

    title: str
    floor_ms: float
    ours_ms: float
    ratios: list[float]
    promise: float | None = None
    at_least: bool = False
    statements: int | None = None
    peak_mib: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Return the median of the per-round ratios."""
        return statistics.median(self.ratios)

    @property
    def is_kept(self) -> bool:
        """Return whether the promise holds."""
        if self.promise is None:
            return True
        return self.ratio >= self.promise if self.at_least else self.ratio <= self.promise


def interleave(works: Mapping[str, Work], *, before: Mapping[str, Work] | None = None, rounds: int = ROUNDS) -> Outcome:
    """Run every work once a round, after its untimed preparation in *before*; times in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(WARM_UPS + rounds):
        for name, work in works.items():
            (before or {}).get(name, _nothing)()
            took = timed(work)
            if turn >= WARM_UPS:
                times[name].append(took)
    return Outcome(times)


def timed(work: Work) -> float:
    """Return how long *work* took, in milliseconds; no garbage is collected meanwhile."""
    gc.collect()
    gc.disable()
    try:
        begins = time.perf_counter()
        work()
        return (time.perf_counter() - begins) * 1000
    finally:
        gc.enable()


def repeated(work: Work, times: int) -> Work:
    """Return *work* done several times, for work too short to be timed once."""

    def run() -> None:
        for _ in range(times):
            work()

    return run


def peak_mib(work: Work) -> float:
    """Return the most memory that Python objects took while *work* ran once, in MiB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def row(outcome: Outcome, title: str, *, ours: str, floor: str, **more: object) -> Row:
    """Return the row of one comparison."""
    ratios = outcome.ratios(ours, floor)
    return Row(title, outcome.median(floor), outcome.median(ours), ratios, **more)  # type: ignore[arg-type]  # Row's own


def show(rows: list[Row]) -> None:
    """Print the rows as a table."""
    print(_line("what", "floor ms", "ours ms", "ratio", "from-to", "promise", "sql", "MiB"))
    for one in rows:
        promise = "" if one.promise is None else f"{'>=' if one.at_least else '<='} {one.promise:g}"
        numbers = (f"{one.floor_ms:.2f}", f"{one.ours_ms:.2f}", f"{one.ratio:.2f}")
        spread = f"{min(one.ratios):.2f}-{max(one.ratios):.2f}"
        statements = "" if one.statements is None else str(one.statements)
        memory = "" if one.peak_mib is None else f"{one.peak_mib:.1f}"
        verdict = "" if one.is_kept else "MISSED"
        print(_line(one.title, *numbers, spread, promise, statements, memory), verdict, one.note)


def _line(title: str, *cells: str) -> str:
    return f"{title:72}" + "".join(f"{cell:>11}" for cell in cells)


def _nothing() -> None:
    """Prepare nothing."""
