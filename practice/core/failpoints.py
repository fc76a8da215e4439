"""Named places where a test may stop, meet or kill the process; inert unless armed."""

import os
import signal
from collections.abc import Callable

_armed: dict[str, Callable[[], None]] = {}


def failpoint(name: str) -> None:
    """Run what is armed at *name*; nothing in production."""
    if _armed and (act := _armed.get(name)) is not None:
        act()


def arm(name: str, act: Callable[[], None]) -> None:
    """Run *act* whenever *name* is reached."""
    _armed[name] = act


def disarm_all() -> None:
    """Make every failpoint inert again."""
    _armed.clear()


def arm_from_environment() -> None:
    """Arm ``PRACTICE_FAILPOINT`` (a name) to kill this process without any clean-up, as a power cut would."""
    if name := os.environ.get("PRACTICE_FAILPOINT"):
        arm(name, lambda: os.kill(os.getpid(), signal.SIGKILL))
