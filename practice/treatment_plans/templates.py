"""The five courses to start from (clinical.md 5.1): practice policy, to be confirmed by a clinician. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from practice.treatment_plans.blocks import Block, Shape, checkpoints_every

ACUTE_WEEKS, SUBACUTE_WEEKS = 6, 12


@dataclass(frozen=True, slots=True)
class Template:
    """A course to start from; ``note`` says how it treats."""

    code: str
    name: str
    shape: Shape
    note: str = ""


def _template(code: str, name: str, minutes: int, checkpoints: tuple[int, ...], blocks: tuple[Block, ...]) -> Template:
    return Template(code, name, Shape(blocks, minutes, checkpoints), _NOTES[code])


_NOTES = {
    "ACUTE": "Light pressure, positions of ease; walking and the slider only.",
    "SUBACUTE": "Close to the trials of six sessions in a month and ten in ten weeks.",
    "CHRONIC": "Pacing, and goals of work.",
    "PREGNANCY": "Side-lying; the week is counted at each visit.",
    "MAINTAIN": "Only after the verdict responder, with a new consent.",
}

TEMPLATES: Mapping[str, Template] = {
    template.code: template
    for template in (
        _template("ACUTE", "Acute", 45, checkpoints_every(3, 6), (Block(2, 1, 2, 2, 5), Block(1, 1, 2, 5, 9))),
        _template("SUBACUTE", "Subacute", 60, (6, 10), (Block(2, 1, 3, 2, 5), Block(1, 1, 4, 5, 9))),
        _template("CHRONIC", "Chronic", 60, checkpoints_every(4, 12), (Block(1, 1, 8, 5, 9), Block(1, 2, 4, 11, 17))),
        _template("PREGNANCY", "Pregnancy", 60, checkpoints_every(3, 6), (Block(1, 1, 6, 5, 16),)),
        _template("MAINTAIN", "Maintenance", 60, (3,), (Block(1, 4, 3, 21, 35),)),
    )
}


def suggested(onset_on: date | None, today: date, *, is_pregnant: bool = False) -> str:
    """Return the code of the template that fits: by weeks since onset, or pregnancy as a pathway of its own."""
    if is_pregnant:
        return "PREGNANCY"
    if onset_on is None:
        return "SUBACUTE"
    since = today - onset_on
    if since < timedelta(weeks=ACUTE_WEEKS):
        return "ACUTE"
    return "SUBACUTE" if since <= timedelta(weeks=SUBACUTE_WEEKS) else "CHRONIC"
