"""A browser is only ever sent on to a path of this site."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.web.redirects import is_local_path, local_target

HOSTILE = [
    "",
    " ",
    "evil.example",
    "http://evil.example",
    "https://evil.example/",
    "HTTPS://evil.example/",
    "http:evil.example",
    "http:/evil.example",
    "https:///evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/%2e%2e",
    "//evil.example@practice.example/",
    "//%65vil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\evil.example",
    "/%5cevil.example",
    "/%5c%5cevil.example",
    "/%255cevil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "%2f%2fevil.example",
    "/%2f%2fevil.example",
    "/%252fevil.example",
    "/%25252fevil.example",
    "/%2525252525252fevil.example",
    "/./%2fevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/../../evil",
    "/today/..%2f..%2fadmin",
    "/%2e%2e/evil",
    "/today//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nLocation: http://evil.example",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%0a/evil.example",
    "/%00",
    "/\x00/evil.example",
    "/%09/evil.example",
    "\t//evil.example",
    "\x01//evil.example",
    " //evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:x@evil.example",
    "file:///etc/passwd",
    "ftp://evil.example",
    "?next=/today",
    "#today",
    "today",
    "./today",
    "../today",
    "\uff0f\uff0fevil.example",
    "/\uff0fevil.example",
    "/\u2215evil.example",
    "/\u3002evil",
    "/\u202eelpmaxe.live",
    "/\ufeff/evil.example",
    "/today\u2028x",
    "/%c2%85evil",
    "/<script>",
    '/"onmouseover="x',
    "/`x`",
    "/{x}",
    "/" + "a" * 3000,
]

FRIENDLY = [
    "/",
    "/today",
    "/diary?day=2026-11-24&by=room",
    "/clients/3f2c0a52-0d0e-4b59-8f0e-6d7c6f6f9f10#visits",
    "/clients?q=Br%C3%BBl%C3%A9",
    "/clients?q=a%20b",
    "/search?next=https://example.com/",
    "/a-b_c.d~e",
]


def test_the_corpus_is_large() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("target", HOSTILE)
def test_a_hostile_target_leads_to_the_default(target: str) -> None:
    assert local_target(target, "/today") == "/today"


@pytest.mark.parametrize("target", FRIENDLY)
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_target(target, "/elsewhere") == target


def test_no_target_is_the_default() -> None:
    assert local_target(None, "/today") == "/today"


@given(st.text(alphabet="/\\%2f5c.:@?#ae\t\n ", max_size=14))
def test_what_is_accepted_stays_on_the_host(target: str) -> None:
    if is_local_path(target):
        assert urlsplit(urljoin("https://practice.example/sign-in", target)).netloc == "practice.example"
