"""``practice tz-recompute``: what a change of the clocks moves, listed first, then carried out."""

import click

from practice.accounts.commands import CONSOLE
from practice.clinic.queries import list_locations
from practice.core.errors import PracticeError
from practice.scheduling.rezoning.moves import sentences
from practice.scheduling.rezoning.service import Plan, follow_zone, plan_location
from practice.web.database import now, session, write


def recompute(*, is_applied: bool) -> int:
    """List what has to move at each location, or move it; return at how many locations something is in the way."""
    uids = [location.uid for location in list_locations(session())]
    return sum(_recompute(uid, is_applied=is_applied) for uid in uids)


def _recompute(uid: str, *, is_applied: bool) -> bool:
    location = next(each for each in list_locations(session()) if each.uid == uid)
    plan = plan_location(session(), location, now=now())
    _list(plan)
    if plan.moves and plan.may_be_applied:
        if not is_applied:
            click.echo("Nothing was changed. --apply moves them.")
            return False
        return not _apply(uid)
    return not plan.may_be_applied


def _apply(uid: str) -> bool:
    try:
        done = write(
            lambda opened: follow_zone(
                opened,
                location=next(each for each in list_locations(opened) if each.uid == uid),
                actor=CONSOLE,
                now=now(),
            )
        )
    except PracticeError as refused:
        click.echo(refused.sentence, err=True)
        return False
    click.echo(f"{done.location}: {len(done.moves)} moved; their reminders follow.")
    return True


def _list(plan: Plan) -> None:
    click.echo(f"{plan.location}: {len(plan.moves)} to move.")
    for sentence in sentences(plan.moves):
        click.echo(f"  {sentence}")
    for clash in plan.clashes:
        click.echo(f"  In the way: {clash.move.promise.words} would overlap {clash.with_words}.", err=True)
