"""Refusals without HTTP: five kinds, each with a code, a sentence and the acts that lead out.

Features subclass a kind; ``web.problems`` is the only place that knows status codes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WayOut:
    """One act that leads out of a refusal; faces draw it as a button, the API lists it."""

    act: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something is refused.

    ``sentence`` is neutral and fit for the desk; ``clinical_sentence`` is for clinical roles only.
    ``until`` is the UTC instant at which the reason ends by itself, if it does.
    """

    code: str
    sentence: str
    clinical_sentence: str | None = None
    until: datetime | None = None
    ways_out: tuple[WayOut, ...] = ()
    overridable: bool = False


class PracticeError(Exception):
    """Base of every expected refusal.

    One raised under a lock may be bare: ``explain`` then reads what there is to say. ``transact`` calls it when
    the locks are let go; whoever catches such a refusal inside a transaction asks for it :meth:`in_full`.
    """

    code = "refused"
    title = "Not possible"

    def __init__(
        self, sentence: str, *, ways_out: tuple[WayOut, ...] = (), context: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.ways_out = ways_out
        self.context: Mapping[str, object] = context or {}
        self.explain: Callable[[], PracticeError] | None = None

    def in_full(self) -> "PracticeError":
        """Return the refusal with all there is to say."""
        return self if self.explain is None else self.explain()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every reason, most errors having exactly one."""
        return (Refusal(self.code, self.sentence, ways_out=self.ways_out),)


class NotFound(PracticeError):
    """The thing does not exist, or the actor may not know that it does."""

    code = "not_found"
    title = "Not found"


class NotAllowed(PracticeError):
    """The actor may not do this to a thing that he may see."""

    code = "not_allowed"
    title = "Not allowed"


class Conflict(PracticeError):
    """Somebody else holds what was asked for."""

    code = "conflict"
    title = "Already taken"


class StaleVersion(PracticeError):
    """The thing was changed since the caller read it."""

    code = "stale_version"
    title = "Changed in the meantime"


class RuleViolation(PracticeError):
    """A rule of the practice forbids it."""

    code = "rule"
    title = "Not possible"


class GroundChanged(Exception):
    """What the work was judged by changed while it waited for a lock; done again, it finds what is true now."""


class Unavailable(Exception):
    """The database is busy or gone; the same request may succeed in a moment."""

    retry_after_seconds = 2


RELOAD = WayOut("reload", "Show what is true now")


def require_version(current: int, expected: int | None, *, context: Mapping[str, object] | None = None) -> None:
    """Raise :class:`StaleVersion` unless the caller has seen version *current* (None: the caller does not care)."""
    if expected is not None and expected != current:
        raise StaleVersion(
            "This was changed by somebody else since you opened it. Look at what is true now, then decide.",
            ways_out=(RELOAD,),
            context={"current_version": current, **(context or {})},
        )
