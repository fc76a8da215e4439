"""Set-up pages of being away: closures of places, time off of therapists."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id, require_own
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic import opening, queries, shown, working_hours
from practice.clinic.errors import UnknownRegion
from practice.clinic.hours import MIDNIGHT
from practice.clinic.hours_schemas import HolidaysFormSchema, NewClosureSchema, TimeOffFormSchema
from practice.clinic.opening import ClosureDetails, ProposedClosure
from practice.clinic.practice_api import closure_fields
from practice.clinic.schemas import TIME_OFF_KINDS
from practice.clinic.views import set_up_page
from practice.clinic.working_hours import TimeOffDetails
from practice.core.local_time import day_start, to_local, to_utc
from practice.web.database import now, session
from practice.web.form_pages import Body, post_act, post_form, posted_version
from practice.web.forms import FormState

blueprint = Blueprint("clinic_absences", __name__)


@blueprint.get("/settings/closures")
@requires("clinic.read")
def show_closures() -> Response:
    """List closures that are not over, with the form of a new one."""
    return _closures_page(FormState())


@blueprint.post("/settings/closures")
@requires("hours.manage")
def post_closure() -> Response:
    """Close one place or all."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        details = ClosureDetails(**closure_fields(opened, body))
        opening.add_closure(opened, details=details, actor=current_actor(), now=now())
        return url_for("clinic_absences.show_closures")

    return post_form(
        NewClosureSchema(),
        act,
        _closures_page,
        said="The closure is noted. What is booked stays.",
        actor=current_actor(),
    )


@blueprint.get("/settings/holidays")
@requires("hours.manage")
def show_holidays() -> Response:
    """Propose the public holidays of a year as closures of one place."""
    return _holidays_page(FormState(values=request.args.to_dict()))


@blueprint.post("/settings/holidays")
@requires("hours.manage")
def post_holidays() -> Response:
    """Close one place on the days that are ticked, as one act."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        row = queries.get_location(opened, body.pop("location_uid"))
        opening.add_holidays(opened, location=row, **body, actor=current_actor(), now=now())
        return url_for("clinic_absences.show_closures")

    return post_form(
        HolidaysFormSchema(),
        act,
        _holidays_page,
        said="The holidays are noted as closures. What is booked stays.",
        actor=current_actor(),
    )


@blueprint.post("/settings/closures/<uid:uid>/remove")
@requires("hours.manage")
def post_remove_closure(uid: str) -> Response:
    """Open again on the days of a closure."""
    return post_act(
        lambda opened: opening.remove_closure(
            opened,
            closure=queries.get_closure(opened, uid),
            version=posted_version(),
            actor=current_actor(),
            now=now(),
        ),
        url_for("clinic_absences.show_closures"),
        said="The closure is removed.",
    )


@blueprint.get("/settings/time-off")
@requires("time_off.manage")
def show_time_off() -> Response:
    """List time off that is not over, with the form of a new one; a therapist sees her own."""
    return _time_off_page(FormState())


@blueprint.post("/settings/time-off")
@requires("time_off.manage")
def post_time_off() -> Response:
    """Note an absence."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        row = queries.get_therapist(opened, body["therapist_uid"])
        require_own(opened, current_actor(), "time_off.manage", therapist_id=row.id)
        details = _details(body, queries.practice_zone(opened))
        working_hours.add_time_off(opened, therapist=row, details=details, actor=current_actor(), now=now())
        return url_for("clinic_absences.show_time_off")

    return post_form(
        TimeOffFormSchema(),
        act,
        _time_off_page,
        said="The time off is noted. What is booked stays.",
        actor=current_actor(),
    )


@blueprint.post("/settings/time-off/<uid:uid>/remove")
@requires("time_off.manage")
def post_remove_time_off(uid: str) -> Response:
    """Take an absence back."""

    def act(opened: Session) -> None:
        row = queries.get_time_off(opened, uid)
        require_own(opened, current_actor(), "time_off.manage", therapist_id=row.therapist_id)
        working_hours.remove_time_off(opened, absence=row, version=posted_version(), actor=current_actor(), now=now())

    return post_act(act, url_for("clinic_absences.show_time_off"), said="The time off is removed.")


def _details(body: Body, zone: str) -> TimeOffDetails:
    """Return the instants of an absence typed in wall time; no start means midnight, no end the whole last day."""
    first_on: date = body["first_on"]
    last_on: date = body["last_on"] or first_on
    starts_at = day_start(first_on, zone) if body["starts"] is None else _instant(first_on, body["starts"], zone)
    if body["ends"] in {None, MIDNIGHT}:
        ends_at = day_start(last_on + timedelta(days=1), zone)
    else:
        ends_at = _instant(last_on, body["ends"], zone)
    return TimeOffDetails(starts_at, ends_at, body["kind"], body["note"])


def _instant(day: date, minute: int, zone: str) -> datetime:
    return to_utc(datetime.combine(day, time.min) + timedelta(minutes=minute), zone)


def _closures_page(form: FormState, status: int = 200) -> Response:
    today = queries.practice_today(session(), now())
    places = [(row.uid, row.name) for row in queries.list_locations(session(), active_only=False)]
    return set_up_page(
        "closures.html",
        "closures",
        status=status,
        form=form,
        rows=shown.show_closures(session(), queries.list_closures(session(), since=today)),
        locations=places,
        may_change=may(current_actor(), "hours.manage"),
    )


def _holidays_page(form: FormState, status: int = 200) -> Response:
    places = queries.list_locations(session())
    today = queries.practice_today(session(), now())
    years = [str(today.year + ahead) for ahead in range(3)]
    year = form.values.get("year", "") if form.values.get("year") in years else years[0]
    place = next((row for row in places if row.uid == form.values.get("location_uid")), next(iter(places), None))
    proposed: list[ProposedClosure] = []
    refusal = form.refusal
    try:
        proposed = opening.propose_holidays(session(), location=place, year=int(year), now=now()) if place else []
    except UnknownRegion as unknown:
        refusal = unknown
    return set_up_page(
        "holidays.html",
        "closures",
        status=status,
        form=FormState(form.values, form.errors, refusal),
        rows=[each for each in proposed if each.holiday.on >= today],
        place=place,
        locations=[(row.uid, row.name) for row in places],
        year=year,
        years=[(each, each) for each in years],
    )


def _time_off_page(form: FormState, status: int = 200) -> Response:
    own_id = own_therapist_id(session(), current_actor(), "time_off.manage")
    zone = queries.practice_zone(session())
    rows = queries.list_time_off(session(), since=now(), therapist_id=own_id)
    known = {row.uid: row for row in queries.list_therapists(session(), active_only=False)}
    asked = request.args.get("therapist", "")
    values = form.values or {"therapist_uid": asked if asked in known else "", "kind": "holiday"}
    return set_up_page(
        "time_off.html",
        "time-off",
        status=status,
        form=FormState(values, form.errors, form.refusal),
        rows=[each | _wall_times(each, zone) for each in shown.show_time_off(session(), rows)],
        therapists=known,
        choices=[(uid, row.name) for uid, row in known.items() if row.is_active and own_id in {None, row.id}],
        kinds=TIME_OFF_KINDS,
    )


def _wall_times(shown_row: Body, zone: str) -> Body:
    starts, ends = to_local(shown_row["starts_at"], zone), to_local(shown_row["ends_at"], zone)
    is_whole_days = starts.time() == ends.time() == time.min
    return {"starts": starts, "ends": ends - timedelta(days=1) if is_whole_days else ends, "is_whole": is_whole_days}
