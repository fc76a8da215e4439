"""``practice keys``: the keys under which records are sealed, looked at and changed."""

import click
from flask import Flask

from practice.accounts.commands import CONSOLE
from practice.clients.sealing import require_keys, rotate_keys
from practice.core.sealed_text import WrongKey
from practice.web.database import now, session, write


@click.group("keys")
def key_commands() -> None:
    """Look after the keys under which clinical records are sealed."""


@key_commands.command("check")
def check_keys(_app: Flask) -> None:
    """Try the keys of this installation on what is sealed; exit code 1 if they do not open it."""
    try:
        require_keys(session())
    except WrongKey as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo("What is sealed opens with the keys that are set.")


@key_commands.command("rotate")
def rotate(_app: Flask) -> None:
    """Wrap every record's key anew under PRACTICE_RECORD_KEY, while people work.

    Before: the new key in PRACTICE_RECORD_KEY, the old one in PRACTICE_FORMER_RECORD_KEYS, and every process started
    again. Afterwards the old one may leave the list; backups made before need it still.
    """
    records = 0
    while done := write(lambda opened: rotate_keys(opened, actor=CONSOLE, now=now())):
        records += done
    click.echo(f"{records} records changed their key.")
