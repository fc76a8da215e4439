"""Who comes to the demo practice, to whom and for what. Pure and repeatable."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from practice.demo.diary import Plan, Rotation, Visit, fill, seal_fates
from practice.demo.people import Person, neighbours, remarkable
from practice.demo.premises import THERAPISTS, WorkingCalendar
from practice.demo.stories import next_working_day, place_courses, story_people

SEED = 20260411
USUAL_SERVICES = {"SCI-60": 34, "SCI-45": 22, "RELAX-60": 22, "MAINT-45": 22}
EXPECTING = frozenset({"priyamenon", "jasmineclarke"})
NEWCOMERS = frozenset({"zofiawieczorek", "olivertrask", "hectorsalazar", "imogenthwaite", "sashavolkov", "jihopark"})
COME_FOR_THEIR_CASE = frozenset({"tobi", "ada", "walter", "bounced", "declined", "curious"})


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that will be acted: the people and their visits."""

    today: date
    people: tuple[Person, ...]
    visits: tuple[Visit, ...]


def write_script(today: date) -> Script:
    """Return the practice's people and diary around *today*; the same day always gives the same script."""
    chance = random.Random(SEED + today.toordinal())
    people = [*story_people(today), *remarkable(today), *neighbours(today)]
    plan = Plan(WorkingCalendar(today))
    place_courses(plan)
    _place_cases(plan)
    fill(plan, _rotations(people, today, chance), chance)
    return Script(today, tuple(people), tuple(seal_fates(plan.visits, chance)))


def _place_cases(plan: Plan) -> None:
    """Place the visits that show a case a desk must handle."""
    today = plan.calendar.today
    soon = next_working_day(plan, "ines", today + timedelta(days=1))
    with_bram = next_working_day(plan, "bram", today + timedelta(days=1))
    last_week = next_working_day(plan, "ines", today - timedelta(days=6))
    cases = (
        Visit(client="walter", therapist="bram", service="MAINT-45", day=with_bram, minute=660, series="case"),
        Visit(client="bounced", therapist="bram", service="SCI-45", day=with_bram, minute=840, series="case"),
        Visit(client="declined", therapist="ines", service="RELAX-60", day=soon, minute=870, series="case"),
        Visit(client="noor", therapist="ines", service="ASSESS-ONLY", day=soon, minute=600, series="case"),
        Visit(client="marta", therapist="ines", service="INITIAL", day=soon, minute=690, series="case", tentative=True),
        Visit(client="lena", therapist="ines", service="INITIAL", day=last_week, minute=1020, series="case"),
        Visit(client="tobi", therapist="bram", service="MAINT-45", day=with_bram, minute=945, series="case"),
        Visit(client="ada", therapist="bram", service="MAINT-45", day=with_bram, minute=1020, series="case"),
        Visit(client="sam", therapist="ines", service="SCI-45", day=soon, minute=1020, series="case"),
    )
    for case in cases:
        plan.add_near(case)
    _place_walk_in(plan)


def _place_walk_in(plan: Plan) -> None:
    """Place somebody without an appointment on the last day that is over."""
    for back in range(1, 15):
        visit = Visit(
            client="curious",
            therapist="bram",
            service="MAINT-45",
            day=plan.calendar.today - timedelta(days=back),
            minute=13 * 60 + 45,
            series="case",
            walk_in=True,
        )
        if plan.add_near(visit):
            return


def _rotations(people: list[Person], today: date, chance: random.Random) -> dict[str, Rotation]:
    """Share the background clients among the therapists; a story's clients come to their course only."""
    cast_elsewhere = COME_FOR_THEIR_CASE | {person.key for person in story_people(today)}
    regulars = [person.key for person in people if person.key not in cast_elsewhere]
    chance.shuffle(regulars)
    shared = {key: regulars[number :: len(THERAPISTS)] for number, key in enumerate(THERAPISTS)}
    _send_expecting_to_yuki(shared)
    return {
        therapist: Rotation(clients, {client: _usual_service(client, chance) for client in clients}, once=NEWCOMERS)
        for therapist, clients in shared.items()
    }


def _send_expecting_to_yuki(shared: dict[str, list[str]]) -> None:
    for clients in shared.values():
        clients[:] = [client for client in clients if client not in EXPECTING]
    shared["yuki"].extend(sorted(EXPECTING))


def _usual_service(client: str, chance: random.Random) -> str:
    drawn = chance.choices(list(USUAL_SERVICES), list(USUAL_SERVICES.values()))[0]
    if client in EXPECTING:
        return "PRENATAL-60"
    return "INITIAL" if client in NEWCOMERS else drawn
