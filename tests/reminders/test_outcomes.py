"""The table of SMTP outcomes, cell by cell, and the waits between attempts."""

from datetime import UTC, datetime, timedelta

import pytest

from practice.reminders.outcomes import JITTER, RETRY_DELAYS, Stage, Verdict, judge, next_attempt

LATER = [421, 432, 450, 451, 452, 454]
TABLE = {
    **{(stage, code): Verdict.RETRY for stage in Stage for code in LATER},
    **{(stage, None): Verdict.RETRY for stage in Stage},
    (Stage.DOT, None): Verdict.UNKNOWN,
    (Stage.DOT, 250): Verdict.SENT,
    **{(stage, code): Verdict.PAUSE for stage in Stage for code in (530, 535, 538)},
    **{(Stage.AUTH, code): Verdict.PAUSE for code in (500, 501, 504, 550, 554)},
    **{(Stage.RCPT, code): Verdict.SUPPRESS for code in (550, 551, 553)},
    **{(stage, code): Verdict.RETRY for stage in (Stage.CONNECT, Stage.HELO) for code in (550, 552, 554)},
    **{(stage, 554): Verdict.REFUSED for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT)},
    **{(stage, 550): Verdict.REFUSED for stage in (Stage.MAIL, Stage.DATA, Stage.DOT)},
    **{(stage, 552): Verdict.RETRY for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT)},
    **{(stage, code): Verdict.FAULTY for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA) for code in (501, 555)},
}


@pytest.mark.parametrize(("stage", "code"), TABLE)
def test_each_reply_at_each_stage_has_one_verdict(stage: Stage, code: int | None) -> None:
    assert judge(stage, code) is TABLE[stage, code]


def test_too_large_twice_is_final() -> None:
    assert judge(Stage.DOT, 552, previous_code=552) is Verdict.REFUSED
    assert judge(Stage.DOT, 552, previous_code=451) is Verdict.RETRY


NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=9)


def minutes(failures: int, chance: float) -> float:
    at = next_attempt(NOW, failures=failures, expires_at=FAR, chance=chance)
    assert at is not None
    return (at - NOW) / timedelta(minutes=1)


def test_waits_grow_and_the_last_one_repeats() -> None:
    assert [minutes(failures, 0.5) for failures in range(1, 10)] == [1, 5, 15, 30, 60, 120, 240, 240, 240]


@pytest.mark.parametrize("failures", range(1, 9))
def test_each_wait_varies_by_a_fifth(failures: int) -> None:
    delay = RETRY_DELAYS[min(failures, 7) - 1] / timedelta(minutes=1)
    assert minutes(failures, 0.0) == pytest.approx(delay * (1 - JITTER))
    assert minutes(failures, 0.999999) == pytest.approx(delay * (1 + JITTER), rel=1e-4)


def test_five_hundred_failures_do_not_return_together() -> None:
    attempts = [next_attempt(NOW, failures=3, expires_at=FAR) for _ in range(500)]
    buckets = {int((at - NOW).total_seconds()) // 36 for at in attempts if at}
    assert len(buckets) >= 8


def test_no_attempt_comes_too_late() -> None:
    assert next_attempt(NOW, failures=1, expires_at=NOW + timedelta(seconds=40), chance=0.5) is None
