"""How the desk's panels answer: a fragment beside the page, a page of its own without htmx, and the news afterwards."""

import json
from typing import Any

from flask import Response, flash, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from practice.web.pages import render_page, wants_fragment

NO_CONTENT = 204


def panel_answer(page: str, fragment: str, *, status: int = 200, **context: Any) -> Response:
    """Render a panel; a refusal always lands in the panel, wherever the act was started."""
    answer = render_page(page, status=status, fragment=fragment, **context)
    if wants_fragment() and status >= 400:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#panel", "innerHTML"
    return answer


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
