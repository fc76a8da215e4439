"""What the machines share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scheduling.clocks import Clocks, clocks_in


@pytest.fixture
def clocks(tmp_path: Path) -> Iterator[Clocks]:
    """Clocks that a country may change."""
    with clocks_in(tmp_path) as lent:
        yield lent
