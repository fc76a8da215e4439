"""Showing the designed body of a mail inside a page of ours: without scripts, network and origin of ours."""

from flask import Response, make_response

BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def framed(body: str) -> Response:
    """Return *body* for a frame of ours only; nothing in it may act."""
    response = make_response(body)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response
