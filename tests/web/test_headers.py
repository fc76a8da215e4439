"""Every response the application makes carries the security headers."""

import pytest
from flask import Blueprint, Flask, Response, abort

from practice.web.headers import install_headers


@pytest.fixture
def app() -> Flask:
    app = Flask("headers", static_folder=None)
    desk = Blueprint("desk", "desk")
    desk.add_url_rule("/today", "today", view_func=lambda: "today")
    desk.add_url_rule("/broken", "broken", view_func=lambda: abort(500))
    desk.add_url_rule(
        "/mail", "mail", view_func=lambda: Response("mail", headers={"Content-Security-Policy": "sandbox"})
    )
    desk.add_url_rule("/file", "file", view_func=lambda: Response("pdf", headers={"Cache-Control": "public"}))
    portal = Blueprint("portal", "portal")
    portal.add_url_rule("/m/secret", "manage", view_func=lambda: "manage")
    app.register_blueprint(desk)
    app.register_blueprint(portal)
    install_headers(app, link_blueprints={"portal"})
    return app


@pytest.mark.parametrize("path", ["/today", "/broken", "/unknown", "/m/secret"])
def test_pages_and_errors_carry_the_policy(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "microphone=()" in headers["Permissions-Policy"]


def test_a_page_with_a_secret_in_its_address_sends_no_referrer(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/m/secret").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/today").headers["Referrer-Policy"] == "same-origin"


def test_a_view_may_set_its_own_content_policy(app: Flask) -> None:
    assert app.test_client().get("/mail").headers["Content-Security-Policy"] == "sandbox"


def test_no_view_makes_itself_cacheable(app: Flask) -> None:
    assert app.test_client().get("/file").headers["Cache-Control"] == "no-store"


def test_transport_security_is_sent_over_https_only(app: Flask) -> None:
    client = app.test_client()
    assert "Strict-Transport-Security" not in client.get("/today").headers
    secure = client.get("/today", base_url="https://example.com").headers
    assert secure["Strict-Transport-Security"].startswith("max-age=63072000")
