"""What no life of a plan allows the database refuses too, on both databases, whoever asks past the rules."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import DBAPIError

from practice.tables import METADATA
from practice.treatment_plans.lifecycles import CONSENT, EXERCISE, GOAL, PLAN, VERSION
from practice.web.database import db
from tests.house.rows import NOON, fill, row

MACHINES = {
    "treatment_plan": PLAN,
    "plan_version": VERSION,
    "plan_goal": GOAL,
    "exercise_prescription": EXERCISE,
    "plan_consent": CONSENT,
}
GROUND = {"diary", "client", "user_account", "location", "room", "service", "therapist", "appointment"}
ORDER = ["episode", "treatment_plan", "plan_version", "planned_session"]


def beneath(name: str) -> set[str]:
    """Return the tables whose rows a row of a table needs."""
    return GROUND | set(ORDER[: ORDER.index(name)] if name in ORDER else ORDER)


ONE, TWO = 101, 102


@pytest.fixture
def connection(app) -> Iterator[Connection]:
    with app.app_context(), db.engine.connect() as opened:
        yield opened
        opened.rollback()


def standing(name: str, state: str) -> dict[str, object]:
    """Return the columns that must go with a state."""
    then = NOON if state in MACHINES[name].ends else None
    if name == "treatment_plan":
        begun = NOON if state in {"active", "on_hold", "completed", "discharged"} else None
        return {"activated_at": begun, "ended_at": then, "outcome": "goals_met" if state == "discharged" else None}
    if name == "plan_version":
        return {"activated_at": NOON if state in {"active", "superseded"} else None}
    if name == "exercise_prescription":
        return {"ends_on": then and then.date()}
    return {"settled_at" if name == "plan_goal" else "ended_at": then}


def put(connection: Connection, name: str, number: int = ONE, **over: object) -> None:
    table = METADATA.tables[name]
    connection.execute(insert(table).values(row(table, number) | over))


def refused(connection: Connection, *statements) -> str:
    """Return what the database says against the last statement, empty if nothing; all of it is taken back."""
    point = connection.begin_nested()
    try:
        for statement in statements:
            connection.execute(statement)
    except DBAPIError as error:
        return str(error.orig)
    finally:
        point.rollback()
    return ""


def change(name: str, number: int = ONE, **values: object):
    table = METADATA.tables[name]
    return update(table).where(table.c.id == number).values(values)


def remove(name: str, column: str = "id"):
    table = METADATA.tables[name]
    return delete(table).where(table.c[column] == ONE)


@pytest.mark.parametrize("name", MACHINES)
def test_the_database_takes_exactly_the_steps_of_the_table(connection, name):
    machine, found = MACHINES[name], {}
    fill(connection, beneath(name))
    for before in machine.states:
        point = connection.begin_nested()
        put(connection, name, state=before, **standing(name, before))
        for after in machine.states:
            found[before, after] = f"{name}_step" in refused(connection, change(name, state=after))
        point.rollback()
    assert found == {
        (before, after): before != after and not machine.may_step(before, after)
        for before, after in product(machine.states, repeat=2)
    }


@pytest.fixture
def in_force(connection) -> Connection:
    """A version in force with a block and a goal."""
    fill(connection, GROUND | {"episode", "treatment_plan", "plan_version", "plan_block", "plan_goal"})
    connection.execute(change("plan_version", state="active", activated_at=NOON))
    return connection


FROZEN = [
    (change("plan_version", minutes=45), "plan_version_no_update"),
    (change("plan_version", baseline_leg=2), "plan_version_no_update"),
    (change("plan_version", activated_at=None), "plan_version_no_update"),
    (remove("plan_version"), "plan_version_no_delete"),
    (change("plan_goal", target_tenths=1), "plan_goal_no_update"),
    (remove("plan_goal"), "plan_goal_no_delete"),
    (remove("plan_block", "version_id"), "plan_block_no_delete"),
    (METADATA.tables["plan_block"].update().values(times=1), "plan_block_no_update"),
    (
        insert(METADATA.tables["plan_block"]).values(row(METADATA.tables["plan_block"], ONE) | {"position": 9}),
        "plan_block_no_insert",
    ),
    (
        insert(METADATA.tables["plan_goal"]).values(row(METADATA.tables["plan_goal"], 104) | {"version_id": ONE}),
        "plan_goal_no_insert",
    ),
]


def test_a_version_in_force_is_never_edited(in_force):
    for statement, guard in FROZEN:
        assert guard in refused(in_force, statement), guard


def test_a_draft_is_edited_freely_and_goals_in_force_are_settled(in_force):
    assert refused(in_force, change("plan_version", TWO, minutes=45)) == ""
    assert refused(in_force, change("plan_goal", TWO, target_tenths=1)) == ""
    assert refused(in_force, change("plan_goal", state="achieved", settled_at=NOON)) == ""
    assert refused(in_force, change("plan_version", state="superseded", ended_at=NOON)) == ""


def test_without_the_guard_a_version_in_force_would_be_edited(in_force):
    drop = "DROP TRIGGER plan_version_no_update"
    in_force.exec_driver_sql(drop if in_force.dialect.name == "sqlite" else f"{drop} ON plan_version")
    assert refused(in_force, change("plan_version", minutes=45)) == ""


UNIQUE = [
    ("treatment_plan", {"client_id": ONE}),
    ("plan_version", {"plan_id": ONE, "number": 7}),
    ("plan_consent", {"version_id": ONE}),
    ("exercise_prescription", {"plan_id": ONE}),
    ("plan_hold", {"plan_id": ONE, "until_at": None}),
    ("planned_session", {"plan_id": ONE, "number": ONE}),
    ("planned_session", {"appointment_id": ONE}),
    ("planned_session", {"version_id": ONE}),
    ("lost_booking", {"appointment_id": ONE}),
    ("reassessment", {"plan_id": ONE, "after_number": ONE}),
]


def test_there_is_one_of_each(connection):
    for name, values in UNIQUE:
        point = connection.begin_nested()
        fill(connection, beneath(name))
        put(connection, name, **({"until_at": None} if name == "plan_hold" else {}))
        table = METADATA.tables[name]
        assert "unique" in refused(connection, insert(table).values(row(table, TWO) | values)).lower(), name
        point.rollback()


IMPOSSIBLE = [
    ("planned_session", {"ordinal": 13}),
    ("exercise_prescription", {"place": 5}),
    ("plan_version", {"baseline_leg": 11}),
    ("plan_version", {"state": "active", "activated_at": NOON, "baseline_back": None}),
    ("plan_version", {"preference": "must", "therapist_id": None}),
    ("plan_block", {"times": 4, "every_weeks": 1}),
    ("plan_block", {"gap_min_days": 0}),
    ("treatment_plan", {"state": "completed", "activated_at": NOON, "ended_at": None}),
    ("treatment_plan", {"state": "discharged", "activated_at": NOON, "ended_at": NOON, "outcome": None}),
    ("reassessment", {"verdict": "no_change", "decided": "partial", "reason": None}),
    ("episode", {"side": "middle"}),
]


def test_impossible_values_are_refused(connection):
    for name, values in IMPOSSIBLE:
        point = connection.begin_nested()
        fill(connection, beneath(name))
        table = METADATA.tables[name]
        assert "check" in refused(connection, insert(table).values(row(table, ONE) | values)).lower(), (name, values)
        point.rollback()


def test_a_plan_that_began_and_what_was_found_are_never_deleted(connection):
    fill(connection, GROUND | {"episode", "treatment_plan", "reassessment"})
    connection.execute(change("treatment_plan", state="active", activated_at=NOON))
    connection.execute(change("treatment_plan", TWO, replaces_id=None))
    assert "treatment_plan_no_delete" in refused(connection, remove("treatment_plan"))
    assert "reassessment_no_delete" in refused(connection, remove("reassessment"))
    assert "reassessment_no_update" in refused(connection, change("reassessment", after_number=1))


def test_another_dose_is_another_row(connection):
    fill(connection, GROUND | {"episode", "treatment_plan", "exercise_prescription"})
    assert "exercise_prescription_no_update" in refused(connection, change("exercise_prescription", reps=5))
    assert refused(connection, change("exercise_prescription", state="paused")) == ""
