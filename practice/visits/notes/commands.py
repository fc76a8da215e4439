"""``practice notes``: proof that the signed record is as it was signed."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask

from practice.core.strict_json import InvalidJson, loads
from practice.visits.notes.verification import Head, read_heads, verify_notes
from practice.web.database import now, session


class HeadsFile(click.ParamType[dict[str, Head]]):
    """A file that ``practice notes head`` wrote."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Head]:
        if isinstance(value, dict):
            return value
        try:
            kept = loads(Path(value).read_bytes())["records"]
            return {uid: Head(int(head["seq"]), str(head["hash"])) for uid, head in kept.items()}
        except (OSError, InvalidJson, KeyError, TypeError, ValueError, AttributeError) as unreadable:
            self.fail(f"{value} is not a file that `practice notes head` wrote ({unreadable}).", param, ctx)


@click.group("notes")
def note_commands() -> None:
    """Prove that signed notes are as they were signed."""


@note_commands.command("verify")
@click.option("--head", "exported", type=HeadsFile(), help="Heads exported earlier; finds a tail that was cut off.")
def verify(_app: Flask, *, exported: dict[str, Head] | None) -> None:
    """Read every signed entry and name the first that was edited, moved or removed; exit code 1 if there is one."""
    verdict = verify_notes(session(), exported=exported)
    if verdict.fault is not None:
        click.echo(f"{verdict.fault.kind}: {verdict.fault.sentence}", err=True)
        sys.exit(1)
    words = f"{verdict.entries} signed entries in {verdict.records} records, all as they were signed."
    destroyed = f" {verdict.destroyed} destroyed records are in order." if verdict.destroyed else ""
    click.echo(words + destroyed)


@note_commands.command("head")
def export_heads(_app: Flask) -> None:
    """Print the newest entry of every record as JSON, to be kept where nobody with the database can change it."""
    records = {uid: {"seq": head.seq, "hash": head.hash} for uid, head in read_heads(session()).items()}
    click.echo(json.dumps({"at": now().isoformat(timespec="seconds"), "records": records}))
