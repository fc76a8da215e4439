"""The diary: grid, list, and what both refresh from."""

import json
from datetime import date

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic.queries import practice_today
from practice.desk.diary.address import DiaryAddress, read_by, read_day
from practice.desk.diary.feed import feed
from practice.desk.diary.listed import day_list
from practice.desk.diary.open_diary import OpenDiary, closed_of, columns_of, kept_in_columns, open_diary
from practice.desk.diary.page import diary_facts, diary_page
from practice.desk.location_pages import asked_location, remember_location
from practice.web.conditional import unless_known
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("diary", __name__, template_folder="../templates")
blueprint.after_request(remember_location)


def asked_diary(raw_day: str | None) -> DiaryAddress:
    """Return which diary the request asks for; 404 for a day that is none."""
    return DiaryAddress(
        on=_day(raw_day),
        by=read_by(request.args.get("by")),
        location=asked_location(session()),
        therapist=request.args.get("therapist", ""),
    )


def _day(raw: str | None) -> date:
    day = read_day(raw or request.args.get("on"), practice_today(session(), now()))
    return day or abort(404, "There is no such day. Choose another one in the diary.")


def _open(raw_day: str, *, with_gone: bool = False) -> OpenDiary:
    return open_diary(session(), asked_diary(raw_day), with_gone=with_gone, actor=current_actor(), now=now())


@blueprint.get("/diary")
@requires("calendar.read")
def today() -> AnyResponse:
    """Lead to today's diary, or to the day chosen in the page's own date field."""
    return redirect(asked_diary(None).path(), 303)


@blueprint.get("/diary/list")
@requires("calendar.read")
def list_today() -> AnyResponse:
    """Lead to today's list."""
    return redirect(asked_diary(None).path("list"), 303)


@blueprint.get("/diary/<raw_day>")
@requires("calendar.read")
def grid(raw_day: str) -> Response:
    """Show the diary as a grid."""
    return render_page("desk/diary.html", page=diary_page(session(), _open(raw_day), now=now()))


@blueprint.get("/diary/<raw_day>/list")
@requires("calendar.read")
def as_list(raw_day: str) -> Response:
    """Show the same day as a list that needs neither a mouse nor JavaScript."""
    diary = _open(raw_day, with_gone=True)
    page = diary_page(session(), diary, is_list=True, now=now())
    rows = day_list(diary.visits, actor=current_actor(), now=now())
    return render_page("desk/day_list.html", fragment="desk/day_rows.html", page=page, rows=rows, kept=diary.kept)


@blueprint.get("/diary/<raw_day>/status")
@requires("calendar.read")
def status(raw_day: str) -> Response:
    """Show the line of truth alone."""
    diary = _open(raw_day)
    return render_page("desk/status_line.html", facts=diary_facts(session(), diary, now=now()), address=diary.address)


@blueprint.get("/diary/<raw_day>/events")
@requires("calendar.read")
def events(raw_day: str) -> Response:
    """Return what the grid draws; answers 304 while nothing has changed."""
    diary = _open(raw_day)
    drawn = feed(
        columns_of(diary),
        diary.visits,
        closed_of(diary),
        kept=kept_in_columns(diary),
        by=diary.address.by,
        actor=current_actor(),
        now=now(),
    )
    body = json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)
    return unless_known(Response(body, mimetype="application/json"))
