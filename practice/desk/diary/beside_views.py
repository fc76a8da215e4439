"""How a panel answers: alone, or as a page beside a whole diary."""

from dataclasses import replace
from typing import Any

from flask import Response

from practice.accounts.current import current_actor
from practice.core.errors import NotFound
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.open_diary import OpenDiary, open_diary
from practice.desk.diary.page import diary_page
from practice.web.database import now, session
from practice.web.pages import render_page, wants_fragment


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
