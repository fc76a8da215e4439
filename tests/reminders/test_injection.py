"""Whatever somebody's name, address or text tries, a mail says it literally and runs none of it."""

from dataclasses import replace
from html import escape
from itertools import product

import pytest

from practice.reminders.filling import Filled, UnknownPlaceholder
from practice.reminders.letters import Letter
from practice.reminders.rendering import PLACEHOLDERS
from tests.reminders.letters import VISIT, letter, series_of
from tests.reminders.test_mails import mail_of, part

TRIED = (
    "7*7",
    "config",
    "self.__init__.__globals__",
    "''.__class__.__mro__[1].__subclasses__()",
    "request.application.__globals__",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "lipsum.__globals__['os']",
    "namespace(x=1)",
    "'A'*200000000",
    "range(10**9)",
    "practice|attr('__class__')",
    "practice",
    "manage_url",
    "recipient.__class__",
    "fee;fee",
    "../../etc/passwd",
    "system('id')",
    "constructor.constructor('return process')()",
    "T(java.lang.Runtime).getRuntime().exec('id')",
    "@Model",
)
AROUND = (
    "{{%s}}",
    "{{ %s }}",
    "{%% %s %%}",
    "{%% for x in %s %%}x{%% endfor %%}",
    "{# %s #}",
    "[[ %s ]]",
    "[%% %s %%]",
    "${%s}",
    "#{%s}",
    "<%%= %s %%>",
)
PAYLOADS = [around % tried for around, tried in product(AROUND, TRIED)]


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 200


@pytest.mark.parametrize("around", AROUND)
def test_a_payload_in_any_value_is_text(around: str) -> None:
    for payload in (around % tried for tried in TRIED):
        hostile = replace(VISIT, therapist=payload, address=payload, phone=payload)
        for each in (
            letter(greeted_as=payload, about=payload, visit=hostile),
            replace(series_of(2), greeted_as=payload, about=payload),
        ):
            mail = mail_of(each)
            plain, html = part(mail, "text/plain"), part(mail, "text/html")
            assert f"Hello {payload}," in plain
            assert f"Hello {escape(payload)}," in html or f"Hello {payload_in_html(payload)}," in html
            assert len(plain) < 5_000
            assert ("With: " + payload in plain) is isinstance(each, Letter)


def payload_in_html(payload: str) -> str:
    """Return the payload as the inliner's parser writes it: quotes need no escape outside attributes."""
    return payload.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_a_text_is_literal_or_refused_by_name(payload: str) -> None:
    values = dict.fromkeys(PLACEHOLDERS, "said")
    try:
        filled = Filled(f"Hello {payload}!", PLACEHOLDERS).fill(values)
    except UnknownPlaceholder as unknown:
        assert str(unknown).strip(".").rpartition(" ")[2] in payload
        return
    allowed = {f"{{{{{name}}}}}": "said" for name in PLACEHOLDERS}
    assert filled == f"Hello {allowed.get(payload, payload)}!"


def test_a_text_of_a_megabyte_is_only_long() -> None:
    text = "{{practice}}" + "a{{" * 350_000
    assert Filled(text, PLACEHOLDERS).fill({"practice": "Harbour"}) == "Harbour" + "a{{" * 350_000
