"""What clients read: golden mails, neutral contents, one instant everywhere, headers that nobody can break."""

import os
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import icalendar
import pytest

from practice.core.local_time import to_local, to_utc
from practice.reminders.calendar_part import Party
from practice.reminders.catalogue import CATALOGUE, wording
from practice.reminders.filling import Filled, UnknownPlaceholder
from practice.reminders.kinds import NEWS, MessageKind
from practice.reminders.letters import Digest, Letter
from practice.reminders.mail_format import write_mail
from practice.reminders.rendering import PLACEHOLDERS
from practice.reminders.typography import HARD_SPACE
from practice.reminders.wording import Wording
from tests.reminders.letters import HOUSE, START, VISIT, WITHOUT_CALENDAR, changes, letter, series_of

GOLDEN = Path(__file__).parent / "golden"
KINDS = [kind for kind in MessageKind if kind is not MessageKind.DECIDE]
ABOUT_A_VISIT = [kind for kind in KINDS if kind not in WITHOUT_CALENDAR]

ZONES = [
    "America/Toronto",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "Pacific/Apia",
    "Asia/Kolkata",
    "America/St_Johns",
    "UTC",
]


def mail_of(letter: Letter | Digest) -> EmailMessage:
    parsed = message_from_bytes(write_mail(letter, HOUSE), policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, content_type: str) -> str:
    (found,) = (each for each in mail.walk() if each.get_content_type() == content_type)
    content = found.get_content()
    return content.decode() if isinstance(content, bytes) else str(content)


def event_of(mail: EmailMessage) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(part(mail, "text/calendar")).walk("VEVENT")
    return event


def readable(mail: EmailMessage) -> str:
    """Return a mail as people can review it: headers, then each part decoded."""
    lines = [f"{name}: {value}" for name, value in mail.items()]
    for each in mail.walk():
        if not each.is_multipart():
            content = each.get_content()
            words = content.decode() if isinstance(content, bytes) else str(content)
            lines += ["", f"--- {each['Content-Type']}", words.replace("\r\n", "\n")]
    return "\n".join(line.rstrip() for line in "\n".join(lines).split("\n")) + "\n"


def golden_letter(name: str) -> Letter | Digest:
    if name.startswith("fr_"):
        return replace(golden_letter(name.removeprefix("fr_")), language="fr")
    if name == "series":
        return series_of(3)
    if name == "changes":
        return changes()
    if name == "tentative":
        return letter(visit=replace(VISIT, is_tentative=True))
    if name == "tentative_form":
        return letter(visit=replace(VISIT, is_tentative=True, lacks_form=True))
    if name == "for_a_child":
        return letter(recipient=Party("Maria Marsh", "maria@example.com"), greeted_as="Maria Marsh", about="Leo")
    if name == "by_phone_inside_notice":
        by_phone = replace(VISIT, is_by_phone=True)
        return letter(MessageKind.REMINDER, visit=by_phone, written_at=START - timedelta(hours=3))
    return letter(MessageKind(name))


SHAPES = [*map(str, KINDS), "tentative", "tentative_form", "for_a_child", "by_phone_inside_notice", "series", "changes"]


@pytest.mark.parametrize("name", [*SHAPES, *(f"fr_{name}" for name in SHAPES)])
def test_the_mail_reads_as_its_golden_one(name: str) -> None:
    written = readable(mail_of(golden_letter(name)))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(written)
    assert written == path.read_text()


