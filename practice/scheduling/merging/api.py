"""Merging over JSON: look, merge, and take it back within 30 days."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.models import Client, ClientMerge
from practice.clients.queries import get_client
from practice.scheduling.merging.clashes import ComingVisit
from practice.scheduling.merging.queries import UNDO_WITHIN, Side, list_merges, preview_merge
from practice.scheduling.merging.schemas import (
    MergeListSchema,
    MergePreviewSchema,
    MergeSchema,
    OtherRecordSchema,
)
from practice.scheduling.merging.service import merge_clients, undo_merge
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_merging", __name__, url_prefix="/api/v1", description="Merging records")

Body = dict[str, Any]


@blueprint.route("/clients/<uid:uid>/merge-preview")
@blueprint.arguments(OtherRecordSchema, location="query")
@blueprint.response(200, MergePreviewSchema)
@requires("client.merge")
def show_preview(query: Body, uid: str) -> Body:
    """Show what would come together, and the visits that must be moved first."""
    preview = preview_merge(session(), kept_uid=uid, merged_uid=query["client_uid"], now=now())
    return {
        "kept": _show_side(preview.kept),
        "merged": _show_side(preview.merged),
        "clashes": [{"kept": one, "merged": other} for one, other in preview.clashes],
    }


@blueprint.route("/clients/<uid:uid>/merges")
class Merges(MethodView):
    """What was merged into a record."""

    @blueprint.response(200, MergeListSchema)
    @requires("client.merge")
    def get(self, uid: str) -> Body:
        """List the merges into a record that stand."""
        kept = get_client(session(), uid)
        merges = list_merges(session(), kept.id, now=now())
        return {"merges": [_show(each.merge, kept.uid, each.merged) for each in merges]}

    @blueprint.arguments(OtherRecordSchema)
    @blueprint.response(201, MergeSchema)
    @requires("client.merge")
    def post(self, body: Body, uid: str) -> Response:
        """Merge another record into this one, which is kept."""

        def work(opened: Session) -> Answer:
            row = merge_clients(opened, kept_uid=uid, merged_uid=body["client_uid"], actor=current_actor(), now=now())
            shown = MergeSchema().dump(_show(row, uid, opened.get_one(Client, row.merged_id)))
            return Answer(201, shown, f"/api/v1/clients/{uid}/merges")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/merges/<uid:part>/undo", methods=["POST"])
@blueprint.response(200, MergeSchema)
@requires("client.merge")
def post_undo(uid: str, part: str) -> Body:
    """Let both records stand for themselves again."""

    def work(opened: Session) -> Body:
        row = undo_merge(opened, kept_uid=uid, merge_uid=part, actor=current_actor(), now=now())
        return _show(row, uid, opened.get_one(Client, row.merged_id))

    return write(work)


def _show(row: ClientMerge, kept_uid: str, merged: Client) -> Body:
    return {
        "uid": row.uid,
        "kept_uid": kept_uid,
        "merged_uid": merged.uid,
        "merged_name": merged.display_name,
        "merged_at": row.merged_at,
        "undone_at": row.undone_at,
        "may_be_undone": row.undone_at is None and now() - row.merged_at <= UNDO_WITHIN,
    }


def _show_side(side: Side) -> Body:
    coming: Sequence[ComingVisit] = side.coming
    return {"uid": side.client.uid, "name": side.client.display_name, "coming": coming}
