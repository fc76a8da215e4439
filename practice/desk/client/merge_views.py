"""The pages that merge two records of one person, and take it back."""

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.queries import get_record
from practice.clients.views import find_clients, typed_search
from practice.core.errors import PracticeError
from practice.desk.client.merge_page import MergePage, merge_page
from practice.desk.ways_out import PlainPlace, offers_of
from practice.scheduling.merging.errors import MergedAlready, SameRecord
from practice.scheduling.merging.schemas import OtherRecordSchema
from practice.scheduling.merging.service import merge_clients, undo_merge
from practice.web.database import now, session
from practice.web.form_pages import Body, post_act, post_form
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("client_merging", __name__, template_folder="../templates")


@blueprint.get("/clients/<uid:uid>/merge")
@requires("client.merge")
def show_merge(uid: str) -> Response:
    """Ask for the other record, or show both side by side."""
    asked = MultiDict({name: value for name, value in request.args.items() if name == "client_uid"})
    try:
        other = load_form(OtherRecordSchema(), asked)["client_uid"] if asked else ""
        return _page(uid, other, None)
    except InvalidForm:
        return redirect(url_for("client_merging.show_merge", uid=uid), 303)
    except (MergedAlready, SameRecord) as refused:
        return _page(uid, "", refused)


@blueprint.post("/clients/<uid:uid>/merge")
@requires("client.merge")
def post_merge(uid: str) -> Response:
    """Merge the other record into this one."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        merge_clients(opened, kept_uid=uid, merged_uid=body["client_uid"], actor=current_actor(), now=now())
        return f"/clients/{uid}"

    def show(form: FormState, status: int) -> Response:
        other = "" if isinstance(form.refusal, MergedAlready | SameRecord) else form.values.get("client_uid", "")
        return _page(uid, other if not form.errors else "", form.refusal, status)

    said = "The records are one now. Within 30 days this can be taken back."
    return post_form(OtherRecordSchema(), act, show, said=said, actor=current_actor())


@blueprint.post("/clients/<uid:uid>/merges/<uid:part>/undo")
@requires("client.merge")
def post_undo_merge(uid: str, part: str) -> Response:
    """Let both records stand for themselves again."""

    def act(opened: Session) -> None:
        undo_merge(opened, kept_uid=uid, merge_uid=part, actor=current_actor(), now=now())

    return post_act(act, f"/clients/{uid}", said="Both records stand for themselves again.")


def _page(uid: str, other: str, refused: PracticeError | None, status: int = 200) -> Response:
    kept = get_record(session(), uid)
    if kept.uid != uid:
        return redirect(url_for("client_merging.show_merge", uid=kept.uid), 303)
    typed = typed_search()
    hits = find_clients(typed) if typed and not other else ()
    page: MergePage = merge_page(session(), uid, other=other, hits=hits, now=now())
    return render_page(
        "desk/merge.html",
        status=status_of(refused) if refused is not None else status,
        page=page,
        typed=typed,
        refused=refused,
        offers=offers_of(refused, PlainPlace(f"/clients/{uid}")),
    )
