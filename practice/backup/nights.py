"""When the worker's next attempt is due: once a night, again after an hour when one failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

NIGHT_BEGINS_HOUR = 2
TRY_AGAIN_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=3)
TOO_OLD_AFTER = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of this night; ``succeeded`` is None while it runs, or when its process died."""

    started_at: datetime
    succeeded: bool | None


def is_attempt_due(local_now: datetime, tonight: Sequence[Attempt], *, has_any: bool, now: datetime) -> bool:
    """Return whether to try now, *tonight* being the attempts made already, the newest first.

    The first backup of a practice (``has_any`` is false) waits for no night: data must not precede it.
    """
    if not tonight:
        return local_now.hour >= NIGHT_BEGINS_HOUR or not has_any
    newest = tonight[0]
    if newest.succeeded is None:
        return now - newest.started_at >= GIVE_UP_AFTER
    return not newest.succeeded and now - newest.started_at >= TRY_AGAIN_AFTER
