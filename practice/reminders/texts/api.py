"""The practice's own words in mails over JSON."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.reminders.rendering import Rendered
from practice.reminders.texts import service
from practice.reminders.texts.names import Parts
from practice.reminders.texts.preview import preview
from practice.reminders.texts.queries import read_name
from practice.reminders.texts.rules import judge_text
from practice.reminders.texts.schemas import EditionSchema, TextFormSchema, TextPreviewSchema, TextSchema
from practice.reminders.texts.shown import ShownEdition, ShownText, shown_editions, shown_text, shown_texts
from practice.reminders.writing import sender_of
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_message_texts", __name__, url_prefix="/api/v1", description="Words of mails")

Body = dict[str, Any]
Read = tuple[ShownText, int, dict[str, str]]
_ONE = "/message-texts/<name>/<language>"


@blueprint.route("/message-texts")
@blueprint.response(200, TextSchema(many=True))
@requires("settings.read")
def list_texts() -> Sequence[ShownText]:
    """List every text in every language, as it is used now."""
    return shown_texts(session())


@blueprint.route(_ONE)
class OneText(MethodView):
    """One text in one language."""

    @blueprint.response(200, TextSchema)
    @requires("settings.read")
    def get(self, name: str, language: str) -> Read:
        """Read a text; its ETag is the number of its newest edition."""
        return _read(session(), name, language)

    @blueprint.arguments(TextFormSchema)
    @blueprint.response(200, TextSchema)
    @requires("settings.manage")
    def put(self, body: Body, name: str, language: str) -> Read:
        """Say it otherwise from now on; mails that wait leave with the new words."""
        which = read_name(name, language)
        seen = if_match_version()

        def work(opened: Session) -> Read:
            service.set_text(
                opened, which=which, parts=Parts(**body), seen_number=seen, actor=current_actor(), now=now()
            )
            return _read(opened, name, language)

        return write(work)

    @blueprint.response(200, TextSchema)
    @requires("settings.manage")
    def delete(self, name: str, language: str) -> Read:
        """Go back to the standard words; the editions stay."""
        which = read_name(name, language)
        seen = if_match_version()

        def work(opened: Session) -> Read:
            service.reset_text(opened, which=which, seen_number=seen, actor=current_actor(), now=now())
            return _read(opened, name, language)

        return write(work)


@blueprint.route(f"{_ONE}/editions")
@blueprint.response(200, EditionSchema(many=True))
@requires("settings.read")
def list_editions(name: str, language: str) -> Sequence[ShownEdition]:
    """List the newest editions of a text, the newest first."""
    return shown_editions(session(), read_name(name, language))


@blueprint.route(f"{_ONE}/preview", methods=["POST"])
@blueprint.arguments(TextFormSchema)
@blueprint.response(200, TextPreviewSchema)
@requires("settings.read")
def post_preview(body: Body, name: str, language: str) -> Rendered:
    """Read words as a client would, about a made-up visit; nothing is saved."""
    which = read_name(name, language)
    sender = sender_of(current_app.extensions["settings"])
    parts = judge_text(which.name, Parts(**body))
    return preview(session(), which, parts, sender=sender, now=now())


def _read(opened: Session, name: str, language: str) -> Read:
    row = shown_text(opened, read_name(name, language))
    return row, 200, {"ETag": etag(row.version)}
