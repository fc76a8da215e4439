"""Set-up pages of hours: when a place is open, how a therapist's week and single days go."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic import opening, queries, shown, working_hours
from practice.clinic.hours import Span, in_words, show_minute
from practice.clinic.hours_schemas import (
    DatedSpanSchema,
    DayFormSchema,
    OpeningHoursSchema,
    OpeningSpanSchema,
    WeekSchema,
)
from practice.clinic.models import DatedHours, Location, Therapist
from practice.clinic.therapists_api import day_of, spans_of
from practice.clinic.views import set_up_page
from practice.clinic.week_forms import Day, days_of, is_edit, line_errors, load_spans, typed_days
from practice.clinic.working_hours import Week
from practice.core.errors import Conflict, RuleViolation, StaleVersion
from practice.web.database import now, session, write
from practice.web.form_pages import Body, post_act, post_form, posted_version
from practice.web.forms import FormState, InvalidForm
from practice.web.problems import status_of

blueprint = Blueprint("clinic_hours", __name__)


@blueprint.get("/settings/locations/<uid:uid>/hours")
@requires("clinic.read")
def show_opening_hours(uid: str) -> Response:
    """Show when a place is open."""
    row = queries.get_location(session(), uid)
    spans = OpeningSpanSchema(many=True).dump(queries.list_opening_hours(session(), location_id=row.id))
    return _opening_page(row, days_of(spans), FormState())


@blueprint.post("/settings/locations/<uid:uid>/hours")
@requires("hours.manage")
def post_opening_hours(uid: str) -> Response:
    """Replace the week of a place."""
    if is_edit():
        return _opening_page(queries.get_location(session(), uid), typed_days(), FormState())

    def act(opened: Session) -> None:
        spans = [Span(**span) for span in load_spans(OpeningHoursSchema())["spans"]]
        row = queries.get_location(opened, uid)
        opening.set_opening_hours(
            opened, location=row, spans=spans, version=posted_version(), actor=current_actor(), now=now()
        )

    def again(form: FormState, status: int) -> Response:
        days = typed_days(line_errors(form.errors))
        return _opening_page(queries.get_location(session(), uid), days, form, status)

    return _post_week(act, again, url_for("clinic.show_list", kind="locations"))


@blueprint.get("/settings/therapists/<uid:uid>/hours")
@requires("clinic.read")
def show_hours(uid: str) -> Response:
    """Show a therapist's week as it rules today or on another day, the days that differ, and time off."""
    row = queries.get_therapist(session(), uid)
    on = _asked_day()
    rows = queries.list_weekly_hours(session(), therapist_id=row.id, on=on)
    spans = DatedSpanSchema(many=True).dump(shown.show_spans(session(), rows))
    return _week_page(row, days_of(spans), FormState(values={"valid_from": on.isoformat()}))


@blueprint.post("/settings/therapists/<uid:uid>/hours")
@requires("hours.manage")
def post_hours(uid: str) -> Response:
    """Let the typed week rule from a day on."""
    typed = {name: request.form.get(name, "") for name in ("valid_from", "valid_until")}
    if is_edit():
        return _week_page(queries.get_therapist(session(), uid), typed_days(), FormState(typed))

    def act(opened: Session) -> None:
        body = load_spans(WeekSchema(), **{name: value or None for name, value in typed.items()})
        row = queries.get_therapist(opened, uid)
        week = Week(spans_of(opened, body["spans"]), body["valid_from"], body["valid_until"])
        working_hours.replace_week(
            opened, therapist=row, week=week, version=posted_version(), actor=current_actor(), now=now()
        )

    def again(form: FormState, status: int) -> Response:
        days = typed_days(line_errors(form.errors))
        state = FormState(typed, form.errors, form.refusal)
        return _week_page(queries.get_therapist(session(), uid), days, state, status)

    return _post_week(act, again, url_for("clinic_hours.show_hours", uid=uid))


