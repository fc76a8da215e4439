"""A visit's place in its series: which one of how many, the others, and how far an act may reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.desk.appointment.acts import call_off, move, moves_to, why_called_off
from practice.desk.visits import EXPECTED, Visit
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.series.editing import Scope, cancel_series, move_series
from practice.scheduling.series.models import Series
from practice.scheduling.series.ownership import require_own_series
from practice.scheduling.series.queries import SeriesVisit, find_series, places_in_series

SCOPES = ((Scope.THIS, "Only this"), (Scope.FOLLOWING, "This and following"), (Scope.ALL, "All to come"))
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class InSeries:
    """What the panel says of the series."""

    number: int
    visits: Sequence[SeriesVisit]
    rule: str

    @property
    def words(self) -> str:
        """Return which visit of how many this is."""
        return f"Visit {self.number} of {len(self.visits)}"

    @property
    def scopes(self) -> Sequence[tuple[str, str]]:
        """Return how far a move or a cancellation may reach; nothing to choose when only this visit is left."""
        open_ones = [visit for visit in self.visits if visit.state in EXPECTED]
        return [(str(code), words) for code, words in SCOPES] if len(open_ones) > 1 else []


def in_series(session: Session, visit: Visit) -> InSeries | None:
    """Return the visit's place in its series, None for one that stands alone; at most two statements."""
    if visit.series_id is None:
        return None
    visits = places_in_series(session, [visit.series_id]).get(visit.series_id, ())
    number = next((each.number for each in visits if each.uid == visit.uid), 0)
    if not number:
        return None
    rule = find_series(session, visit.series_id)
    return InSeries(number, visits, "" if rule is None else rule_words(rule))


def rule_words(rule: Series) -> str:
    """Return the rule as the desk says it: *every 2 weeks on Monday and Thursday at 10:00*."""
    single, several = {"weeks": ("week", "weeks"), "days": ("day", "days")}[rule.unit]
    every = f"every {single}" if rule.every == 1 else f"every {rule.every} {several}"
    days = " and ".join(_DAYS[day] for day in rule.weekdays)
    return " ".join(filter(None, [every, days and f"on {days}", f"at {rule.local_start:%H:%M}"]))


def move_several(
    session: Session, uid: str, wanted: Mapping[str, Any], *, rules: BookingRules, actor: Actor, now: datetime
) -> object:
    """Move the visit, with those after it or all if the desk says so; raises what the verbs raise."""
    scope = wanted.get("scope", Scope.THIS)
    if scope is Scope.THIS:
        return move(session, uid, wanted, rules=rules, actor=actor, now=now)
    require_own_series(session, uid, actor, "appointment.change")
    more = {name: wanted[name] for name in ("version", "override_reason") if name in wanted}
    return move_series(
        session, appointment_uid=uid, scope=scope, wish=moves_to(wanted), rules=rules, actor=actor, now=now, **more
    )


def call_off_several(session: Session, uid: str, said: Mapping[str, Any], *, actor: Actor, now: datetime) -> object:
    """Cancel the visit, with those after it or all if the desk says so; raises what the verbs raise."""
    scope = said.get("scope", Scope.THIS)
    if scope is Scope.THIS:
        return call_off(session, uid, said, actor=actor, now=now)
    require_own_series(session, uid, actor, "appointment.cancel")
    return cancel_series(
        session,
        appointment_uid=uid,
        scope=scope,
        calling_off=why_called_off(said),
        version=said.get("version"),
        actor=actor,
        now=now,
    )
