"""The owner's words: saved edition by edition, read before they leave, used by the next mail, taken back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.core.actor import Role
from practice.core.errors import StaleVersion
from practice.reminders.dispatching import Dispatcher
from practice.reminders.texts import service
from practice.reminders.texts.names import Parts, TextName, Which, standard
from practice.reminders.texts.queries import texts_in_force
from practice.reminders.texts.shown import shown_editions, shown_text, shown_texts
from tests.callers import caller
from tests.factories import OWNER, act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer
from tests.statements import statements

OWN = Parts("See you on {{day}}", "Bonjour & hello {{recipient}}.", "Ring at the blue door.")
BOOKED = Which(TextName.CONFIRMATION, "en")
PAGE = "/settings/texts/confirmation/en"


def say(clinic: Clinic, parts: Parts = OWN, seen: int | None = 0) -> None:
    said = {"which": BOOKED, "parts": parts, "seen_number": seen}
    act(clinic.session, lambda: service.set_text(clinic.session, **said, actor=OWNER, now=clinic.clock()))


def test_a_mail_that_waits_leaves_with_the_new_words(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    clinic.book(clinic.client())
    postman.reconcile()
    say(clinic)
    clinic.clock.now = clinic.messages()[0].due_at
    assert postman.run() == 1
    (mail,) = server.delivered
    assert str(mail.mail["Subject"]).startswith("See you on")


def test_every_change_is_an_edition_and_the_standard_words_come_back(clinic: Clinic) -> None:
    session = clinic.session
    say(clinic)
    say(clinic, seen=1)
    say(clinic, parts=Parts("Again {{day}}", "Lead."), seen=1)
    with pytest.raises(StaleVersion):
        say(clinic, parts=Parts("Late {{day}}", "Lead."), seen=1)
    what = {"which": BOOKED, "actor": OWNER, "now": clinic.clock()}
    act(session, lambda: service.reset_text(session, **what, seen_number=2))
    assert shown_text(session, BOOKED).parts == standard(TextName.CONFIRMATION, "en")
    act(session, lambda: service.reset_text(session, **what, seen_number=3))
    act(session, lambda: service.bring_back(session, **what, number=1, seen_number=3))
    assert [(each.number, each.is_standard) for each in shown_editions(session, BOOKED)] == [
        (4, False),
        (3, True),
        (2, False),
        (1, False),
    ]
    assert texts_in_force(session).parts(TextName.CONFIRMATION, "en") == OWN
    assert texts_in_force(session).parts(TextName.CONFIRMATION, "fr") == standard(TextName.CONFIRMATION, "fr")


def test_the_words_are_read_in_one_statement_however_many_editions_there_are(clinic: Clinic) -> None:
    for number in range(3):
        say(clinic, parts=Parts(f"Edition {number} {{{{day}}}}", "Lead."), seen=number)
    with statements(clinic.session.get_bind()) as seen:
        texts_in_force(clinic.session)
        shown_texts(clinic.session)
    assert len(seen) == 2


def test_the_owner_reads_saves_and_resets_on_a_page(client_as: Any, session: Session) -> None:
    owner = client_as("oscar")
    assert "Your own" not in owner.get("/settings/texts").text
    assert "Your appointment is booked." in owner.get(PAGE).text
    typed = {"subject": "Bis {{day}}", "lead": "Hello <b>{{recipient}}</b>", "foot": "", "version": "0"}
    shown = owner.post(f"{PAGE}/preview", data=typed).text
    assert "Hello &lt;b&gt;Ana&lt;/b&gt;" in shown
    assert "lead=Hello" in shown
    assert "Standard" in owner.get("/settings/texts").text
    assert owner.post(PAGE, data=typed).status_code == 303
    assert "Your own" in owner.get("/settings/texts").text
    body = owner.get(f"{PAGE}/body")
    assert "Hello &lt;b&gt;Ana&lt;/b&gt;" in body.text
    assert "sandbox" in body.headers["Content-Security-Policy"]
    stale = owner.post(PAGE, data={**typed, "lead": "Other"})
    assert stale.status_code == 412
    assert owner.post(f"{PAGE}/bring-back", data={"number": "1", "version": "1"}).status_code == 303
    assert owner.post(f"{PAGE}/reset", data={"version": "1"}).status_code == 303
    assert "Your appointment is booked." in owner.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": "On {{dayy}}", "lead": "x"}, "There is no placeholder {{dayy}}"),
        ({"subject": "Your massage", "lead": "x"}, "Leave out “massage”"),
        ({"subject": "A", "lead": "b" * 1001}, "longer than 1,000 characters"),
        ({"subject": "A", "lead": "b" * 900_000}, "5000"),
        ({"lead": "x"}, "A mail needs a subject"),
    ],
)
def test_a_bad_text_comes_back_with_what_was_typed(client_as: Any, typed: dict[str, str], said: str) -> None:
    owner = client_as("oscar")
    for address in (PAGE, f"{PAGE}/preview"):
        answer = owner.post(address, data={**typed, "version": "0"})
        assert (answer.status_code, said in answer.text) == (422, True), address
        assert typed.get("subject", "") in answer.text


def test_a_megabyte_is_too_large(client_as: Any) -> None:
    assert client_as("oscar").post(PAGE, data={"subject": "A", "lead": "b" * 1_048_576}).status_code == 413


def test_json_says_and_changes_the_same(app: Flask) -> None:
    owner, desk = caller(app, Role.OWNER), caller(app, Role.RECEPTIONIST, "Rita")
    path = "/message-texts/reminder/fr"
    assert len(desk.get("/message-texts").json) == 2 * len(TextName)
    read = desk.get(path)
    assert (read.headers["ETag"], read.json["is_standard"]) == ('"0"', True)
    words = {"subject": "Rappel : {{day}}", "lead": "À bientôt {{recipient}} !", "foot": ""}
    preview = desk.post(f"{path}/preview", words)
    assert (preview.status_code, "À bientôt Ana" in preview.json["text"]) == (200, True)
    assert desk.ask("PUT", path, words, If_Match='"0"').status_code == 403
    put = owner.ask("PUT", path, words, If_Match='"0"')
    assert (put.status_code, put.json["version"], put.headers["ETag"]) == (200, 1, '"1"')
    assert owner.ask("PUT", path, words, If_Match='"0"').status_code == 412
    refused = owner.ask("PUT", path, {**words, "lead": "Votre séance"}, If_Match='"1"')
    assert (refused.status_code, refused.json["code"]) == (422, "text_not_neutral")
    assert owner.ask("DELETE", path, If_Match='"1"').json["is_standard"] is True
    assert [each["number"] for each in desk.get(f"{path}/editions").json] == [2, 1]
    assert desk.get("/message-texts/nothing/en").status_code == 404
