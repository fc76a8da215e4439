"""The page of an offer: it says what is true now, only a form answers, and every end leads on."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from practice.core.clock import SettableClock
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Message
from practice.reminders.offers import reachable_by_mail
from practice.reminders.writing import Sender
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.merging.service import merge_clients
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.ending import withdraw_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.rounds import OfferRound
from practice.scheduling.wishes import BookingDetails
from tests.portal.conftest import Visitor
from tests.portal.test_manage import text_of
from tests.scheduling.scene import Scene
from tests.smtp_server import serving


class Waiting:
    """Two clients who wait for the one time that is free, a worker and a mailbox."""

    def __init__(self, app: Flask, scene: Scene, clock: SettableClock, mail_port: int, mailbox) -> None:
        self.app, self.scene, self.clock, self.mailbox = app, scene, clock, mailbox
        sessions = app.extensions["sessions"]
        self.round = OfferRound(
            sessions,
            clock,
            rules=SCHEDULING_RULES,
            reach=lambda session, ids: reachable_by_mail(session, ids, now=clock()),
        )
        sender = Sender("appointments@example.com", "http://localhost", app.extensions["settings"].link_key)
        self.postman = Dispatcher(sessions, clock, Courier(MailServer("127.0.0.1", mail_port)), sender, worker="w")
        self.taken = scene.book(details=BookingDetails(tell_client=False))
        for client in scene.clients[1:]:
            details = EntryDetails(
                service=scene.service.uid,
                therapists=(scene.therapists[0].uid,),
                windows=(Window(0, 600, 660),),
                last_on=self.taken.local_start.date(),
            )
            scene.do(add_entry, client_uid=client.uid, details=details, now=clock())
            clock.advance(timedelta(minutes=1))

    def free(self) -> None:
        self.scene.do(
            cancel,
            appointment_uid=self.taken.uid,
            reason="ill",
            by=CancelledBy.CLIENT,
            tell_client=False,
            now=self.clock(),
        )

    def tick(self) -> None:
        self.round.run()
        self.postman.drain()

    def visitor(self, number: int = -1, purpose: str = "o") -> Visitor:
        """Whoever got one of the mails, with the link that it carries."""
        mail = self.mailbox.delivered[number].mail
        body = mail.get_body(("plain",)).get_content()
        path = re.search(rf"http://localhost(/{purpose}/\S+)", body)[1]
        return Visitor(self.app.test_client(), path)

    def offers(self) -> list[str]:
        self.scene.session.rollback()
        rows = select(WaitListOffer.state).order_by(WaitListOffer.id)
        return list(self.scene.session.scalars(rows))

    def entries(self) -> list[str]:
        self.scene.session.rollback()
        return list(self.scene.session.scalars(select(WaitListEntry.state).order_by(WaitListEntry.id)))


@pytest.fixture
def waiting(app: Flask, scene: Scene, clock: SettableClock):
    with serving() as mailbox:
        made = Waiting(app, scene, clock, mailbox.port, mailbox)
        yield made
        made.postman.close()


def test_a_freed_time_reaches_the_first_by_mail_and_is_accepted(waiting: Waiting, scene: Scene) -> None:
    waiting.tick()
    assert waiting.mailbox.delivered == []
    waiting.free()
    waiting.tick()
    (delivered,) = waiting.mailbox.delivered
    assert delivered.mail["Subject"] == "A time for you: Monday, November 30 at 10:00 a.m."
    assert scene.service.name not in delivered.mail.as_string()
    page = waiting.visitor().get()
    words = text_of(page)
    for expected in ("Monday, November 30", "10:00 a.m.", "60 minutes", "We keep it for you until", "12:02 p.m."):
        assert expected in words, expected
    assert scene.service.name not in words
    assert scene.clients[1].last_name not in words
    booked = waiting.visitor().post("/accept")
    assert booked.status_code == 200
    assert "this time is yours" in text_of(booked)
    assert waiting.offers() == ["accepted"]
    assert waiting.entries() == ["booked", "waiting"]
    # The way on works: it is the page of the appointment.
    manage = re.search(r'href="(/m/[^"]+)"', booked.get_data(as_text=True))[1]
    assert "see you on" in text_of(waiting.visitor().browser.get(manage))
    waiting.clock.advance(timedelta(minutes=3))
    waiting.tick()
    assert [each.mail["Subject"].partition(":")[0] for each in waiting.mailbox.delivered[1:]] == [
        "Your appointment on Monday, November 30 at 10"
    ]


def test_opening_the_page_changes_nothing_and_forms_need_their_token(waiting: Waiting) -> None:
    waiting.free()
    waiting.tick()
    visitor, stopper = waiting.visitor(), waiting.visitor(purpose="s")
    for each in (visitor, stopper):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert each.browser.open(each.path, method=method).status_code == 200
    assert visitor.browser.post(visitor.path + "/accept").status_code == 400
    assert visitor.browser.get(visitor.path + "/accept").status_code == 405
    # A link opens what it is for and nothing else.
    for path in (
        stopper.path.replace("/s/", "/o/"),
        visitor.path.replace("/o/", "/s/"),
        visitor.path.replace("/o/", "/m/"),
    ):
        assert visitor.browser.get(path).status_code == 404
    assert (waiting.offers(), waiting.entries()) == (["open"], ["offered", "waiting"])


def test_accepting_twice_says_that_it_is_booked(waiting: Waiting, scene: Scene) -> None:
    waiting.free()
    waiting.tick()
    visitor = waiting.visitor()
    visitor.post("/accept")
    again = visitor.browser.post(visitor.path + "/accept", data={"csrf_token": visitor.form_token})
    assert again.status_code == 409
    assert "You accepted this time already" in text_of(again)
    assert 'href="/m/' in again.get_data(as_text=True)
    booked = scene.session.scalars(select(Appointment).where(Appointment.state == "booked")).all()
    assert len(booked) == 1


def test_accepting_too_late_says_so_and_the_next_one_is_asked(waiting: Waiting) -> None:
    waiting.free()
    waiting.tick()
    late = waiting.visitor()
    late.get()
    waiting.clock.advance(timedelta(hours=3))
    answer = late.post("/accept")
    assert answer.status_code == 409
    assert "After that it goes to the next person" in text_of(answer)
    assert "You are still on our list" in text_of(answer)
    waiting.tick()
    assert waiting.offers() == ["expired", "open"]
    assert len({each.recipient for each in waiting.mailbox.delivered}) == 2
    assert waiting.visitor().post("/accept").status_code == 200
    assert "not free any more" in text_of(late.get())
    assert waiting.entries() == ["waiting", "booked"]


def test_declining_passes_the_time_on_and_keeps_the_place_on_the_list(waiting: Waiting) -> None:
    waiting.free()
    waiting.tick()
    answer = waiting.visitor().post("/decline")
    assert answer.status_code == 200
    assert "You said no to this time" in text_of(answer)
    waiting.tick()
    assert (waiting.offers(), waiting.entries()) == (["declined", "open"], ["waiting", "offered"])


def test_stopping_from_the_page_and_by_one_click_leaves_the_list(waiting: Waiting) -> None:
    waiting.free()
    waiting.tick()
    assert "not on our list any more" in text_of(waiting.visitor().post("/stop"))
    waiting.tick()
    mail = waiting.mailbox.delivered[-1].mail
    path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    one_click = waiting.app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, waiting.app.test_client().post(path).status_code) == (200, 200)
    assert waiting.entries() == ["withdrawn", "withdrawn"]
    waiting.tick()
    assert len(waiting.mailbox.delivered) == 2


def test_an_offer_that_ended_before_its_mail_left_is_not_sent(waiting: Waiting, scene: Scene) -> None:
    waiting.free()
    waiting.round.run()
    uid = scene.session.scalars(select(WaitListOffer.uid)).one()
    waiting.postman.reconcile()
    scene.do(withdraw_offer, offer_uid=uid, now=waiting.clock())
    waiting.postman.drain()
    assert waiting.mailbox.delivered == []
    scene.session.rollback()
    (message,) = scene.session.scalars(select(Message).where(Message.kind == "offer"))
    assert (message.state, message.why) == ("superseded", "outdated")


def test_ending_a_clients_links_ends_those_of_offers_too(waiting: Waiting, scene: Scene, client_as) -> None:
    waiting.free()
    waiting.tick()
    visitor, stopper = waiting.visitor(), waiting.visitor(purpose="s")
    assert visitor.post("/accept").status_code == 200
    client_as("rita").post(f"/clients/{scene.clients[1].uid}/links/end")
    assert (visitor.get().status_code, stopper.get().status_code) == (404, 404), "the page leads to the live visit"


def test_links_of_a_merged_record_end_with_those_of_the_one_that_is_kept(
    waiting: Waiting, scene: Scene, client_as
) -> None:
    waiting.free()
    waiting.tick()
    visitor = waiting.visitor()
    scene.do(merge_clients, kept_uid=scene.clients[0].uid, merged_uid=scene.clients[1].uid)
    client_as("rita").post(f"/clients/{scene.clients[0].uid}/links/end")
    assert visitor.get().status_code == 404
