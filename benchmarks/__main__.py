"""``python -m benchmarks``: prints every published ratio, PostgreSQL first, then SQLite."""

import argparse
from collections.abc import Callable, Iterator

from benchmarks import availability, backup, booking, calendar, growth, hanging, mail, pages, planner, tax
from benchmarks.ratios import ROUNDS, Row, show
from benchmarks.stage import DATABASES, Stage, stage

SUITES: dict[str, Callable[[Stage, int], Iterator[Row]]] = {
    "availability": availability.rows,
    "booking": booking.rows,
    "calendar": calendar.rows,
    "mail": mail.rows,
    "tax": tax.rows,
    # It opens a second place, so it comes last.
    "planner": planner.rows,
}

APART = ("growth", "backup", "pages", "hanging")
"""Suites that build practices of their own."""


def main() -> None:
    """Run the suites asked for."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--db", choices=DATABASES, action="append", help="on this database only")
    parser.add_argument("--only", choices=[*SUITES, *APART], action="append", help="this suite only")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each comparison, at least 5")
    parser.add_argument("--full", action="store_true", help="prove growth up to a million past appointments")
    asked = parser.parse_args()
    for kind in asked.db or DATABASES:
        print(f"\n{kind}: 50 therapists, 50 rooms, 28 days, 28,000 appointments; medians of {asked.rounds} rounds")
        wanted = [suite for name, suite in SUITES.items() if asked.only is None or name in asked.only]
        if wanted:
            with stage(kind) as built:
                show([row for suite in wanted for row in suite(built, max(asked.rounds, 5))])
        if asked.only is None or "growth" in asked.only:
            growth.show(kind, is_full=asked.full)
        if asked.only is None or "backup" in asked.only:
            backup.show(kind)
        if asked.only is None or "pages" in asked.only:
            pages.show(kind)
        if asked.only is None or "hanging" in asked.only:
            hanging.show(kind)


if __name__ == "__main__":
    main()
