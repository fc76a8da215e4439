"""Whether mail is leaving, in words, and what to do when it is not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_zone
from practice.core.local_time import wall_time
from practice.reminders.heartbeat import RESTORED
from practice.reminders.queries import WorkerHealth, worker_health


@dataclass(frozen=True, slots=True)
class Health:
    """``trouble`` in a few words, empty while mail leaves; ``advice`` says what to do about it."""

    trouble: str = ""
    advice: str = ""
    is_paused: bool = False
    tone: str = "bad"


def mail_health(session: Session, *, now: datetime) -> Health:
    """Return whether mail leaves; two statements while it does."""
    health = worker_health(session, now=now)
    if health.is_well:
        return Health()
    if health.paused_because is not None:
        return Health("mail is paused", _about_pause(health.paused_because), is_paused=True)
    if not health.is_alive:
        return Health("mail is not leaving", _about_silence(health, practice_zone(session)))
    if not health.is_following:
        return Health("mail misses changes", _STALLED)
    return Health("mail is late", _about_delay(health.overdue), tone="warn")


def mail_trouble(session: Session, *, now: datetime) -> str:
    """Return in a few words why mail does not leave, empty while it does."""
    return mail_health(session, now=now).trouble


_STALLED = (
    "Mail leaves, but it no longer follows changes of addresses, consents and policies. Nothing is lost. Ask whoever "
    "looks after the computer to start “practice worker” anew."
)


def _about_pause(because: str) -> str:
    if because == RESTORED:
        return (
            "A backup was restored. Some of the mail that waits may have left after it was taken: look through it, "
            "then let mail go out again."
        )
    return (
        f"The mail server refused our sign-in ({because}). Nothing is lost: messages wait. "
        "Mend the sign-in in the settings of this installation, then let mail go out again."
    )


def _about_silence(health: WorkerHealth, zone: str) -> str:
    seen = f" since {wall_time(health.last_seen_at, zone):%H:%M}" if health.last_seen_at else ""
    return (
        f"The program that sends mail has been silent{seen}. Nothing is lost: messages wait and leave when it runs "
        "again. Ask whoever looks after the computer to start “practice worker”, and phone those who come soon."
    )


def _about_delay(overdue: int) -> str:
    count = "1 message has" if overdue == 1 else f"{overdue} messages have"
    return f"{count} waited for more than five minutes. The mail server may be slow; they leave in the order of time."
