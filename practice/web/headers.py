"""Security headers for every response the application makes; static files get theirs in assets.py."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
TWO_YEARS = 63_072_000


def add_headers(response: Response, *, referrer: str, secure: bool) -> Response:
    """Complete a response. A view may set its own content policy; it may not make itself cacheable."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("Referrer-Policy", referrer)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    headers["Cache-Control"] = "no-store"
    if secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
    return response


def install_headers(app: Flask, *, link_blueprints: Collection[str] = ()) -> None:
    """Add the headers after each request; pages of link_blueprints carry a secret in their address."""

    @app.after_request
    def finish(response: Response) -> Response:
        by_link = request.blueprint in link_blueprints
        referrer = "no-referrer" if by_link else "same-origin"
        return add_headers(response, referrer=referrer, secure=request.is_secure)
