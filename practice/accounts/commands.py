"""``practice user`` and ``practice audit``: what can be done at the console of the machine itself."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask

from practice.accounts.passwords import LONGEST, hash_new_password
from practice.accounts.queries import find_user_by_email, list_users
from practice.accounts.tokens import create_token, list_tokens_of, revoke_token
from practice.accounts.users import accepted_email, disable_user, enable_user, set_password
from practice.audit.verification import Head, read_head, verify_chain
from practice.core.actor import Actor, Role
from practice.core.errors import NotFound
from practice.core.strict_json import InvalidJson, loads
from practice.core.text import clean_text
from practice.web.database import now, session, write

CONSOLE = Actor(Role.SYSTEM, name="the console")

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


class Email(click.ParamType[str]):
    """An address that somebody may sign in with."""

    name = "email"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return accepted_email(str(value))
        except ValueError as invalid:
            self.fail(str(invalid), param, ctx)


class Name(click.ParamType[str]):
    """Text of up to 120 characters on one line."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            cleaned = clean_text(str(value))
        except ValueError as invalid:
            self.fail(str(invalid), param, ctx)
        if not 1 <= len(cleaned) <= 120:
            self.fail("Give 1 to 120 characters.", param, ctx)
        return cleaned


class HeadFile(click.ParamType[Head]):
    """A file that ``practice audit head`` wrote."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        if isinstance(value, Head):
            return value
        try:
            content = loads(Path(value).read_bytes())
            head = Head(content["seq"], content["hash"])
        except (OSError, InvalidJson, KeyError, TypeError) as unreadable:
            self.fail(f"{value} is not a file that `practice audit head` wrote ({unreadable}).", param, ctx)
        if not isinstance(head.seq, int) or not re.fullmatch(r"[0-9a-f]{64}", str(head.hash)):
            self.fail(f"{value} holds no head of an audit log.", param, ctx)
        return head


@click.group("user")
def user_commands() -> None:
    """Add, list and disable the people who sign in; make tokens for scripts."""


@user_commands.command("list")
def list_staff(_app: Flask) -> None:
    """List everybody who may sign in, and who no longer may."""
    for user in list_users(session()):
        click.echo(f"{user.email:<36} {user.role:<13} {'active' if user.is_active else 'disabled':<9} {user.name}")


@user_commands.command("disable")
@click.argument("email", type=Email())
def disable_staff(_app: Flask, *, email: str) -> None:
    """Shut EMAIL out, open browsers and tokens included, from the next request on."""
    uid = uid_of(email)
    write(lambda opened: disable_user(opened, uid=uid, version=None, actor=CONSOLE, now=now()))
    click.echo(f"{email} is shut out.")


@user_commands.command("enable")
@click.argument("email", type=Email())
def enable_staff(_app: Flask, *, email: str) -> None:
    """Let EMAIL sign in again."""
    uid = uid_of(email)
    write(lambda opened: enable_user(opened, uid=uid, version=None, actor=CONSOLE, now=now()))
    click.echo(f"{email} can sign in again.")


@user_commands.command("password")
@click.argument("email", type=Email())
@password_option
def reset_password(_app: Flask, *, email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password and sign it out everywhere; asks for the password."""
    uid = uid_of(email)
    stored = hash_new_password(read_password(from_stdin=password_stdin), email=email, name="")
    write(lambda opened: set_password(opened, uid=uid, password_hash=stored, actor=CONSOLE, now=now()))
    click.echo(f"{email} has a new password and is signed out everywhere.")


@user_commands.command("token")
@click.argument("email", type=Email())
@click.option("--name", required=True, type=Name(), help="What the script is, so that the token can be told apart.")
def make_token(_app: Flask, *, email: str, name: str) -> None:
    """Print a bearer token that acts as EMAIL. It is shown this once; the database keeps only its hash."""
    uid_of(email)

    def work(opened: Any) -> str:
        user = find_user_by_email(opened, email)
        if user is None or not user.is_active:
            raise NotFound(f"{email} cannot sign in, so nothing may act in that name.")
        return create_token(opened, user=user, name=name[:80], actor=CONSOLE, now=now())

    click.echo(write(work))


@user_commands.command("tokens")
@click.argument("email", type=Email())
def list_tokens(_app: Flask, *, email: str) -> None:
    """List the bearer tokens that act as EMAIL, the newest first: what each is for and when it was used last."""
    for row in list_tokens_of(session(), user_uid=uid_of(email)):
        used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
        click.echo(f"{row.uid}  {'revoked' if row.revoked_at else 'live':8} {used:22} {row.name}")


@user_commands.command("revoke-token")
@click.argument("uid")
def end_token(_app: Flask, *, uid: str) -> None:
    """Let the token UID open nothing from the next request on; ``practice user tokens`` names it."""
    write(lambda opened: revoke_token(opened, uid=uid, user_id=None, actor=CONSOLE, now=now()))
    click.echo("The token opens nothing any more.")


@click.group("audit")
def audit_commands() -> None:
    """Prove that the log is as it was written."""


@audit_commands.command("verify")
@click.option(
    "--head", "exported", type=HeadFile(), help="A head exported earlier; finds a tail that was cut off with the head."
)
def verify_audit(app: Flask, *, exported: Head | None) -> None:
    """Read every event and name the first that was edited, moved or removed; exit code 1 if there is one."""
    verdict = verify_chain(session(), key=app.extensions["settings"].audit_key, exported=exported)
    if verdict.fault is None:
        click.echo(f"{verdict.events} events, all as they were written.")
        return
    click.echo(f"Event {verdict.fault.seq}: {verdict.fault.kind}. {verdict.fault.sentence}", err=True)
    click.echo("If every event is named edited from the first on, PRACTICE_AUDIT_KEY may be the wrong one.", err=True)
    sys.exit(1)


@audit_commands.command("head")
def export_head(_app: Flask) -> None:
    """Print the newest link as JSON, to be kept where nobody with the database can change it."""
    head = read_head(session())
    click.echo(json.dumps({"seq": head.seq, "hash": head.hash, "at": now().isoformat(timespec="seconds")}))


def uid_of(email: str) -> str:
    """Return the user's uid; raises ``NotFound`` with the way to see who there is."""
    user = find_user_by_email(session(), email)
    if user is None:
        raise NotFound(f"Nobody signs in as {email}. `practice user list` shows who does.")
    return user.uid


def read_password(*, from_stdin: bool) -> str:
    """Return a password typed twice, or the first line of standard input."""
    if from_stdin:
        return sys.stdin.readline(LONGEST + 2).rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def adopt(main: click.Group, group: click.Group, with_app: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Hang *group* under *main*, each of its commands inside the application."""
    for command in group.commands.values():
        if command.callback is not None:
            command.callback = with_app(command.callback)
    main.add_command(group)
