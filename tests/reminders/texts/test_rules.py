"""What a practice writes itself can neither break a mail nor tell what a visit is for."""

from dataclasses import replace
from html import unescape

import pytest

from practice.clinic.neutrality import telling_words
from practice.reminders.catalogue import CATALOGUE
from practice.reminders.mail_format import write_mail
from practice.reminders.rendering import render
from practice.reminders.texts.errors import TextRefused
from practice.reminders.texts.names import Edition, Parts, TextName, Texts, Which, placeholders, standard
from practice.reminders.texts.rules import judge_text
from practice.reminders.texts.samples import sample_mail
from practice.reminders.typography import typeset
from tests.reminders.letters import HOUSE, VISIT, letter
from tests.reminders.test_injection import PAYLOADS
from tests.reminders.test_mails import mail_of, part

GOOD = Parts("See you on {{day}}", "Hello {{recipient}}.", "Ring at the blue door.")
LANGUAGES = list(CATALOGUE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TextName)
def test_the_standard_words_keep_to_the_rules_and_make_a_mail(name: TextName, language: str) -> None:
    words = standard(name, language)
    assert judge_text(name, words) == Parts(*(typeset(each, "en") for each in (words.subject, words.lead, words.foot)))
    sample = sample_mail(Which(name, language), replace(words, foot="Ring {{practice}}."), visit=VISIT, house=HOUSE)
    for said in (sample.text, sample.html):
        assert "Ring Harbourline." in said or name is TextName.SEVERAL_TENTATIVE
        assert "{{" not in said
    assert not telling_words(sample.subject + sample.text.replace("clinic.example.com", ""))


@pytest.mark.parametrize(
    ("field", "text", "code", "said"),
    [
        ("subject", "", "text_missing", "needs a subject"),
        ("lead", " \n ", "text_missing", "needs words at its top"),
        ("subject", "a" * 121, "text_too_long", "120 characters"),
        ("foot", "a" * 1_000_000, "text_too_long", "1,000 characters"),
        ("subject", "Hello\r\nBcc: all@example.com", "text_breaks_header", "U+000D"),
        ("subject", "Hello\nBcc: all@example.com", "text_breaks_header", "one line"),
        ("subject", "Hello\u2028Bcc", "text_breaks_header", "U+2028"),
        ("lead", "Hello\x00", "text_breaks_header", "U+0000"),
        ("lead", "\u202egnihtyna", "text_breaks_header", "U+202E"),
        ("lead", "On {{dayy}}", "placeholder_unknown", "{{dayy}}"),
        ("lead", "On {{ day }}", "placeholder_unknown", "{{ day }}"),
        ("foot", "Open {{manage_url}}", "placeholder_unknown", "{{manage_url}}"),
        ("foot", "On {{day", "placeholder_unknown", "in pairs"),
        ("foot", "{{was}}", "placeholder_unknown", "{{was}}"),
        ("subject", "Your massage", "text_not_neutral", "“massage”"),
        ("foot", "Séance 4 sur 10", "text_not_neutral", "“Séance”"),
        ("foot", "See https://example.com/sciatic", "text_not_neutral", "neither what the visit is for"),
    ],
)
def test_a_bad_text_is_refused_with_its_field_and_a_sentence(field: str, text: str, code: str, said: str) -> None:
    with pytest.raises(TextRefused) as refused:
        judge_text(TextName.CONFIRMATION, replace(GOOD, **{field: text}))
    assert (refused.value.code, refused.value.ways_out[0].values) == (code, {"field": field})
    assert said in refused.value.sentence


def test_placeholders_are_those_of_the_mail() -> None:
    assert judge_text(TextName.MOVED, replace(GOOD, foot="Was {{was}}.")).foot == "Was {{was}}."
    every = " ".join(f"{{{{{name}}}}}" for name in placeholders(TextName.TIMES))
    sample = sample_mail(Which(TextName.TIMES, "fr"), replace(GOOD, foot=every), visit=VISIT, house=HOUSE)
    assert "{{" not in sample.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_hundred_payloads_in_an_edited_text_are_literal_or_refused(language: str) -> None:
    literal = 0
    for payload in PAYLOADS:
        words = Parts(f"S {payload}", f"L {payload}", f"F {payload}")
        try:
            said = judge_text(TextName.CONFIRMATION, words)
        except TextRefused as refused:
            assert refused.code in {"placeholder_unknown", "text_not_neutral"}
            continue
        texts = Texts({(TextName.CONFIRMATION, language): Edition(TextName.CONFIRMATION, language, 1, said)})
        shown = payload.replace("{{practice}}", HOUSE.alias).replace("{{fee}}", "50")
        rendered = render(letter(language=language), HOUSE, texts)
        assert rendered.subject == f"S {shown}"
        assert f"L {shown}\n" in rendered.text
        assert f"F {shown}\n" in rendered.text
        assert f">L {shown}</p>" in unescape(rendered.html)
        assert "<%" not in rendered.html
        literal += 1
    assert literal > 100


def test_percent_signs_that_look_like_our_links_stay_what_they_are() -> None:
    said = judge_text(TextName.CONFIRMATION, replace(GOOD, foot="%7B%7Bfoo%7D%7D and %7B%7Bmanage_url%7D%7D"))
    texts = Texts({(TextName.CONFIRMATION, "en"): Edition(TextName.CONFIRMATION, "en", 1, said)})
    html = render(letter(), HOUSE, texts).html
    assert "%7B%7Bfoo%7D%7D and %7B%7Bmanage_url%7D%7D" in html


def test_a_mail_says_the_edited_words_in_their_language_only() -> None:
    own = Edition(TextName.CONFIRMATION, "en", 3, replace(GOOD, lead="First line.\n\nSecond <b>line</b>."))
    texts = Texts({(TextName.CONFIRMATION, "en"): own})
    content = write_mail(letter(), HOUSE, texts)
    assert b"Subject: See you on Tuesday, November 24\r\n" in content
    rendered = render(letter(), HOUSE, texts)
    assert "First line.\n\nSecond <b>line</b>.\n\nWhen:" in rendered.text
    assert "Second &lt;b&gt;line&lt;/b&gt;.</p>" in rendered.html
    french = render(letter(language="fr"), HOUSE, texts)
    assert french.subject == part_of_subject("fr")


def part_of_subject(language: str) -> str:
    return str(mail_of(letter(language=language))["Subject"])


def test_french_is_set_with_hard_spaces_and_the_first_of_a_month() -> None:
    first = replace(
        VISIT, starts_at=VISIT.starts_at.replace(month=12, day=1), ends_at=VISIT.ends_at.replace(month=12, day=1)
    )
    text = part(mail_of(letter(language="fr", visit=first)), "text/plain")
    assert "Quand\N{NO-BREAK SPACE}: mardi 1er décembre à 14\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00" in text
    assert " :" not in text and " ;" not in text and " %" not in text
    assert typeset("Une question ?", "en") == "Une question ?"
