"""The framework tax: what sign-in, policy, log and headers cost on routes that do next to nothing."""

from collections.abc import Iterator

from benchmarks import floors
from benchmarks.practice_50 import uid_of
from benchmarks.ratios import Row, interleave
from benchmarks.serving import burst, serving
from benchmarks.stage import TOKEN, Stage, make_app

TRIVIAL = "/api/v1/me"
ONE_ROW = f"/api/v1/services/{uid_of('service', 1)}"


def rows(stage: Stage, rounds: int) -> Iterator[Row]:
    """Measure requests a second, signed in, against bare Flask with the same session select and one indexed select."""
    with serving(make_app, stage.url) as port, serving(floors.one_query_app, stage.url) as floor_port:
        outcome = interleave(
            {
                "one query": burst(floor_port, TOKEN, "/one"),
                "trivial": burst(port, TOKEN, TRIVIAL),
                "one row": burst(port, TOKEN, ONE_ROW),
            },
            rounds=rounds,
        )
    for ours, title, promise in (("trivial", "who am I", 0.6), ("one row", "one service by its uid", None)):
        yield Row(
            f"framework tax: {title}, req/s / one-query Flask endpoint",
            outcome.median("one query"),
            outcome.median(ours),
            outcome.ratios("one query", ours),
            promise=promise,
            at_least=True,
            note="(milliseconds of 200 requests)",
        )
