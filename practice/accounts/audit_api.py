"""The log over JSON, for the owner. It lives here because reading it needs a permission, which audit knows not."""

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from practice.accounts.policy import requires
from practice.accounts.queries import find_user_id, names_of_users
from practice.audit.models import AuditEvent
from practice.audit.queries import Filter, list_events
from practice.core.actor import Role
from practice.core.strict_json import loads
from practice.web.api import ApiBlueprint
from practice.web.database import session
from practice.web.schemas import Instant, StrictSchema, Text, Uid, WholeNumber

blueprint = ApiBlueprint("api_audit", __name__, url_prefix="/api/v1", description="The event log")

LARGEST_SEQ = 2**53


class AuditQuerySchema(StrictSchema):
    """What to look for; ``before`` goes on below the event of that number."""

    action = Text(longest=60)
    user = Uid()
    object = Text(longest=64)
    from_at = Instant(data_key="from")
    until_at = Instant(data_key="until")
    before = WholeNumber(1, LARGEST_SEQ)
    limit = WholeNumber(1, 100, load_default=50)


class AuditEventSchema(StrictSchema):
    """One event: who did what to which object, and the link of the chain."""

    seq = fields.Integer()
    at = Instant()
    actor_role = fields.String()
    actor_name = fields.String(allow_none=True)
    action = fields.String()
    object_kind = fields.String()
    object_uid = fields.String()
    data = fields.Raw()
    hash = fields.String()


class AuditPageSchema(StrictSchema):
    """Some events, newest first, and where the next ones begin."""

    events = fields.List(fields.Nested(AuditEventSchema))
    next_before = fields.Integer(allow_none=True)


@blueprint.route("/audit-events")
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditPageSchema)
@requires("audit.read")
def list_audit_events(query: dict[str, Any]) -> dict[str, Any]:
    """List events, newest first."""
    return read_page(session(), filter_of(session(), query), before=query.get("before"), limit=query["limit"])


def filter_of(opened: Session, query: dict[str, Any]) -> Filter:
    """Return the query as a filter; an unknown user did nothing."""
    return Filter(
        action=query.get("action"),
        actor_id=find_user_id(opened, query["user"]) or 0 if query.get("user") else None,
        object_uid=query.get("object"),
        from_at=query.get("from_at"),
        until_at=query.get("until_at"),
    )


def read_page(opened: Session, wanted: Filter, *, before: int | None, limit: int) -> dict[str, Any]:
    """Return one page of events with the names of who acted."""
    rows = list_events(opened, wanted, before=before, limit=limit)
    names = names_of_users(opened, {row.actor_id for row in rows if row.actor_id and row.actor_role != Role.LINK})
    shown = [_shown(row, names) for row in rows]
    return {"events": shown, "next_before": rows[-1].seq if len(rows) == limit else None}


def _shown(row: AuditEvent, names: dict[int, str]) -> dict[str, Any]:
    copied = ("seq", "at", "actor_role", "action", "object_kind", "object_uid", "hash")
    is_user = row.actor_id is not None and row.actor_role != Role.LINK
    return {name: getattr(row, name) for name in copied} | {
        "actor_name": names.get(row.actor_id or 0) if is_user else None,
        "data": loads(row.data),
    }
