"""Every route names its action, and every request is judged before its view."""

import pytest
from flask import Flask
from flask.views import MethodView

from practice.accounts.permissions import PERMISSIONS, Scope, may, scope_of
from practice.accounts.policy import MissingPolicy, check_policies, requires, sign_in_address
from practice.core.actor import ANONYMOUS, SYSTEM, Actor, Role


def test_a_view_without_policy_stops_the_application() -> None:
    app = Flask("probe", static_folder=None)
    app.add_url_rule("/open", "open", requires("public")(lambda: "ok"))
    check_policies(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "ok")
    with pytest.raises(MissingPolicy, match="/forgotten"):
        check_policies(app)


def test_an_unknown_action_stops_the_application() -> None:
    app = Flask("probe", static_folder=None)
    app.add_url_rule("/x", "x", requires("client.raed")(lambda: "ok"))
    with pytest.raises(MissingPolicy, match=r"client\.raed"):
        check_policies(app)


def test_each_method_of_a_view_class_needs_its_own_policy() -> None:
    class Half(MethodView):
        @requires("client.read")
        def get(self) -> str:
            return "ok"

        def post(self) -> str:
            return "ok"

    app = Flask("probe", static_folder=None)
    app.add_url_rule("/half", view_func=Half.as_view("half"))
    with pytest.raises(MissingPolicy, match=r"POST\): no policy"):
        check_policies(app)


def test_a_route_added_after_the_check_answers_nothing(own_app: Flask) -> None:
    own_app.add_url_rule("/api/late", "late", lambda: "secret")
    own_app.testing = False
    answer = own_app.test_client().get("/api/late")
    assert answer.status_code == 500
    assert b"secret" not in answer.data


def test_strangers_are_sent_to_sign_in_and_scripts_get_401(own_app: Flask) -> None:
    for path in ("/staff", "/api/v1/staff"):
        own_app.add_url_rule(path, path, requires("client.read")(lambda: "secret"), methods=["GET", "POST"])
    browser = own_app.test_client()
    page = browser.get("/staff?day=2026-11-24")
    assert (page.status_code, page.location) == (303, "/sign-in?next=/staff%3Fday%3D2026-11-24")
    assert browser.get("/staff", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/sign-in")
    script = browser.get("/api/v1/staff")
    assert (script.status_code, script.mimetype) == (401, "application/problem+json")
    assert "Bearer" in script.headers["WWW-Authenticate"].title()


def test_a_bearer_token_that_opens_nothing_is_refused_even_beside_a_cookie(own_app: Flask) -> None:
    own_app.add_url_rule("/api/v1/staff", "staff", requires("client.read")(lambda: "secret"))
    answer = own_app.test_client().get("/api/v1/staff", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_the_table_has_a_scope_for_every_role_and_the_system_may_all() -> None:
    roles = set(Role) - {Role.SYSTEM}
    assert all(set(row) == roles for row in PERMISSIONS.values())
    assert scope_of(SYSTEM, "audit.read") is Scope.ALL
    assert not may(ANONYMOUS, "client.read")
    assert scope_of(Actor(Role.THERAPIST), "client.read") is Scope.OWN


@pytest.mark.parametrize(
    "target", [None, "//evil.example", "/\\evil.example", "/%2f%2fevil.example", "https://evil.example"]
)
def test_sign_in_never_leads_to_another_site(target: str | None) -> None:
    assert sign_in_address(target) == "/sign-in"


def test_sign_in_leads_on_to_the_page_that_was_asked_for() -> None:
    assert sign_in_address("/calendar?day=2026-11-24") == "/sign-in?next=/calendar%3Fday%3D2026-11-24"
