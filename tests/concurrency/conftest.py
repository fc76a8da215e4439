"""The clinic over which everybody races."""

import pytest
from sqlalchemy.orm import Session

from tests.scheduling.scene import Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    """A clinic with two of everything."""
    return Scene(session)
