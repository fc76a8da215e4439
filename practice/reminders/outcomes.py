"""What an SMTP reply, a broken connection or a silence means for the message: one pure table.

A 4xx means later, a 5xx means never; what is not the message's fault (connect, greeting, sign-in) never spends it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    """How far the conversation had come when the reply came, or when it did not."""

    CONNECT = "connect"
    HELO = "helo"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """The last word of the server: at which stage, its code (None = it said nothing) and its text."""

    stage: Stage
    code: int | None
    text: str = ""


class Verdict(StrEnum):
    """What becomes of the message."""

    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    SUPPRESS = "suppress"
    REFUSED = "refused"
    FAULTY = "faulty"
    PAUSE = "pause"


SIGN_IN_REFUSED = frozenset({530, 534, 535, 538})
NO_SUCH_ADDRESS = frozenset({550, 551, 553})
OUR_SYNTAX = frozenset({500, 501, 502, 503, 504, 555})
TOO_LARGE = 552

BEFORE_MESSAGE = frozenset({Stage.CONNECT, Stage.HELO, Stage.AUTH})


def judge(stage: Stage, code: int | None, *, previous_code: int | None = None) -> Verdict:
    """Return what follows from *code* at *stage*; ``None`` = the connection broke or the server fell silent.

    Only after the final dot can a silence hide a delivery. *previous_code* is that of the attempt before: a
    message that was too large twice is too large.
    """
    if code is None:
        return Verdict.UNKNOWN if stage is Stage.DOT else Verdict.RETRY
    if code < 400:
        return Verdict.SENT if stage is Stage.DOT else Verdict.FAULTY
    if code in SIGN_IN_REFUSED or (stage is Stage.AUTH and code >= 500):
        return Verdict.PAUSE
    if code < 500 or stage in BEFORE_MESSAGE:
        return Verdict.RETRY
    return _refusal(stage, code, previous_code)


def _refusal(stage: Stage, code: int, previous_code: int | None) -> Verdict:
    if code in OUR_SYNTAX:
        return Verdict.FAULTY
    if code == TOO_LARGE:
        return Verdict.REFUSED if previous_code == TOO_LARGE else Verdict.RETRY
    if stage is Stage.RCPT and code in NO_SUCH_ADDRESS:
        return Verdict.SUPPRESS
    return Verdict.REFUSED


def is_servers_trouble(stage: Stage, code: int | None) -> bool:
    """Return whether the next message would meet the same: then the worker waits before it connects again."""
    return stage in BEFORE_MESSAGE or code in {None, 421}


RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
"""Waits between attempts; the last one repeats until the message expires."""

JITTER = 0.2
"""Each wait varies by a fifth, so that messages which failed together do not return together."""


def next_attempt(now: datetime, *, failures: int, expires_at: datetime, chance: float | None = None) -> datetime | None:
    """Return the next attempt after the *failures*-th failure (1 = the first), None when it would come too late.

    *chance* in [0, 1) places the jitter.
    """
    delay = RETRY_DELAYS[min(failures, len(RETRY_DELAYS)) - 1]
    drawn = random.random() if chance is None else chance  # noqa: S311  # spreads load, guards nothing
    at = now + delay * (1 - JITTER + 2 * JITTER * drawn)
    return at if at < expires_at else None