def test_an_offer_brings_no_calendar_entry_and_says_until_when_it_stands() -> None:
    mail = mail_of(letter(MessageKind.OFFER))
    assert [each.get_content_type() for each in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert all(not each.defects for each in mail.walk())
    for words in (part(mail, "text/plain"), part(mail, "text/html")):
        assert "Until Friday, November 20, 1:02 p.m. it is yours if you accept it" in words
        assert "Tuesday, November 24" in words
        assert "Bram Castellan" in words


@pytest.mark.parametrize("kind", ABOUT_A_VISIT)
def test_mails_are_plain_bytes_that_parse_without_a_defect(kind: MessageKind) -> None:
    content = write_mail(letter(kind), HOUSE)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 200
    mail = mail_of(letter(kind))
    assert [each.get_content_type() for each in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert all(not each.defects for each in mail.walk())


@pytest.mark.parametrize("several", [series_of(12), changes()], ids=["series", "changes"])
def test_a_mail_about_several_visits_is_neutral_counts_nothing_and_parses_without_a_defect(several: Digest) -> None:
    content = write_mail(several, HOUSE)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 200
    mail = mail_of(several)
    assert all(not each.defects for each in mail.walk())
    calendars = [each for each in mail.walk() if each.get_content_type() == "application/ics"]
    assert len({each.get_filename() for each in calendars}) == len(several.entries)
    assert "text/calendar" not in {each.get_content_type() for each in mail.walk()}
    words = readable(mail).lower().replace("clinic.example.com", "")
    for word in (
        "massage",
        "therap",
        "treatment",
        "session",
        "patient",
        "series",
        "twelve",
        "of 12",
        "12 app",
        "5 app",
    ):
        assert word not in words, word
    links = re.findall(r'(?:src|href)="([^"]+)"', part(mail, "text/html"))
    kept = [each.manage_url for each in several.entries if each.kind is not MessageKind.CANCELLED]
    assert sorted(links) == sorted([*kept, several.stop_url])


def test_what_is_not_the_same_for_all_visits_is_said_of_each() -> None:
    words = part(mail_of(changes()), "text/plain")
    shared = words[words.index("\r\nWith: Bram Castellan") :]
    assert "Time zone: Eastern Standard Time" in shared
    assert "Where:" not in shared
    assert words.count("Bram Castellan") == 1
    for place in ("9 Hill Road, Toronto", "We will call you"):
        assert words.count(place) == 1
    assert words.count("2 Quay St, Toronto") == 3
    assert "How long" not in words[words.index("cancelled. You") :]


def test_a_name_that_looks_like_markup_or_a_placeholder_stays_a_name_in_a_mail_about_several() -> None:
    html = part(mail_of(replace(series_of(2), greeted_as="<b>{{fee}}[[ words ]]</b>")), "text/html")
    assert "&lt;b&gt;{{fee}}[[ words ]]&lt;/b&gt;" in html


def test_mails_carry_what_mail_programs_need() -> None:
    mail = mail_of(letter())
    assert mail["List-Unsubscribe"] == f"<{letter().stop_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Harbourline <appointments@example.com>"
    assert mail["Reply-To"] == "desk@example.com"
    assert mail["Message-ID"] == letter().message_id


def test_the_page_of_the_mail_needs_nothing_from_elsewhere() -> None:
    html = part(mail_of(letter()), "text/html")
    assert "<script" not in html
    assert "<style" not in html
    assert "<img" not in html
    assert re.findall(r'(?:src|href)="([^"]+)"', html) == [letter().manage_url, letter().stop_url]


@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_says_what_the_visit_is_for(kind: MessageKind) -> None:
    words = readable(mail_of(letter(kind))).lower()
    for word in ("massage", "therap", "treatment", "sciatica", "clinic ", "session", "patient", "diagnos", "pain"):
        assert word not in words.replace("clinic.example.com", ""), word


def test_a_cancelled_visit_takes_its_calendar_entry_back() -> None:
    mail = mail_of(letter(MessageKind.CANCELLED, visit=replace(VISIT, sequence=3)))
    event = event_of(mail)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 3)
    assert "METHOD:CANCEL" in part(mail, "text/calendar")
    assert letter().manage_url not in part(mail, "text/plain")


SEASONS = [
    datetime.fromisoformat(f"2027-{month:02}-17T{hour:02}:30") for month, hour in ((1, 9), (4, 13), (7, 18), (10, 7))
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", ABOUT_A_VISIT)
def test_mail_page_and_calendar_name_the_same_instant(zone: str, kind: MessageKind) -> None:
    for local in SEASONS:
        instant = to_utc(local, zone)
        visit = replace(VISIT, starts_at=instant, ends_at=instant + timedelta(minutes=45), zone=zone)
        mail = mail_of(letter(kind, visit=visit))
        clock = f"{local.hour % 12 or 12}:{local:%M} {'a.m.' if local.hour < 12 else 'p.m.'}"
        day = f"{local:%A, %B} {local.day}"
        for content in (part(mail, "text/plain"), part(mail, "text/html")):
            assert f"{day} at {clock}" in content
        event = event_of(mail)
        assert event.DTSTART.astimezone(UTC) == instant
        assert event.DTEND.astimezone(UTC) == visit.ends_at


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
def test_the_zone_rules_in_the_file_are_those_of_the_zone(zone: str) -> None:
    """Calendars that do not know the name read the rules: both must give the same offset on every day of the year."""
    file = part(mail_of(letter(visit=replace(VISIT, zone=zone))), "text/calendar")
    (rules,) = icalendar.Calendar.from_ical(file).walk("VTIMEZONE")
    read = rules.to_tz()
    for day in range(0, 365, 7):
        instant = datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(days=day)
        local = to_local(instant, zone)
        assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), local


@pytest.mark.parametrize("utc", ["2026-11-01T05:30", "2026-11-01T06:30"])
def test_both_times_of_a_repeated_hour_stay_apart(utc: str) -> None:
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    visit = replace(VISIT, starts_at=instant, ends_at=instant + timedelta(minutes=60))
    event = event_of(mail_of(letter(visit=visit)))
    assert event.DTSTART.astimezone(UTC) == instant
    assert event.DTEND.astimezone(UTC) == visit.ends_at


HOSTILE = ["Ana\r\nBcc: x@example.com", "Ana\nX: y", "Ana\x85", "Ana\u2028Bcc: x", "Ana\x0b", "Ana\x00"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_can_add_a_header(name: str) -> None:
    hostile = letter(recipient=Party(name, "ana@example.com"))
    try:
        mail = mail_of(hostile)
    except ValueError:
        return
    assert mail["Bcc"] is None
    assert set(mail.keys()) == set(mail_of(letter()).keys())
    assert str(mail["To"].addresses[0]).endswith("<ana@example.com>")
    assert len(mail["To"].addresses) == 1


@pytest.mark.parametrize("name", ["Ana, Bob <bob@example.com>", 'Ana "quoted"', "Ана Гарсия", "安娜", "a" * 160])
def test_odd_names_stay_one_recipient(name: str) -> None:
    mail = mail_of(letter(recipient=Party(name, "ana@example.com")))
    (address,) = mail["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "ana@example.com")


@pytest.mark.parametrize("value", ["{{practice}}", "{% if 1 %}", "<b>bold</b>", "=2+2", "{{ 7*7 }}", "[[x]]", "&lt;"])
def test_values_are_text_and_nothing_else(value: str) -> None:
    mail = mail_of(letter(greeted_as=value))
    assert f"Hello {value}," in part(mail, "text/plain")
    html = part(mail, "text/html")
    assert "<b>bold" not in html
    assert value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html


def test_a_text_may_only_ask_for_values_that_exist() -> None:
    with pytest.raises(UnknownPlaceholder, match="diagnosis"):
        Filled("Hello {{diagnosis}}", PLACEHOLDERS)
    assert Filled("{{ recipient }} {{client.__class__}} {{7*7}}", PLACEHOLDERS).fill({}) == (
        "{{ recipient }} {{client.__class__}} {{7*7}}"
    )


@pytest.mark.parametrize("language", ["de", "de-AT", "xx", "", "frx"])
def test_a_language_without_texts_of_its_own_reads_english(language: str) -> None:
    assert wording(language) is CATALOGUE["en"]
    assert mail_of(letter(language=language)) is not None


def test_every_language_says_everything() -> None:
    for words in CATALOGUE.values():
        assert set(words.subjects) == set(words.leads) == set(KINDS)
        assert set(words.subjects_of_several) == set(words.leads_of_several) == NEWS
        assert all(getattr(words, each.name) for each in fields(words))


@pytest.mark.parametrize("language", sorted(set(CATALOGUE) - {"en"}))
def test_each_text_asks_for_the_same_values_in_every_language(language: str) -> None:
    theirs, ours = (_asked_for(CATALOGUE[each]) for each in (language, "en"))
    assert theirs == ours


def _asked_for(words: Wording) -> dict[str, list[str]]:
    return {each.name: sorted(re.findall(r"{{(\w+)}}", str(getattr(words, each.name)))) for each in fields(words)}


@pytest.mark.parametrize("language", ["fr", "fr_CA", "fr-FR"])
def test_a_french_mail_writes_days_and_hours_as_the_french_do(language: str) -> None:
    mail = mail_of(letter(language=language))
    hour = "14 h 00".replace(" ", HARD_SPACE)
    assert mail["Subject"] == f"Votre rendez-vous du mardi 24 novembre à {hour}"
    assert '<html lang="fr">' in part(mail, "text/html")
    assert "Confirmer, déplacer ou annuler" in part(mail, "text/plain")
    assert "(heure normale de l" in part(mail, "text/plain")
    assert f"Quand{HARD_SPACE}: mardi" in part(mail, "text/plain")
    assert event_of(mail)["SUMMARY"] == "Rendez-vous avec Bram Castellan"
    assert hour in part(mail_of(replace(series_of(2), language=language)), "text/plain")


@pytest.mark.parametrize("kind", KINDS)
def test_no_french_mail_says_what_the_visit_is_for(kind: MessageKind) -> None:
    words = readable(mail_of(letter(kind, language="fr"))).lower()
    for word in (
        "massage",
        "thérap",
        "therap",
        "traitement",
        " soin",
        "patient",
        "douleur",
        "séance",
        "santé",
        "clinique",
    ):
        assert word not in words, word


@pytest.mark.parametrize("name", ["Ana Garcia", "Bo", "Anna Maria van der Berg 2"])
def test_a_plain_name_reads_as_the_library_would_write_it(name: str) -> None:
    expected = SMTP.fold("To", SMTP.header_store_parse("To", Address(name, "ana.b", "mail.example.com"))[1])
    content = write_mail(letter(recipient=Party(name, "ana.b@mail.example.com")), HOUSE)
    assert expected.encode() in content
