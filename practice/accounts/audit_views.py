"""The owner's page of what happened."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from practice.accounts.audit_api import LARGEST_SEQ, filter_of, read_page
from practice.accounts.policy import requires
from practice.accounts.queries import list_users
from practice.audit.queries import PAGE
from practice.audit.verification import read_head
from practice.web.database import session
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.schemas import StrictSchema, Text, Uid, WholeNumber

blueprint = Blueprint("audit", __name__, template_folder="templates")


class AuditPageQuerySchema(StrictSchema):
    """What to look for, as the page's form asks it."""

    action = Text(longest=60)
    user = Uid()
    object = Text(longest=64)
    before = WholeNumber(1, LARGEST_SEQ)


@blueprint.get("/audit")
@requires("audit.read")
def show_audit() -> Response:
    """Show events newest first, narrowed by act, person or object."""
    try:
        query = load_form(AuditPageQuerySchema(), request.args)
    except InvalidForm as invalid:
        return _page({}, FormState(request.args, invalid.errors), 422)
    return _page(query, FormState(request.args))


def _page(query: dict[str, Any], form: FormState, status: int = 200) -> Response:
    opened = session()
    page = read_page(opened, filter_of(opened, query), before=query.get("before"), limit=PAGE)
    narrowing = {name: value for name, value in query.items() if name != "before"}
    return render_page(
        "accounts/audit.html",
        status=status,
        form=form,
        events=page["events"],
        older_url=url_for("audit.show_audit", **narrowing, before=page["next_before"]) if page["next_before"] else None,
        newest_url=url_for("audit.show_audit", **narrowing) if "before" in query else None,
        people=[(user.uid, user.name) for user in list_users(opened)],
        head=read_head(opened),
        is_narrowed=bool(narrowing),
    )
