"""How the desk says what was done: as news to the open pages, or on the page that comes next."""

import json
from typing import Any

from flask import Response, flash, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

NO_CONTENT = 204


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
