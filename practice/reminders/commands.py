"""``practice mail``: how the worker stands, for whatever watches over the machine. No personal data."""

import sys

import click
from flask import Flask

from practice.reminders.watching import metrics_of, troubles_of, watch
from practice.web.database import now, session


@click.group("mail")
def mail_commands() -> None:
    """Tell whether mail leaves."""


@mail_commands.command("health")
def say_health(_app: Flask) -> None:
    """Say whether mail leaves and every job of the worker runs; exit code 1 if not.

    Run it from cron: a switch that alarms when it no longer hears from this command finds a dead machine too.
    """
    seen = watch(session(), now=now())
    troubles = troubles_of(seen)
    for trouble in troubles:
        click.echo(trouble, err=True)
    if troubles:
        sys.exit(1)
    click.echo(f"Mail leaves: {sum(seen.states.values())} messages wait for their time, {seen.due} are due.")


@mail_commands.command("metrics")
def print_metrics(_app: Flask) -> None:
    """Print the worker's figures as Prometheus reads them: age of each job, messages by state, oldest due, codes."""
    instant = now()
    for line in metrics_of(watch(session(), now=instant), instant):
        click.echo(line)
