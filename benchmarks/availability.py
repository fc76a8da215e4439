"""Availability: one call for four weeks, fifty therapists, over HTTP, and the day's slots under load."""

from collections.abc import Iterator
from datetime import date
from json import loads

from sqlalchemy import text

from benchmarks import floors, practice_50
from benchmarks.ratios import Row, Work, interleave, peak_mib, repeated, row
from benchmarks.serving import Client, burst, serving
from benchmarks.stage import TOKEN, Stage, make_app, statements_of
from practice.scheduling.free_time import memory
from practice.scheduling.free_time.search import StartsQuery, find_starts

SERVICE = practice_50.uid_of("service", 1)
THERAPIST_1 = practice_50.uid_of("therapist", 1)
EVERY_DIARY = range(1, 2 * practice_50.THERAPISTS + 1)


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure everything that is published about availability."""
    check_answers(stage)
    yield from in_process(stage, rounds)
    yield from over_http(stage, rounds)


def ask(stage: Stage, *, last_on: date = practice_50.LAST_ON, first_on: date = practice_50.FIRST_ON, one: bool) -> int:
    """Return how many starts are offered to *one* therapist or to anyone."""
    query = StartsQuery(service_uid=SERVICE, therapist_uids=(THERAPIST_1,) if one else ())
    with stage.sessions() as session:
        found = find_starts(session, query, first_on=first_on, last_on=last_on, now=practice_50.NOW)
        return len(found.starts)


def check_answers(stage: Stage) -> None:
    """End the benchmark unless the known answers come out: timings of wrong answers compare nothing."""
    day_nine = ask(stage, first_on=practice_50.DAY_NINE, last_on=practice_50.DAY_NINE, one=False)
    answers = (ask(stage, one=True), day_nine, ask(stage, one=False))
    known = (practice_50.THERAPIST_1_STARTS, practice_50.ANYONE_DAY_NINE_STARTS, practice_50.ANYONE_STARTS)
    if answers != known:
        raise SystemExit(f"wrong answers: {answers} instead of {known}")


def forget(stage: Stage) -> Work:
    """Return what makes the next answer cold."""

    def work() -> None:
        with stage.sessions() as session:
            fresh = memory.Memory()
            kept = memory.memory_of(session)
            kept.set_ups, kept.exceptions, kept.diaries = fresh.set_ups, fresh.exceptions, fresh.diaries

    return work


def in_process(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure the service alone."""
    bare: Work = lambda: floors.bare_rows(stage.engine, EVERY_DIARY, *floors.WINDOW)  # noqa: E731  # named works
    anyone: Work = lambda: ask(stage, one=False)  # noqa: E731
    month: Work = lambda: ask(stage, one=True)  # noqa: E731
    day: Work = lambda: ask(stage, one=True, last_on=practice_50.FIRST_ON)  # noqa: E731
    cold = forget(stage)
    outcome = interleave(
        {
            "bare": bare,
            "cold": anyone,
            "warm": repeated(anyone, 4),
            "bare 4": repeated(bare, 4),
            "day": repeated(day, 20),
            "month": repeated(month, 20),
            "cold day": day,
            "cold month": month,
        },
        before={"cold": cold, "cold day": cold, "cold month": cold},
        rounds=rounds,
    )
    cold()
    statements = statements_of(stage.engine, anyone)
    warm_statements = statements_of(stage.engine, anyone)
    title = "50 therapists x 4 weeks in process"
    yield row(
        outcome,
        f"{title}, cold / bare select of the same rows",
        ours="cold",
        floor="bare",
        promise=2,
        statements=statements,
        peak_mib=_cold_peak(cold, anyone),
    )
    yield row(
        outcome,
        f"{title}, warm / same select",
        ours="warm",
        floor="bare 4",
        promise=0.25,
        statements=warm_statements,
        peak_mib=peak_mib(anyone),
    )
    title = "4 weeks in one call / the one-day call"
    yield row(outcome, f"{title}, warm", ours="month", floor="day", promise=2, statements=warm_statements)
    yield row(outcome, f"{title}, everything forgotten", ours="cold month", floor="cold day", statements=statements)


def _cold_peak(cold: Work, work: Work) -> float:
    cold()
    return peak_mib(work)


def over_http(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure the endpoint, signed in, against the bare select and against a bare endpoint."""
    base = f"/api/v1/availability?service={SERVICE}&from={practice_50.FIRST_ON}"
    month = f"{base}&to={practice_50.LAST_ON}"
    four = f"{month}&therapist={THERAPIST_1}"
    day = f"{base}&to={practice_50.FIRST_ON}&therapist={THERAPIST_1}"
    with serving(make_app, stage.url) as port, serving(floors.one_query_app, stage.url) as floor_port:
        client = Client(port, TOKEN)
        if len(loads(client.get(month))["starts"]) != practice_50.ANYONE_STARTS:
            raise SystemExit("wrong answer over HTTP")
        bare: Work = lambda: floors.bare_rows(stage.engine, EVERY_DIARY, *floors.WINDOW)  # noqa: E731  # named works
        outcome = interleave(
            {
                "bare": bare,
                "cold": lambda: client.get(month),
                "warm": lambda: client.get(month),
                "one query": burst(floor_port, TOKEN, "/one"),
                "day slots": burst(port, TOKEN, day),
                "one": repeated(lambda: client.get(day), 10),
                "four": repeated(lambda: client.get(four), 10),
            },
            before={"cold": lambda: _change_every_diary(stage)},
            rounds=rounds,
        )
    promise = 3 if stage.is_postgresql else None
    yield row(outcome, "50 x 4 weeks over HTTP, cold / bare select", ours="cold", floor="bare", promise=promise)
    yield row(outcome, "50 x 4 weeks over HTTP, warm / bare select", ours="warm", floor="bare", promise=promise)
    yield row(outcome, "4 weeks over HTTP / the one-day call", ours="four", floor="one", promise=2)
    yield Row(
        "day slots, req/s / one-query Flask endpoint",
        outcome.median("one query"),
        outcome.median("day slots"),
        outcome.ratios("one query", "day slots"),
        promise=0.5 if stage.is_postgresql else None,
        at_least=True,
        note="(milliseconds of 200 requests)",
    )


def _change_every_diary(stage: Stage) -> None:
    with stage.engine.begin() as connection:
        connection.execute(text("UPDATE diary SET version = version + 1 WHERE kind <> 'client'"))
