"""Set-up pages: the lists of places, rooms, services and therapists, and the form of each."""

from typing import Any

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic.schemas import COLOURS, GENDERS, ROOM_FEATURES
from practice.clinic.set_up_forms import KINDS, Kind
from practice.core.local_time import zone_names
from practice.web.database import session
from practice.web.form_pages import Body, clashes, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint("clinic", __name__, template_folder="templates")

_KIND = "<any(locations,rooms,services,therapists):kind>"

SERVICE_KINDS = (("assessment", "Assessment"), ("hands_on", "Hands-on"), ("phone", "By phone"))
REGISTRATIONS = (("active", "Active"), ("suspended", "Suspended"), ("lapsed", "Lapsed"))
SECTIONS = (
    ("/settings/locations", "Locations", "clinic.read"),
    ("/settings/rooms", "Rooms", "clinic.read"),
    ("/settings/services", "Services", "clinic.read"),
    ("/settings/therapists", "Therapists", "clinic.read"),
    ("/settings/closures", "Closures", "clinic.read"),
    ("/settings/time-off", "Time off", "clinic.read"),
    ("/settings/policies", "Policies", "clinic.read"),
    ("/settings/texts", "Texts", "settings.read"),
    ("/settings/limits", "Limits", "clinic.read"),
    ("/settings/users", "Users", "user.manage"),
    ("/settings/backups", "Backups", "backup.read"),
    ("/audit", "Log", "audit.read"),
)
LABELS = {
    "name": "Name",
    "address": "Address",
    "phone": "Phone",
    "zone": "Time zone",
    "arrive_early_minutes": "Arrive early",
    "holiday_region": "Public holidays of",
    "is_active": "In use",
    "location_uid": "Location",
    "features": "Features",
    "code": "Code",
    "kind": "Kind",
    "duration_minutes": "Duration",
    "price_cents": "Price",
    "buffer_before_minutes": "Buffer before",
    "buffer_after_minutes": "Buffer after",
    "grid_minutes": "Starts every",
    "notice_minutes": "Notice at the desk",
    "portal_notice_minutes": "Notice from the mail link",
    "horizon_days": "Bookable ahead",
    "group_size": "Clients at once",
    "needs_room": "Needs a room",
    "room_needs": "The room must be",
    "therapist_uids": "Offered by",
    "registration_number": "Registration number",
    "registration_status": "Registration",
    "registered_from": "Registered from",
    "registered_until": "Registered until",
    "colour": "Colour",
    "gender": "Gender",
    "usual_room_uid": "Usual room",
    "user_uid": "Sign-in",
    "service_uids": "Offers",
}


def set_up_page(template: str, section: str, *, status: int = 200, **context: Any) -> Response:
    """Render one page of the set-up with the tabs of all."""
    return render_page(f"clinic/{template}", status=status, tabs_shown=set_up_tabs(section), labels=LABELS, **context)


def set_up_tabs(section: str) -> list[dict[str, object]]:
    """Return the tabs of the set-up that the asker may open; pages of other packages show them too."""
    actor = current_actor()
    return [
        {"label": words, "url": path, "active": path.endswith(f"/{section}")}
        for path, words, action in SECTIONS
        if may(actor, action)
    ]


@blueprint.get("/settings")
@requires("clinic.read")
def show_settings() -> Response:
    """Lead to the first page of the set-up."""
    return redirect(url_for("clinic.show_list", kind="locations"), 303)


@blueprint.get(f"/settings/{_KIND}")
@requires("clinic.read")
def show_list(kind: str) -> Response:
    """List everything of one kind, what is out of use last."""
    wanted = KINDS[kind]
    rows = sorted(wanted.rows(session()), key=lambda row: not row["is_active"])
    return set_up_page(
        f"{kind}.html",
        kind,
        rows=rows,
        may_change=may(current_actor(), "clinic.manage"),
        features=ROOM_FEATURES,
        **wanted.choices(session()),
    )


@blueprint.get(f"/settings/{_KIND}/new")
@requires("clinic.manage")
def show_new(kind: str) -> Response:
    """Show the empty form of one kind."""
    return _form_page(kind, FormState(values=_first_values(KINDS[kind])))


@blueprint.post(f"/settings/{_KIND}/new")
@requires("clinic.manage")
def post_new(kind: str) -> Response:
    """Create one."""
    wanted = KINDS[kind]

    def act(opened: Session, body: Body, _version: int | None) -> str:
        row: Any = wanted.create(opened, body)
        return _next_page(kind, row.uid)

    return post_form(
        wanted.schema(),
        act,
        lambda form, status: _form_page(kind, form, status=status),
        said="Added.",
        actor=current_actor(),
    )


@blueprint.get(f"/settings/{_KIND}/<uid:uid>")
@requires("clinic.manage")
def show_one(kind: str, uid: str) -> Response:
    """Show the form of one."""
    row = KINDS[kind].row(session(), uid)
    return _form_page(kind, FormState(values=KINDS[kind].form_values(row)), row=row)


@blueprint.post(f"/settings/{_KIND}/<uid:uid>")
@requires("clinic.manage")
def post_one(kind: str, uid: str) -> Response:
    """Change one."""
    wanted = KINDS[kind]

    def act(opened: Session, body: Body, version: int | None) -> str:
        wanted.change(opened, uid, body, version)
        return url_for("clinic.show_list", kind=kind)

    def show(form: FormState, status: int) -> Response:
        return _form_page(kind, form, row=wanted.row(session(), uid), status=status)

    return post_form(wanted.schema(), act, show, said="Saved.", actor=current_actor())


def _form_page(kind: str, form: FormState, *, row: Body | None = None, status: int = 200) -> Response:
    wanted = KINDS[kind]
    stored = wanted.form_values(row) if row is not None else {}
    return set_up_page(
        f"{wanted.one}_form.html",
        kind,
        status=status,
        form=form,
        row=row,
        one=wanted.one,
        many=wanted.many,
        list_url=url_for("clinic.show_list", kind=kind),
        clash_rows=clashes(wanted.schema(), form, stored),
        zones=zone_names(),
        features=list(ROOM_FEATURES.items()),
        service_kinds=SERVICE_KINDS,
        registrations=REGISTRATIONS,
        colours=range(1, COLOURS + 1),
        genders=list(GENDERS.items()),
        **wanted.choices(session()),
    )


def _first_values(wanted: Kind) -> Body:
    """Return what a new one is likely to be, so that little needs typing."""
    likely: dict[str, Body] = {
        "location": {"zone": "America/Toronto", "arrive_early_minutes": 10},
        "service": {
            "kind": "hands_on",
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 15,
            "grid_minutes": 15,
            "notice_minutes": 0,
            "portal_notice_minutes": 120,
            "horizon_days": 180,
            "group_size": 1,
            "needs_room": True,
        },
        "therapist": {"registration_status": "active", "colour": 1},
    }
    return {"is_active": True} | likely.get(wanted.one, {})


def _next_page(kind: str, uid: str) -> str:
    """Return where a new one is completed: hours belong to places and therapists."""
    if kind == "locations":
        return url_for("clinic_hours.show_opening_hours", uid=uid)
    if kind == "therapists":
        return url_for("clinic_hours.show_hours", uid=uid)
    return url_for("clinic.show_list", kind=kind)
