"""Blocks over JSON: kept once, read, changed and removed together with those of their pattern."""

from datetime import timedelta

from flask import Response, jsonify
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.clinic.queries import get_therapist, practice_zone
from practice.core.intervals import Interval
from practice.core.local_time import day_bounds
from practice.scheduling.blocks.editing import Scope, change_block, remove_block
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.ownership import require_own_block, require_own_wish, require_part_of_block
from practice.scheduling.blocks.pattern import Weekly
from practice.scheduling.blocks.queries import get_block, list_blocks
from practice.scheduling.blocks.schemas import (
    BlockChangeSchema,
    BlockQuerySchema,
    BlocksSchema,
    Body,
    NewBlockSchema,
    OneBlockSchema,
    RemovalSchema,
)
from practice.scheduling.blocks.shown import Shown, show_block, show_blocks
from practice.scheduling.blocks.wishes import BlockWish
from practice.scheduling.models import BlockKind
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_blocks", __name__, url_prefix="/api/v1/blocks", description="Time without a client")


@blueprint.route("")
class Blocks(MethodView):
    """Time kept free."""

    @blueprint.arguments(BlockQuerySchema(), location="query")
    @blueprint.response(200, BlocksSchema)
    @requires("block.read")
    def get(self, query: Body) -> Shown:
        """List the blocks of some days, a therapist's own or everybody's."""
        own_id = own_therapist_id(session(), current_actor(), "block.read")
        if own_id is None and "therapist_uid" in query:
            own_id = get_therapist(session(), query["therapist_uid"]).id
        zone = practice_zone(session())
        last = day_bounds(query["last_on"] + timedelta(days=1), zone)[0]
        window = Interval(day_bounds(query["first_on"], zone)[0], last)
        return {"blocks": show_blocks(session(), list_blocks(session(), window, therapist_id=own_id))}

    @blueprint.arguments(NewBlockSchema)
    @blueprint.response(201, BlocksSchema)
    @requires("block.manage")
    def post(self, body: Body) -> Response:
        """Keep time free on every day of a pattern, or on none; a refusal names each day that is taken."""
        wish = block_wish(body)

        def work(opened: Session) -> Answer:
            require_own_wish(opened, wish, current_actor(), "block.manage")
            kept = keep_free(opened, wish=wish, actor=current_actor(), now=now())
            shown = BlocksSchema().dump({"blocks": show_blocks(opened, kept)})
            return Answer(201, shown, f"/api/v1/blocks/{kept[0].uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/<uid:uid>")
class OneBlock(MethodView):
    """One stretch of time."""

    @blueprint.response(200, OneBlockSchema)
    @requires("block.read")
    def get(self, uid: str) -> Response:
        """Read a block with its pattern."""
        require_part_of_block(session(), uid, current_actor(), "block.read")
        return _answer(show_block(session(), get_block(session(), uid)))

    @blueprint.arguments(BlockChangeSchema)
    @blueprint.response(200, BlocksSchema)
    @requires("block.manage")
    def patch(self, body: Body, uid: str) -> Shown:
        """Change this block, this and those after it, or all that are still to come, as this one is changed."""
        wish, scope, version = block_wish(body), Scope(body["scope"]), if_match_version()

        def work(opened: Session) -> Shown:
            actor = current_actor()
            require_own_block(opened, uid, actor, "block.manage")
            require_own_wish(opened, wish, actor, "block.manage")
            changed = change_block(
                opened, block_uid=uid, wish=wish, scope=scope, version=version, actor=actor, now=now()
            )
            opened.flush()
            return {"blocks": show_blocks(opened, changed)}

        return write(work)


@blueprint.route("/<uid:uid>/removal")
class Removal(MethodView):
    """Giving time back."""

    @blueprint.arguments(RemovalSchema)
    @blueprint.response(204)
    @requires("block.manage")
    def post(self, body: Body, uid: str) -> None:
        """Remove this block, this and those after it, or all that are still to come."""
        version = if_match_version()

        def work(opened: Session) -> None:
            actor = current_actor()
            require_own_block(opened, uid, actor, "block.manage")
            remove_block(opened, block_uid=uid, scope=Scope(body["scope"]), version=version, actor=actor, now=now())

        write(work)


def _answer(shown: Shown) -> Response:
    response = jsonify(OneBlockSchema().dump(shown))
    response.headers["ETag"] = etag(shown["version"])
    return response


def block_wish(body: Body) -> BlockWish:
    """Return what is wished for in a body of ours."""
    rule = body.get("pattern")
    return BlockWish(
        kind=BlockKind(body["kind"]),
        title=body["title"],
        local_start=body["local_start"],
        minutes=body["minutes"],
        location=body["location_uid"],
        therapists=tuple(body["therapist_uids"]),
        room=body["room_uid"],
        rule=None if rule is None else weekly_of(rule),
        touches_buffers=body["touches_buffers"],
    )


def weekly_of(rule: Body) -> Weekly:
    """Return a pattern as it was asked for."""
    return Weekly(
        weekdays=frozenset(rule["weekdays"]),
        until=rule["until"],
        every=rule["every"],
        skipped=frozenset(rule["skipped"]),
    )
