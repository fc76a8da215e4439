"""How the desk says what was done: as news to the open pages, or on the page that comes next."""

import json
from typing import Any, NamedTuple

from flask import Response, flash, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

NO_CONTENT = 204


class Undo(NamedTuple):
    """Where an act that is no act of the diary is taken back by a POST, and what on the page its answer replaces."""

    post: str
    target: str


def with_news(answer: Response, words: str = "", *, can_undo: bool = False, undo: Undo | None = None) -> Response:
    """Tell the open pages that the diary changed, and say in a few words what was done.

    It can be taken back by Ctrl-Z if *can_undo*, or as *undo* says.
    """
    news: dict[str, Any] = {"diary:changed": True}
    how = undo._asdict() if undo else can_undo
    if words:
        news["toast"] = {"text": words, "kind": "ok"} | ({"undo": how} if how else {})
    answer.headers["HX-Trigger"] = json.dumps(news)
    return answer


def nothing_to_show(words: str = "", *, can_undo: bool = False) -> Response:
    """Answer an act whose page stays as it is but for the news."""
    return with_news(make_response("", NO_CONTENT), words, can_undo=can_undo)


def not_done(words: str, *, status: int, way: str, url: str) -> Response:
    """Say why an act was refused, with a link that leads on, and leave the page as it is."""
    said: dict[str, Any] = {"text": words, "kind": "warn"} | ({"link": {"label": way, "url": url}} if url else {})
    answer = make_response("", status)
    answer.headers["HX-Trigger"], answer.headers["HX-Reswap"] = json.dumps({"toast": said}), "none"
    return answer


def go_on(url: str, words: str, *, can_undo: bool = False) -> AnyResponse:
    """Lead a browser without htmx on to *url* and say there what was done."""
    flash(words, "done" if can_undo else "ok")
    return redirect(url, 303)
