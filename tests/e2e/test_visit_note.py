"""A visit completed and signed in Chromium: by keys alone within the time there is, by touch, without a connection."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from practice.accounts.locking import set_signing_pin
from practice.accounts.pins import SIGNING, hash_pin
from practice.clinic.models import Therapist
from practice.core.actor import Actor, Role
from practice.core.local_time import wall_time
from practice.demo.noting import agree, sign, write_note
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.techniques import Technique
from practice.visits.opening import open_visit
from tests.browser import browser_type_launch_args, enter, violations
from tests.desk.scenes import ZONE
from tests.e2e.conftest import Clinic, Hands
from tests.factories import OWNER, act

pytestmark = [pytest.mark.browser, pytest.mark.alone]

PIN = "284917"
KEY, POINTING, DECISION = 0.28, 1.1, 1.35
MOST_SECONDS = 90
ROWS = (
    Technique("stripping", "buttock", "left", "prone", 3, 10),
    Technique("nerve_glide", "calf_posterior", "left", "supine", 1, 5),
)


class Timed(Hands):
    """Counts every key, typed ones too, and each decision, as the keystroke-level model does."""

    seconds = 0.0

    def press(self, key: str) -> None:
        super().press(key)
        self.seconds += KEY * (1 + key.count("+"))

    def type(self, text: str) -> None:
        super().type(text)
        self.seconds += KEY * len(text)

    def decide(self) -> None:
        self.seconds += DECISION


@pytest.fixture
def ines(clinic: Clinic, page: Page) -> Actor:
    """Theo is Ada, has a signing PIN and is signed in."""
    theo = clinic.cast["theo"]

    def work() -> None:
        clinic.session.get_one(Therapist, clinic.ada.id).user_id = theo.id
        stored = hash_pin(PIN, user_uid=theo.uid, key=clinic.app.extensions["settings"].secret_key, purpose=SIGNING)
        set_signing_pin(clinic.session, uid=theo.uid, pin_hash=stored, actor=OWNER, now=clinic.clock())

    act(clinic.session, work)
    enter(page, clinic.app, clinic.address, theo, now=clinic.clock())
    return Actor(Role.THERAPIST, user_id=theo.id, therapist_id=clinic.ada.id, name="Ada")


@pytest.fixture
def path(clinic: Clinic, ines: Actor) -> str:
    """The second visit of a client under treatment; the first has its signed note."""
    client = clinic.client("Anna Kowalska")
    now = clinic.clock()

    def visit(starts_at, state, **more) -> Appointment:
        row = Appointment(
            client_id=client.id, service_id=clinic.service.id, therapist_id=clinic.ada.id, location_id=clinic.location.id,
            state=state, local_start=wall_time(starts_at, ZONE), zone=ZONE, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1), duration_minutes=60, buffer_before_minutes=0, buffer_after_minutes=0,
            price_cents=11000, created_at=now, started_at=starts_at, **more,
        )  # fmt: skip
        clinic.session.add(row)
        clinic.session.flush()
        return row

    def work() -> str:
        week_ago = now - timedelta(days=7)
        first = visit(week_ago, AppointmentState.COMPLETED, ended_at=week_ago + timedelta(hours=1))
        by = {"actor": ines, "now": week_ago + timedelta(hours=1)}
        opened = open_visit(clinic.session, appointment_uid=first.uid, **by)
        agree(clinic.session, opened, in_writing=True, **by)
        write_note(clinic.session, opened, {"subjective": "Leg pain 6.", "techniques": ROWS, "plan": "Go on."}, **by)
        sign(clinic.session, opened, **by)
        return visit(now - timedelta(minutes=40), AppointmentState.IN_PROGRESS).uid

    return f"/appointments/{act(clinic.session, work)}/visit"


def signed(clinic: Clinic) -> int:
    clinic.session.rollback()
    return len(clinic.session.scalars(select(NoteEntry.id)).all())


def test_by_keys_alone_a_visit_is_completed_and_signed_in_time_and_a_cut_loses_nothing(
    clinic: Clinic, page: Page, path: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    hands = Timed(page, clinic)
    hands.open(path)
    expect(page.get_by_role("button", name="All no")).to_be_focused()
    hands.decide()
    hands.press("Enter")
    expect(page.get_by_role("button", name="Agreed as before, buttock included")).to_be_focused()
    hands.decide()
    hands.press("Enter")
    expect(page.locator("#pre input[name=leg]").first).to_be_focused()
    hands.decide()
    for key in ("4", "2", "3"):
        hands.press(key)
    hands.type("128")
    hands.press("Tab")
    hands.type("82")
    hands.press("Tab")
    hands.type("74")
    hands.press("Enter")
    expect(page.get_by_role("button", name="Copy from the last note")).to_be_focused()
    hands.decide()
    hands.press("Enter")
    expect(page.locator("#f-subjective")).to_be_focused()
    hands.decide()
    hands.type("Leg pain 4, ")
    expect(page.locator("#note-state")).to_contain_text("Saved")
    page.context.set_offline(True)
    hands.type("sleeps through, sat two hours at work.")
    expect(page.locator("#note-state")).to_contain_text("No connection")
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "sleeps" not in kept
    page.context.set_offline(False)
    expect(page.locator("#note-state")).to_contain_text("Saved")
    hands.press("Control+Enter")
    expect(page.locator("#post input[name=leg]").first).to_be_focused()
    hands.decide()
    hands.press("2")
    hands.press("1")
    hands.press("Enter")
    expect(page.locator("#f-signing_pin")).to_be_focused()
    assert violations(page) == []
    assert signed(clinic) == 1
    hands.decide()
    hands.inputs = 0
    hands.type(PIN)
    hands.press("Enter")
    expect(page.locator("#sign-title")).to_have_text("Signed")
    assert hands.inputs <= 2
    assert hands.seconds < MOST_SECONDS, hands.seconds
    assert signed(clinic) == 2
    expect(page.locator(".signed")).to_contain_text("sleeps through, sat two hours at work.")
    assert violations(page) == []


def test_by_touch_at_a_tablet_the_same_visit_is_signed_and_can_be_covered(clinic: Clinic, browser, path: str) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    page = context.new_page()
    enter(page, clinic.app, clinic.address, clinic.cast["theo"], now=clinic.clock())
    page.goto(clinic.address + path)
    page.get_by_role("button", name="All no").tap()
    agreed = page.get_by_role("button", name="Agreed as before, buttock included")
    expect(agreed).to_be_focused()
    agreed.tap()
    leg = page.locator("#pre input[name=leg]").first
    expect(leg).to_be_focused()
    page.get_by_role("button", name="Copy from the last note").tap()
    expect(page.locator("select[name=technique-1]")).to_have_value("stripping")
    expect(leg).to_be_focused()
    page.locator("#f-subjective").fill("Leg pain 3.")
    page.get_by_role("button", name="Client in room").tap()
    expect(page.locator("#cover")).to_be_visible()
    page.locator("#cover").tap(position={"x": 20, "y": 20})
    expect(page.locator("#f-subjective")).to_be_focused()
    small = page.evaluate(
        "[...document.querySelectorAll('.visit-form :is(button, summary, .choice, .scale label, .input)')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 47.5).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#f-signing_pin").fill(PIN)
    page.get_by_role("button", name="End the treatment and sign").tap()
    expect(page.locator("#sign-title")).to_have_text("Signed")
    expect(page.locator(".signed")).to_contain_text("Leg pain 3.")
    context.close()


__all__ = ["browser_type_launch_args"]