@blueprint.post("/settings/therapists/<uid:uid>/days")
@requires("hours.manage")
def post_day(uid: str) -> Response:
    """Say how one day goes instead of the weekly hours."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        row = queries.get_therapist(opened, uid)
        day: date = body["on"]
        spans = spans_of(opened, [{"weekday": day.weekday(), **span} for span in _spans_of_day(body)])
        working_hours.set_day(
            opened, therapist=row, on=day, spans=spans, reason=body["reason"], actor=current_actor(), now=now()
        )
        return url_for("clinic_hours.show_hours", uid=uid)

    def again(form: FormState, status: int) -> Response:
        row = queries.get_therapist(session(), uid)
        rows = queries.list_weekly_hours(session(), therapist_id=row.id, on=_asked_day())
        days = days_of(DatedSpanSchema(many=True).dump(shown.show_spans(session(), rows)))
        return _week_page(row, days, FormState(values={"valid_from": ""}), status, day_form=form)

    return post_form(DayFormSchema(), act, again, said="That day is noted.", actor=current_actor())


@blueprint.post("/settings/therapists/<uid:uid>/days/<string:on>/clear")
@requires("hours.manage")
def post_clear_day(uid: str, on: str) -> Response:
    """Let the weekly hours rule again on a day."""
    day = day_of(on)
    return post_act(
        lambda opened: working_hours.clear_day(
            opened, therapist=queries.get_therapist(opened, uid), on=day, actor=current_actor(), now=now()
        ),
        url_for("clinic_hours.show_hours", uid=uid),
        said="The weekly hours rule that day again.",
    )


def _asked_day() -> date:
    today = queries.practice_today(session(), now())
    return day_of(request.args["on"]) if request.args.get("on") else today


def _spans_of_day(body: Body) -> list[Body]:
    """Return the one or two spans of a day's form; a time without its partner is refused."""
    pairs = [
        (body[opens], body[closes], opens) for opens, closes in (("opens", "closes"), ("opens_again", "closes_again"))
    ]
    for opens, closes, name in pairs:
        if (opens is None) != (closes is None):
            raise InvalidForm({name: ["Give both times, or neither."]})
    given = [(opens, closes) for opens, closes, _ in pairs if opens is not None]
    if given and not body["location_uid"]:
        raise InvalidForm({"location_uid": ["Say where."]})
    return [
        {"opens_minute": opens, "closes_minute": closes, "location_uid": body["location_uid"]}
        for opens, closes in given
    ]


def _post_week(act: Callable[[Session], None], again: Callable[[FormState, int], Response], target: str) -> Response:
    try:
        write(act)
    except InvalidForm as invalid:
        return again(FormState(errors=invalid.errors), 422)
    except (Conflict, RuleViolation, StaleVersion) as refused:
        return again(FormState(refusal=refused), status_of(refused))
    flash("The hours are saved.", "ok")
    return redirect(target, 303)


def _opening_page(row: Location, days: Sequence[Day], form: FormState, status: int = 200) -> Response:
    return set_up_page(
        "opening_hours.html",
        "locations",
        status=status,
        row=row,
        days=days,
        form=form,
        may_change=may(current_actor(), "hours.manage"),
    )


def _week_page(
    row: Therapist, days: Sequence[Day], form: FormState, status: int = 200, *, day_form: FormState | None = None
) -> Response:
    today = queries.practice_today(session(), now())
    return set_up_page(
        "working_hours.html",
        "therapists",
        status=status,
        row=row,
        days=days,
        form=form,
        day_form=day_form or FormState(),
        weeks=_weeks(row),
        exceptions=_exceptions(queries.list_dated_hours(session(), therapist_id=row.id, first_on=today)),
        locations=[(place.uid, place.name) for place in queries.list_locations(session(), active_only=False)],
        may_change=may(current_actor(), "hours.manage"),
    )


def _weeks(row: Therapist) -> list[dict[str, Any]]:
    """Return the weeks of a therapist by the days they rule, each in words."""
    weeks: dict[tuple[date, date], list[Span]] = {}
    for each in queries.list_weekly_hours(session(), therapist_id=row.id):
        key = (each.valid_from or date.min, each.valid_until or date.max)
        weeks.setdefault(key, []).append(Span(each.weekday, each.opens_minute, each.closes_minute))
    return [
        {
            "first_on": None if first_on == date.min else first_on,
            "last_on": None if last_on == date.max else last_on,
            "words": in_words(spans),
        }
        for (first_on, last_on), spans in sorted(weeks.items())
    ]


def _exceptions(rows: Sequence[DatedHours]) -> list[dict[str, Any]]:
    """Return the days that differ, each in words."""
    days: dict[date, list[DatedHours]] = {}
    for row in rows:
        days.setdefault(row.on_date, []).append(row)
    return [{"on": day, "reason": found[0].reason, "words": _day_in_words(found)} for day, found in days.items()]


def _day_in_words(rows: Sequence[DatedHours]) -> str:
    spans = [
        f"{show_minute(row.opens_minute)} to {show_minute(row.closes_minute)}"
        for row in rows
        if row.opens_minute is not None and row.closes_minute is not None
    ]
    return ", ".join(spans) or "Not working"
