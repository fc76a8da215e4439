"""A small clinic served to Chromium: two therapists, two rooms, a receptionist, a mailbox and a worker."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.app import create_app
from practice.clients.models import Client
from practice.clinic.models import Location, Service, Therapist
from practice.core.actor import Actor, Role
from practice.core.clock import SettableClock
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import TimeWish
from practice.web.database import db
from practice.worker import Worker
from tests.browser import browser_type_launch_args, enter, served
from tests.cast import make_cast
from tests.conftest import make_settings
from tests.factories import act, make_client, make_location, make_room, make_service, make_therapist
from tests.smtp_server import Delivered, ScriptedServer, serving

__all__ = ["browser_type_launch_args"]

TODAY = "2026-11-24"
KEY, POINTING, DECISION = 0.28, 1.1, 1.35


@dataclass
class Clinic:
    """The practice behind the address: what stands in it, and the worker that sends its mail."""

    app: Flask
    address: str
    clock: SettableClock
    session: Session
    cast: dict[str, User]
    location: Location
    service: Service
    ada: Therapist
    ben: Therapist
    mailbox: ScriptedServer
    worker: Worker

    def book(self, client: Client, local_start: datetime, therapist: Therapist | None = None) -> Appointment:
        """A visit booked at the desk."""
        wish = TimeWish(
            service=self.service.uid,
            location=self.location.uid,
            therapist=(therapist or self.ada).uid,
            local_start=local_start,
        )
        actor = Actor(Role.RECEPTIONIST, user_id=self.cast["rita"].id, name="Rita Rossi")
        booking = partial(book_time, self.session, wish=wish, client_uid=client.uid)
        return act(self.session, lambda: booking(rules=SCHEDULING_RULES, actor=actor, now=self.clock()))

    def client(self, name: str, **over: object) -> Client:
        first, last = name.split(" ", 1)
        return make_client(self.session, first_name=first, last_name=last, **over)

    def mails_after(self, wait: timedelta) -> list[Delivered]:
        """Let time pass, let the worker send, and return what lies in the mailbox."""
        self.clock.advance(wait)
        self.worker.dispatch()
        return self.mailbox.delivered


@pytest.fixture
def clinic(engine_url: str, clock: SettableClock) -> Iterator[Clinic]:
    with serving() as mailbox:
        settings = make_settings(engine_url, smtp_host="127.0.0.1", smtp_port=mailbox.port)
        app = create_app(settings, clock=clock)
        sessions = app.extensions["sessions"]
        with served(app) as address, sessions() as session:
            worker = Worker(sessions, replace(settings, base_url=address), rules=SCHEDULING_RULES, clock=clock)
            yield _furnished(app, address, clock, session, mailbox, worker)
            worker.close()
        with app.app_context():
            db.engine.dispose()


def _furnished(
    app: Flask, address: str, clock: SettableClock, session: Session, mailbox: ScriptedServer, worker: Worker
) -> Clinic:
    cast = make_cast(app.extensions["sessions"], now=clock())
    location = make_location(session, name="Harbourline", phone="+14165550100")
    for name in ("Room 1", "Room 2"):
        make_room(session, location, name=name)
    ada = make_therapist(session, location=location, name="Ada Able", colour=1)
    ben = make_therapist(session, location=location, name="Ben Bold", colour=2)
    service = make_service(session, name="Relax 60", code="RELAX-60", buffer_after_minutes=10)
    return Clinic(app, address, clock, session, cast, location, service, ada, ben, mailbox, worker)


@dataclass
class Hands:
    """The receptionist's hands on one page; typed text is no input, every key and click beside it is one."""

    page: Page
    clinic: Clinic
    inputs: int = field(default=0)
    typed: int = field(default=0)
    pointed: int = field(default=0)

    @property
    def seconds(self) -> float:
        """What the keystroke-level model says of the inputs so far: every key, every pointing, one decision each."""
        keys = self.inputs - self.pointed + self.typed
        return KEY * keys + POINTING * self.pointed + DECISION * self.inputs

    def begin(self) -> None:
        """Count from here on."""
        self.inputs = self.typed = self.pointed = 0

    def press(self, key: str) -> None:
        self.inputs += 1
        self.page.keyboard.press(key)

    def click(self, what: Locator) -> None:
        self.inputs += 1
        self.pointed += 1
        what.click()

    def type(self, text: str) -> None:
        self.typed += len(text)
        self.page.keyboard.type(text)

    def open(self, path: str) -> None:
        self.page.goto(self.clinic.address + path)
        if "/diary/" in path and not path.endswith(("/list", "/sheet")):
            self.page.wait_for_selector(".ec-day")
        self.begin()

    def spot(self, therapist: str, hour: int) -> tuple[float, float]:
        """Where a full hour of a column lies on the screen, a little below its line."""
        head = self.page.locator(".ec-col-head", has_text=therapist).bounding_box()
        label = self.page.locator(".ec-sidebar time", has_text=f"{hour}:00").bounding_box()
        assert head and label
        return head["x"] + head["width"] / 2, label["y"] + label["height"] / 2 + 9

    def card(self, name: str) -> Locator:
        return self.page.locator(".ec-event:not(.ec-bg-event)", has_text=name)


@pytest.fixture
def hands(clinic: Clinic, page: Page) -> Hands:
    """Rita, signed in, at a desk of 1280 by 800 in Toronto."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.clock.install(time=clinic.clock())
    enter(page, clinic.app, clinic.address, clinic.cast["rita"], now=clinic.clock())
    return Hands(page, clinic)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "timezone_id": "America/Toronto", "locale": "en-CA"}
