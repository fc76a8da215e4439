"""Where it hurts and what the client can do, as the therapist enters it at the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.desk.charts.body_figure import FIGURES, Figure, Shape, strength
from practice.desk.queries import get_visit
from practice.desk.visit_record.body_map_forms import NEW, place_field, rating_field
from practice.desk.visits import Visit as Booked
from practice.treatment_plans.visiting import measure
from practice.visits.access import RECORD, note_look, visit_of_own_appointment
from practice.visits.activities import add_activity, list_activities, words_of
from practice.visits.body_map import Quality
from practice.visits.mapping import list_entries, painted_on
from practice.visits.measures import MOST_LINES, Timing
from practice.visits.measuring import Number, list_measures, numbers_by_code
from practice.visits.models import Visit
from practice.visits.opening import HERE
from practice.web.forms import FormState

PSFS = "PSFS"
QUALITIES: Sequence[tuple[str, str]] = tuple((str(each), str(each)) for each in Quality)


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of the map with what the form says of it; ``intensity`` is empty where nothing is painted."""

    shape: Shape
    intensity: str
    quality: str
    wrong: Sequence[str]

    @property
    def key(self) -> str:
        """Return the place's name in addresses and scripts."""
        return f"{self.shape.region}-{self.shape.side}"

    @property
    def css(self) -> str:
        """Return how it is drawn."""
        return f"is-painted {strength(int(self.intensity))}" if self.intensity.isdigit() else ""


@dataclass(frozen=True, slots=True)
class MapView:
    """One view of the body with its places."""

    figure: Figure
    spots: Sequence[Spot]

    @property
    def is_painted(self) -> bool:
        """Return whether anything is painted on this view."""
        return any(spot.intensity for spot in self.spots)


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity in the client's words; ``rated`` is what was recorded at this visit."""

    number: int
    words: str
    rated: int | None
    typed: str
    wrong: Sequence[str]


@dataclass(frozen=True, slots=True)
class MapPage:
    """The map of a booked visit."""

    booked: Booked
    views: Sequence[MapView]

    @property
    def can_record(self) -> bool:
        """Return whether the client has come."""
        return self.booked.state in HERE


@dataclass(frozen=True, slots=True)
class ActivitiesPage:
    """The activities of a booked visit's client; ``words`` and ``rating`` are those of a new one that was typed."""

    booked: Booked
    lines: Sequence[ActivityLine]
    words: str = ""
    rating: str = ""
    wrong: Mapping[str, Sequence[str]] | None = None

    @property
    def can_record(self) -> bool:
        """Return whether the client has come."""
        return self.booked.state in HERE


def map_page(session: Session, uid: str, form: FormState, *, actor: Actor, now: datetime) -> MapPage:
    """Return the map of an own client's visit and log that it was read; raises ``NotFound``."""
    visit = _read(session, uid, actor=actor, now=now)
    return MapPage(get_visit(session, uid, now=now), body_map_of(session, visit, form))


def activities_page(session: Session, uid: str, form: FormState, *, actor: Actor, now: datetime) -> ActivitiesPage:
    """Return the activities of an own client and log that they were read; raises ``NotFound``."""
    visit = _read(session, uid, actor=actor, now=now)
    booked = get_visit(session, uid, now=now)
    lines = activity_lines(session, booked.client.id if booked.client else 0, visit, form)
    typed = form.values
    return ActivitiesPage(booked, lines, typed.get("words", ""), typed.get(rating_field(NEW), ""), form.errors)


def _read(session: Session, uid: str, *, actor: Actor, now: datetime) -> Visit | None:
    visit = visit_of_own_appointment(session, uid, actor, RECORD)
    note_look(session, uid, visit, actor=actor, now=now)
    return visit


def body_map_of(session: Session, visit: Visit | None, form: FormState) -> Sequence[MapView]:
    """Return the map as it is painted before treatment, or as it was typed in a form that was not accepted."""
    said = dict(form.values)
    if not said and visit is not None:
        for each in painted_on(list_entries(session, {visit.id})):
            said[place_field("intensity", each.region, each.side)] = str(each.intensity)
            said[place_field("quality", each.region, each.side)] = str(each.quality)
    return [MapView(figure, [_spot(shape, said, form.errors) for shape in figure.shapes]) for figure in FIGURES]


def _spot(shape: Shape, said: Mapping[str, Any], wrong: Mapping[str, Sequence[str]]) -> Spot:
    intensity = place_field("intensity", shape.region, shape.side)
    quality = place_field("quality", shape.region, shape.side)
    faults = [*wrong.get(intensity, ()), *wrong.get(quality, ())]
    return Spot(shape, said.get(intensity, ""), said.get(quality, ""), faults)


def activity_lines(session: Session, client_id: int, visit: Visit | None, form: FormState) -> Sequence[ActivityLine]:
    """Return the activities that are asked now, with what was rated at this visit; three statements at most."""
    rows = [row for row in list_activities(session, client_id) if row.retired_at is None]
    words = words_of(session, rows)
    rated = {} if visit is None else numbers_by_code(list_measures(session, {visit.id})).get(PSFS, {})
    return [
        ActivityLine(
            row.number,
            words[row.uid],
            _whole(rated.get(f"activity_{row.number}")),
            form.values.get(rating_field(row.number), ""),
            form.errors.get(rating_field(row.number), ()),
        )
        for row in rows
    ]


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def rate_activities(session: Session, *, visit: Visit, said: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Record the ratings of a form and the activity that is new in it, all or nothing.

    Raises ``NotAccepted`` without any rating, ``TooManyActivities``, and ``AlreadyMeasured``.
    """
    lines = {number: value for number in range(1, MOST_LINES + 1) if (value := said[rating_field(number)]) is not None}
    if said["words"]:
        added = add_activity(session, client_id=visit.client_id, words=said["words"], actor=actor, now=now)
        if (rating := said[rating_field(NEW)]) is not None:
            lines[added.number] = rating
    numbers = [Number(PSFS, f"activity_{number}", value, Timing.PRE) for number, value in lines.items()]
    if numbers or not said["words"]:
        measure(session, visit=visit, numbers=numbers, actor=actor, now=now)
