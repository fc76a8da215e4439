"""One page of a long list, as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass

HIGHEST_PAGE = 100_000
AROUND = 2


@dataclass(frozen=True)
class Pagination:
    """Which page is shown of how many rows; asking beyond the end shows the last page."""

    asked: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def page(self) -> int:
        return min(max(1, self.asked), self.pages)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to offer; None stands for the pages left out."""
        near = range(self.page - AROUND, self.page + AROUND + 1)
        shown = sorted({1, self.pages, *(n for n in near if 1 <= n <= self.pages)})
        offered: list[int | None] = []
        for number in shown:
            if offered and number - (offered[-1] or 0) > 1:
                offered.append(None)
            offered.append(number)
        return offered


def page_number(raw: str | None) -> int:
    """Read ?page=; anything but a plain number is the first page."""
    if raw and raw.isascii() and raw.isdigit():
        return min(max(1, int(raw[:7])), HIGHEST_PAGE)
    return 1
