"""The set-up page of policies: what rules today, what will rule, and the form of the next edition."""

from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic import policies, queries
from practice.clinic.hours import show_minute
from practice.clinic.models import PracticeSettings
from practice.clinic.schemas import PolicyFormSchema
from practice.clinic.therapists_api import day_of
from practice.clinic.views import set_up_page
from practice.web.database import now, session
from practice.web.form_pages import Body, clashes, post_form
from practice.web.forms import FormState

blueprint = Blueprint("clinic_policies", __name__)

_SAME = (
    "name",
    "sender_alias",
    "reply_to",
    "default_region",
    "late_cancel_fee_percent",
    "no_show_fee_percent",
    "confirmation_grace_seconds",
    "change_grace_seconds",
    "safety_policy",
    "screening_days",
    "needs_pregnancy_note",
)
LABELS = {
    "effective_on": "In force from",
    "name": "Name of the practice",
    "sender_alias": "Mails come from",
    "reply_to": "Answers go to",
    "default_region": "Country of phone numbers",
    "cancel_notice_hours": "Free to cancel until",
    "late_cancel_fee_percent": "Fee for a late cancellation",
    "no_show_fee_percent": "Fee for a no-show",
    "quiet_from": "Quiet from",
    "quiet_until": "Quiet until",
    "confirmation_grace_seconds": "Confirmation waits",
    "change_grace_seconds": "Change mail waits",
    "first_reminder_hours": "First reminder",
    "second_reminder_hours": "Second reminder",
    "first_form_hours": "Form asked for again",
    "second_form_hours": "Form asked for a last time",
    "safety_policy": "Before the first treatment",
    "screening_days": "A signed form counts",
    "needs_pregnancy_note": "Note of a midwife or doctor in pregnancy",
}


@blueprint.get("/settings/policies")
@requires("settings.read")
def show_policies() -> Response:
    """Show the policies in force on a day, today unless asked for another."""
    return _page(FormState())


@blueprint.post("/settings/policies")
@requires("settings.manage")
def post_policies() -> Response:
    """Put an edition in force from a day on."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        policies.amend_policies(opened, changes=_changes(body), seen_version=version, actor=current_actor(), now=now())
        return url_for("clinic_policies.show_policies", on=body["effective_on"].isoformat())

    return post_form(PolicyFormSchema(), act, _page, said="The policies are saved.", actor=current_actor())


def _changes(body: Body) -> Body:
    return {name: body[name] for name in (*_SAME, "effective_on")} | {
        "cancel_notice_minutes": body["cancel_notice_hours"] * 60,
        "quiet_from_minute": body["quiet_from"],
        "quiet_until_minute": body["quiet_until"],
        "reminder_hours": _leads(body, "reminder"),
        "form_reminder_hours": _leads(body, "form"),
    }


def _leads(body: Body, what: str) -> list[int]:
    return sorted({body[f"first_{what}_hours"], body[f"second_{what}_hours"]} - {None}, reverse=True)


def _values(row: PracticeSettings, effective_on: str) -> Body:
    hours: list[Any] = [*row.reminder_hours, None, None]
    form_hours: list[Any] = [*row.form_reminder_hours, None, None]
    return {name: getattr(row, name) for name in _SAME} | {
        "effective_on": effective_on,
        "cancel_notice_hours": row.cancel_notice_minutes // 60,
        "quiet_from": show_minute(row.quiet_from_minute),
        "quiet_until": show_minute(row.quiet_until_minute),
        "first_reminder_hours": hours[0],
        "second_reminder_hours": hours[1],
        "first_form_hours": form_hours[0],
        "second_form_hours": form_hours[1],
    }


def _page(form: FormState, status: int = 200) -> Response:
    today = queries.practice_today(session(), now())
    on = max(day_of(request.args["on"]), today) if request.args.get("on") else today
    row = queries.get_settings(session(), on)
    stored = _values(row, on.isoformat())
    return set_up_page(
        "policies.html",
        "policies",
        status=status,
        row=row,
        today=today,
        form=form if form.values else FormState(values=stored),
        clash_rows=clashes(PolicyFormSchema(), form, stored),
        policy_labels=LABELS,
        editions=queries.list_settings(session()),
        may_change=may(current_actor(), "settings.manage"),
    )
