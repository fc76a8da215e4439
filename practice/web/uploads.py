"""Which requests may carry more than others: a few views that take files say how much."""

from collections.abc import Mapping

from flask import Flask, request


def install_uploads(app: Flask, largest: Mapping[str, int]) -> None:
    """Let the endpoints named take bodies of so many bytes; call it before anything reads a form."""

    def allow() -> None:
        if (most := largest.get(request.endpoint or "")) is not None:
            request.max_content_length = most

    app.before_request(allow)
