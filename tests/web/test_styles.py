"""The stylesheets and templates keep the promises of the look: one palette, enough contrast, nothing inline."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

import practice.web

WEB = Path(practice.web.__file__).parent
CSS = WEB / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def block(selector: str) -> dict[str, str]:
    """The custom properties of the first rule with this selector."""
    body = TOKENS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))


LIGHT, DARK = block("\n:root"), block('\n  [data-theme="dark"]')


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, onto: str, percent: str) -> str:
    share = float(percent.rstrip("%")) / 100
    return "#" + "".join(
        f"{round(int(colour[at : at + 2], 16) * share + int(onto[at : at + 2], 16) * (1 - share)):02x}"
        for at in (1, 3, 5)
    )


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    assert block('\n  :root:not([data-theme="light"])') == DARK


TEXT_PAIRS = [
    *[
        (ink, paper)
        for ink in ("ink", "ink-2", "ink-3")
        for paper in ("paper", "card", "sunk", "brand-soft", "warn-soft", "bad-soft")
    ],
    *[(tone, f"{tone}-soft") for tone in ("brand", "accent", "ok", "warn", "bad", "info")],
    *[(tone, "card") for tone in ("brand", "accent", "ok", "warn", "bad", "info")],
    ("on-brand", "brand"),
    ("on-brand", "brand-2"),
    ("on-bad", "bad"),
    ("card", "accent"),
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[f"--{text}"], theme[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_field_edges_can_be_seen(theme: dict[str, str]) -> None:
    assert contrast(theme["--edge"], theme["--card"]) >= 3
    assert contrast(theme["--edge"], theme["--paper"]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("number", range(1, 11))
def test_a_therapists_colour_is_readable_on_its_own_tint(theme: dict[str, str], number: int) -> None:
    colour = theme[f"--t{number}"]
    face = mixed(colour, theme["--card"], theme["--tint"])
    for text in (colour, theme["--ink"], theme["--ink-2"]):
        assert contrast(text, face) >= 4.5


def test_therapists_who_work_side_by_side_do_not_share_a_colour() -> None:
    for theme in (LIGHT, DARK):
        colours = [theme[f"--t{number}"] for number in range(1, 11)]
        assert len(set(colours)) == 10
        assert all(one != other for one, other in pairwise(colours))


def test_colours_are_named_once() -> None:
    for sheet in CSS.glob("*.css"):
        if sheet.name not in {"tokens.css", "print.css"}:
            raw = re.findall(r"#[0-9a-f]{3,8}\b", sheet.read_text())
            assert set(raw) <= {"#000"}, sheet.name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline(template: Path) -> None:
    html = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_every_icon_that_is_named_has_been_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (WEB / "static" / "icons.svg").read_text()))
    named = {name for template in TEMPLATES for name in re.findall(r'icon\("([\w-]+)"', template.read_text())}
    assert named <= drawn
    assert len(drawn) > 60


def test_motion_is_short_and_can_be_switched_off() -> None:
    assert int(re.search(r"--quick: (\d+)ms", TOKENS)[1]) < 150  # type: ignore[index]
    assert "prefers-reduced-motion" in TOKENS
