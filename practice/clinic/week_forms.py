"""The week editor: a line per weekday with as many spans as there are, and one more where somebody asks for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from practice.clinic.hours import WEEKDAYS, tidy_clock
from practice.web.forms import InvalidForm

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Line:
    """One span as it is typed, and what is wrong with it."""

    opens: str = ""
    closes: str = ""
    location_uid: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One weekday and its lines."""

    weekday: int
    lines: Sequence[Line] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """Return the weekday's name."""
        return WEEKDAYS[self.weekday]


def days_of(spans: Iterable[Mapping[str, Any]]) -> list[Day]:
    """Return the seven days with the spans of a week as the API shows them."""
    found: dict[int, list[Line]] = {weekday: [] for weekday in range(7)}
    for span in spans:
        found[span["weekday"]].append(Line(span["opens"], span["closes"], span.get("location_uid", "")))
    return [Day(weekday, lines) for weekday, lines in found.items()]


def typed_spans() -> list[dict[str, Any]]:
    """Return the spans that the form names, leaving out lines without any time."""
    names = ("weekday", "opens", "closes", "location_uid")
    columns = [request.form.getlist(name)[:_LONGEST] for name in names]
    places = columns[3] or [""] * len(columns[0])
    rows = zip(*columns[:3], places, strict=False)
    return [
        {"weekday": int(weekday), "opens": tidy_clock(opens), "closes": tidy_clock(closes)}
        | ({"location_uid": place} if place else {})
        for weekday, opens, closes, place in rows
        if (opens.strip() or closes.strip()) and weekday in set("0123456")
    ]


def typed_days(errors: Mapping[int, str] | None = None) -> list[Day]:
    """Return the days as they were typed, with the lines that the form asked for."""
    wrong = errors or {}
    days: dict[int, list[Line]] = {weekday: [] for weekday in range(7)}
    for at, span in enumerate(typed_spans()):
        line = Line(span["opens"], span["closes"], span.get("location_uid", ""), wrong.get(at, ""))
        days[span["weekday"]].append(line)
    if request.form.get("copy"):
        days |= {weekday: list(days[0]) for weekday in range(1, 5)}
    if (asked := request.form.get("add", "")) in set("0123456"):
        days[int(asked)].append(Line())
    return [Day(weekday, lines) for weekday, lines in days.items()]


def is_edit() -> bool:
    """Return whether the form asks only for another line, or for Monday's lines on the other days."""
    return bool(request.form.get("add") or request.form.get("copy"))


def load_spans(schema: Schema, **others: Any) -> dict[str, Any]:
    """Return the posted week as *schema* reads it; raises :class:`InvalidForm` with sentences by line number."""
    try:
        loaded: dict[str, Any] = schema.load({"spans": typed_spans(), **others})
    except ValidationError as invalid:
        messages: Any = invalid.messages
        by_line = messages.pop("spans", {})
        lines = {str(at): _flat(found) for at, found in by_line.items()} if isinstance(by_line, dict) else {}
        raise InvalidForm(lines | {name: _flat(found) for name, found in messages.items()}) from invalid
    return loaded


def line_errors(errors: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Return the sentences that belong to lines."""
    return {int(at): " ".join(found) for at, found in errors.items() if at.isdigit()}


def _flat(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [sentence for inner in messages.values() for sentence in _flat(inner)]
    return [str(message) for message in messages]
