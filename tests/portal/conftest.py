"""A client with a mail: the link to the visit, and a browser that nobody signed in with."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from practice.accounts.links import link_token
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.service import set_consent
from practice.core.clock import SettableClock
from practice.reminders.links import ensure_links
from practice.scheduling.models import Appointment
from tests.factories import RECEPTIONIST, act
from tests.scheduling.scene import Scene

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody who opened the link of a mail."""

    browser: FlaskClient
    path: str
    form_token: str = ""

    def get(self, more: str = "") -> Any:
        return self.browser.get(self.path + more)

    def post(self, more: str, form: Mapping[str, str] | None = None) -> Any:
        """Post as our page would: with its form token."""
        if found := CSRF.search(self.get().get_data(as_text=True)):
            self.form_token = found[1]
        sent = {**(form or {}), "csrf_token": self.form_token}
        return self.browser.post(self.path + more, data=sent, follow_redirects=True)


@pytest.fixture
def scene(session: Session, clock: SettableClock) -> Scene:
    return Scene(session)


@pytest.fixture
def consent(scene: Scene) -> None:
    act(
        scene.session,
        lambda: set_consent(
            scene.session,
            client=scene.clients[0],
            purpose=Purpose.REMINDER_EMAIL,
            text_version=CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
            channel="desk",
            actor=RECEPTIONIST,
            now=scene.now,
        ),
    )


@pytest.fixture
def visitor(app: Flask, session: Session) -> Callable[[Appointment], Visitor]:
    def make(appointment: Appointment) -> Visitor:
        manage, _ = act(session, lambda: ensure_links(session, [appointment.id], [], now=appointment.created_at))
        token = link_token(app.extensions["settings"].link_key, manage[appointment.id])
        return Visitor(app.test_client(), f"/m/{token}")

    return make


@pytest.fixture
def stopper(app: Flask, session: Session, scene: Scene) -> Visitor:
    _, stop = act(session, lambda: ensure_links(session, [], [scene.clients[0].id], now=scene.now))
    token = link_token(app.extensions["settings"].link_key, stop[scene.clients[0].id])
    return Visitor(app.test_client(), f"/u/{token}")
