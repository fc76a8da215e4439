"""Changes of absences, hours, rooms, services and places over JSON: look first, then carry out; and the calls."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clinic.queries import get_therapist
from practice.scheduling.absences.applying import Answer, apply_change
from practice.scheduling.absences.asking import Asked, change_of, is_own_only, require_may_answer, require_may_change
from practice.scheduling.absences.calling import Decision, call_list, get_act, settle_call
from practice.scheduling.absences.out_today import out_today
from practice.scheduling.absences.preview import Seen, preview
from practice.scheduling.absences.saving import Words
from practice.scheduling.absences.schemas import (
    ActSchema,
    ApplySchema,
    CallListSchema,
    GroundChangeSchema,
    ImpactSchema,
    OutTodaySchema,
    SettleSchema,
)
from practice.scheduling.absences.shown import Shown, show_act, show_calls, show_impact
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.wishes import MoveWish
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer as Answered

blueprint = ApiBlueprint("api_absences", __name__, url_prefix="/api/v1", description="Absences and other changes")

Body = dict[str, Any]


@blueprint.route("/absences/preview", methods=["POST"])
@blueprint.arguments(GroundChangeSchema)
@blueprint.response(200, ImpactSchema)
@requires("time_off.manage")
def post_preview(body: Body) -> Shown:
    """Show which visits a change would hit, why, and new times for them; nothing is changed."""
    asked, set_up = asked_of(body), read_set_up(session())
    require_may_change(session(), asked, set_up, current_actor())
    change = change_of(session(), asked, set_up, now=now())
    return show_impact(
        preview(session(), change=change, set_up=set_up, own_only=is_own_only(current_actor()), now=now())
    )


@blueprint.route("/absences", methods=["POST"])
@blueprint.arguments(ApplySchema)
@blueprint.response(201, ActSchema)
@requires("time_off.manage")
def post_change(body: Body) -> Response:
    """Put a change into force and carry out every answer, all or nothing."""
    answers = {one["visit_uid"]: Answer(one["kind"], _wish(one), one.get("reason", "")) for one in body["answers"]}
    seen = Seen(body["clinic_version"], {one["visit_uid"]: one["version"] for one in body["answers"]})

    def work(opened: Session) -> Answered:
        asked, set_up = asked_of(body["change"]), read_set_up(opened)
        require_may_change(opened, asked, set_up, current_actor())
        require_may_answer(opened, (one.wish for one in answers.values()), set_up, current_actor())
        act = apply_change(
            opened,
            change=change_of(opened, asked, set_up, now=now()),
            words=Words(body["away_kind"], body["note"], body["joins"]),
            answers=answers,
            seen=seen,
            rules=booking_rules(),
            actor=current_actor(),
            now=now(),
        )
        return Answered(201, ActSchema().dump(show_act(act)), f"/api/v1/absences/{act.uid}")

    return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/absences/out-today", methods=["POST"])
@blueprint.arguments(OutTodaySchema)
@blueprint.response(200, CallListSchema)
@requires("time_off.manage")
def post_out_today(body: Body) -> Shown:
    """Note that a therapist is out today, and show whom to call."""
    return write(lambda opened: _out_today(opened, body["therapist_uid"]))


def _out_today(opened: Session, therapist_uid: str) -> Shown:
    therapist = get_therapist(opened, therapist_uid)
    require_own(opened, current_actor(), "time_off.manage", therapist_id=therapist.id)
    act = out_today(opened, therapist_uid=therapist_uid, rules=booking_rules(), actor=current_actor(), now=now())
    return show_calls(call_list(opened, act=act, now=now()))


@blueprint.route("/absences/<uid:uid>")
@blueprint.response(200, CallListSchema)
@requires("task.read")
def show_one(uid: str) -> Shown:
    """Show an act, what became of each visit, and whom to call."""
    return show_calls(call_list(session(), act=get_act(session(), uid), now=now()))


@blueprint.route("/absences/calls/<uid:uid>", methods=["POST"])
@blueprint.arguments(SettleSchema)
@blueprint.response(204)
@requires("task.finish")
def post_settle(body: Body, uid: str) -> None:
    """Carry out what was agreed in a call."""
    decision = Decision(body["end"], _wish(body), body["reason"])
    write(
        lambda opened: settle_call(
            opened,
            answer_uid=uid,
            decision=decision,
            version=body.get("version"),
            rules=booking_rules(),
            actor=current_actor(),
            now=now(),
        )
    )


def asked_of(body: Body) -> Asked:
    """Return a change as it was asked for."""
    fields = {name: value for name, value in body.items() if name != "week"}
    week = [(span["weekday"], span["opens"], span["closes"], span["location_uid"]) for span in body.get("week", ())]
    return Asked(**fields, week=week)


def _wish(body: Body) -> MoveWish | None:
    if "local_start" not in body:
        return None
    start = body["local_start"].replace(fold=int(body.get("is_second_occurrence", False)))
    return MoveWish(local_start=start, therapist=body.get("therapist_uid"), room=body.get("room_uid"))
