"""How the desk's panels answer: alone or beside a whole diary, and the news afterwards."""

import json
from dataclasses import replace
from typing import Any

from flask import Response, flash, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.core.errors import NotFound
from practice.desk.diary_address import DiaryAddress
from practice.desk.diary_page import diary_page
from practice.desk.open_diary import OpenDiary, open_diary
from practice.web.database import now, session
from practice.web.pages import render_page, wants_fragment

NO_CONTENT = 204


def panel_answer(fragment: str, behind: DiaryAddress, *, status: int = 200, **context: Any) -> Response:
    """Render a panel alone, or as a page of its own beside the diary *behind* it.

    A refusal always lands in the panel, wherever the act was started.
    """
    if not wants_fragment():
        page = diary_page(session(), _diary_behind(behind), now=now())
        return render_page("desk/diary.html", status=status, page=page, panel_template=fragment, **context)
    answer = render_page(fragment, status=status, **context)
    if status >= 400:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#panel", "innerHTML"
    return answer


def _diary_behind(address: DiaryAddress) -> OpenDiary:
    """Return the diary of a day; a location that is no longer in use is replaced by one that is."""
    try:
        return open_diary(session(), address, actor=current_actor(), now=now())
    except NotFound:
        return open_diary(session(), replace(address, location=""), actor=current_actor(), now=now())


def with_news(answer: Response, words: str = "") -> Response:
    """Tell the open pages that the diary changed, and say in a few words what was done."""
    news: dict[str, Any] = {"diary:changed": True}
    if words:
        news["toast"] = {"text": words, "kind": "ok"}
    answer.headers["HX-Trigger"] = json.dumps(news)
    return answer


def nothing_to_show(words: str = "") -> Response:
    """Answer an act whose page stays as it is but for the news."""
    return with_news(make_response("", NO_CONTENT), words)


def go_on(url: str, words: str) -> AnyResponse:
    """Lead a browser without htmx on to *url* and say there what was done."""
    flash(words, "ok")
    return redirect(url, 303)
