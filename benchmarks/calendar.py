"""The calendar feed: ten therapists, one week, 1,400 events, over HTTP against the bare select."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from json import loads

from benchmarks import floors, practice_50
from benchmarks.ratios import Row, Work, interleave, peak_mib, repeated, row
from benchmarks.serving import Client, serving
from benchmarks.stage import TOKEN, Stage, make_app, statements_of
from practice.core.actor import Actor, Role
from practice.scheduling.calendar.feed import By, FeedQuery, read_feed
from practice.scheduling.calendar.feed_json import feed_json

THERAPISTS = range(1, 11)
EVENTS = 1400
WEEK_ENDS_ON = practice_50.FIRST_ON + timedelta(days=6)
WEEK = (datetime(2027, 1, 4, 5, tzinfo=UTC), datetime(2027, 1, 11, 5, tzinfo=UTC))
UIDS = tuple(practice_50.uid_of("therapist", number) for number in THERAPISTS)


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure everything that is published about the feed."""
    path = f"/api/v1/diary?from={practice_50.FIRST_ON}&to={WEEK_ENDS_ON}&by=therapist"
    path += "".join(f"&column={uid}" for uid in UIDS)
    bare: Work = lambda: floors.bare_events(stage.engine, THERAPISTS, *WEEK)  # noqa: E731  # named works
    with serving(make_app, stage.url) as port:
        client = Client(port, TOKEN)
        body = client.get(path)
        outcome = interleave({"bare": repeated(bare, 5), "feed": repeated(lambda: client.get(path), 5)}, rounds=rounds)
    events = loads(body)["events"]
    if len(events) != EVENTS:
        raise SystemExit(f"{len(events)} events instead of {EVENTS}")
    yield row(
        outcome,
        "calendar feed over HTTP / bare select of 1,400 rows",
        ours="feed",
        floor="bare",
        promise=12 if stage.is_postgresql else None,
        statements=statements_of(stage.engine, lambda: in_process(stage)),
        peak_mib=peak_mib(lambda: in_process(stage)),
        note=f"{len(body) / len(events):.0f} bytes an event",
    )


def in_process(stage: Stage) -> str:
    """Return the feed without HTTP."""
    query = FeedQuery(first_on=practice_50.FIRST_ON, last_on=WEEK_ENDS_ON, by=By.THERAPIST, uids=UIDS)
    with stage.sessions() as session:
        return feed_json(read_feed(session, query, now=practice_50.NOW), actor=Actor(Role.RECEPTIONIST))
