"""Settings: read once from ``PRACTICE_*`` environment variables, refused by name when unsafe."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

Mode = Literal["production", "development", "test", "demo"]
SmtpSecurity = Literal["none", "starttls", "tls"]

_MODES = ("production", "development", "test", "demo")
_SECURITIES = ("none", "starttls", "tls")
_MINIMUM_KEY_LENGTH = 32
_RECORD_KEY = "PRACTICE_RECORD_KEY"

ELSEWHERE = "elsewhere"
"""The backup folder of a practice whose database is backed up by other means, such as a host's own."""


class InvalidSetting(ValueError):
    """A setting is missing or unsafe; the message names it and says what is accepted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations; see README for each variable."""

    mode: Mode
    database_url: str
    secret_key: str
    link_key: str
    audit_key: str
    record_key: str
    base_url: str = "http://localhost:8000"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_security: SmtpSecurity = "none"
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = "appointments@example.com"
    proxy_hops: int = 0
    idle_minutes: int = 30
    session_hours: int = 12
    mailbox_folder: str = ""
    backup_folder: str = ""
    backup_key: str = ""
    former_record_keys: tuple[str, ...] = ()
    backups_kept: int = 14

    @property
    def is_https(self) -> bool:
        """Return whether people reach us over TLS, so that cookies may be marked secure."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def makes_backups(self) -> bool:
        """Return whether the worker takes a backup each night; ``elsewhere`` says that somebody else does."""
        return self.backup_folder not in {"", ELSEWHERE}

    @property
    def mail_domain(self) -> str:
        """Return the domain that Message-IDs and calendar UIDs carry."""
        return self.mail_from.rpartition("@")[2]


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process; raises :class:`InvalidSetting` naming the first bad variable."""
    mode = _choice(environment, "PRACTICE_MODE", _MODES, "production")
    settings = Settings(
        mode=cast("Mode", mode),
        database_url=_required(environment, "PRACTICE_DATABASE_URL"),
        secret_key=_key(environment, "PRACTICE_SECRET_KEY"),
        link_key=_key(environment, "PRACTICE_LINK_KEY"),
        audit_key=_key(environment, "PRACTICE_AUDIT_KEY"),
        record_key=_key(environment, _RECORD_KEY),
        former_record_keys=_keys(environment, "PRACTICE_FORMER_RECORD_KEYS"),
        base_url=environment.get("PRACTICE_BASE_URL", "http://localhost:8000").rstrip("/"),
        smtp_host=environment.get("PRACTICE_SMTP_HOST", "localhost"),
        smtp_port=_number(environment, "PRACTICE_SMTP_PORT", 25, 1, 65535),
        smtp_security=cast("SmtpSecurity", _choice(environment, "PRACTICE_SMTP_SECURITY", _SECURITIES, "none")),
        smtp_user=environment.get("PRACTICE_SMTP_USER", ""),
        smtp_password=environment.get("PRACTICE_SMTP_PASSWORD", ""),
        mail_from=environment.get("PRACTICE_MAIL_FROM", "appointments@example.com"),
        proxy_hops=_number(environment, "PRACTICE_PROXY_HOPS", 0, 0, 5),
        idle_minutes=_number(environment, "PRACTICE_IDLE_MINUTES", 30, 5, 240),
        session_hours=_number(environment, "PRACTICE_SESSION_HOURS", 12, 1, 24),
        mailbox_folder=environment.get("PRACTICE_MAILBOX", ""),
        backup_folder=environment.get("PRACTICE_BACKUP_FOLDER", ""),
        backup_key=_key(environment, "PRACTICE_BACKUP_KEY") if environment.get("PRACTICE_BACKUP_KEY") else "",
        backups_kept=_number(environment, "PRACTICE_BACKUPS_KEPT", 14, 1, 3650),
    )
    _refuse_half_a_backup(settings)
    _refuse_unlistable(settings)
    _refuse_unsafe(settings)
    return settings


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise InvalidSetting(f"{name} is not set.")
    return value


def _key(environment: Mapping[str, str], name: str) -> str:
    value = _required(environment, name)
    if len(value) < _MINIMUM_KEY_LENGTH or len(set(value)) < 8:
        raise InvalidSetting(f"{name} must be at least {_MINIMUM_KEY_LENGTH} random characters.")
    return value


def _keys(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return keys that are separated by commas, each held to the same rule."""
    given = [key.strip() for key in environment.get(name, "").split(",")]
    return tuple(_key({name: key}, name) for key in given if key)


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = environment.get(name, str(default))
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        raise InvalidSetting(f"{name} must be a whole number from {low} to {high}.")
    return int(raw)


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = environment.get(name, default)
    if value not in choices:
        raise InvalidSetting(f"{name} must be one of {', '.join(choices)}.")
    return value


def _refuse_half_a_backup(settings: Settings) -> None:
    if settings.makes_backups and not settings.backup_key:
        raise InvalidSetting("PRACTICE_BACKUP_KEY is not set; backups are never written in clear.")


def _refuse_unlistable(settings: Settings) -> None:
    if "," in settings.record_key:
        raise InvalidSetting(f"{_RECORD_KEY} must hold no comma, so that it can be listed when it is a former key.")


def _refuse_unsafe(settings: Settings) -> None:
    if settings.mode != "production":
        return
    keys = [settings.secret_key, settings.link_key, settings.audit_key, settings.backup_key, settings.record_key]
    if len({*keys, *settings.former_record_keys}) < len(keys) + len(settings.former_record_keys):
        raise InvalidSetting(
            "PRACTICE_SECRET_KEY, PRACTICE_LINK_KEY, PRACTICE_AUDIT_KEY, PRACTICE_BACKUP_KEY, PRACTICE_RECORD_KEY and "
            "the former record keys must differ."
        )
    if settings.mailbox_folder:
        raise InvalidSetting("PRACTICE_MAILBOX shows mail to everybody and must not be set in production.")
    if not settings.is_https:
        raise InvalidSetting("PRACTICE_BASE_URL must start with https:// in production.")
    if settings.database_url.startswith("sqlite:////tmp/") or ":memory:" in settings.database_url:
        raise InvalidSetting("PRACTICE_DATABASE_URL must not point to a temporary place in production.")
    if settings.smtp_security == "none" and settings.smtp_host not in {"localhost", "127.0.0.1", "::1"}:
        raise InvalidSetting("PRACTICE_SMTP_SECURITY must be starttls or tls for a mail server on another machine.")
    if not settings.backup_folder:
        raise InvalidSetting(
            "PRACTICE_BACKUP_FOLDER is not set: health data must never precede its backup. Name a folder on another "
            f"disk, or say {ELSEWHERE} if the database is backed up by other means."
        )
