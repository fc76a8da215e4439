"""From the answers of a screening form, and the age of who answers, to the flags that they raise. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from practice.safety.catalogue import CATALOGUE, T0, T1, Raised, settled, usual
from practice.safety.questions import FORMS

ATTESTED_WITHIN = timedelta(days=90)
"""How old a doctor's word that massage is safe may be when the form is signed; a policy of this product."""

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a client says that a doctor or nurse told her: who, when, and that massage is safe."""

    clinician: str
    seen_on: date

    def counts_on(self, day: date) -> bool:
        """Return whether it is recent enough on the day on which the form is signed."""
        return day - ATTESTED_WITHIN <= self.seen_on <= day


def missing_answers(version: str, answers: Answers) -> list[str]:
    """Return the keys of questions that are not answered, or with something that cannot be answered."""
    questions = FORMS[version].questions
    return [key for key, question in questions.items() if answers.get(key) not in question.values]


def unknown_answers(version: str, answers: Answers) -> list[str]:
    """Return the keys that the form does not ask."""
    return sorted(set(answers) - set(FORMS[version].questions))


def flags_of(version: str, answers: Answers, *, born_on: date | None, on: date) -> tuple[Raised, ...]:
    """Return the flags that a form raises, each code once with its heaviest tier, the heaviest first."""
    heaviest: dict[str, Raised] = {}
    for raised in (*_triggered(version, answers), *_combined(answers), *_by_age(answers, born_on, on)):
        known = heaviest.get(raised.code)
        if known is None or raised.tier < known.tier:
            heaviest[raised.code] = raised
    return tuple(sorted(settled(heaviest.values()), key=lambda each: (each.tier, each.code)))


def _triggered(version: str, answers: Answers) -> Iterator[Raised]:
    for trigger in FORMS[version].triggers:
        if answers.get(trigger.key) == trigger.answer:
            yield Raised(trigger.code, trigger.tier or CATALOGUE[trigger.code].tier)


def _combined(answers: Answers) -> Iterator[Raised]:
    """Yield what follows from several answers together."""
    yes = {key for key, answer in answers.items() if answer == "yes"}
    if {"cancer", "cancer_new"} <= yes:
        yield usual("CANCER_SPINE")
    if {"fever", "back"} <= yes:
        yield Raised("INFECTION", T0)
    if {"small_fall", "weak_bones"} <= yes:
        yield usual("FRACTURE")
    if {"weak_bones", "central_pain"} <= yes:
        yield Raised("OSTEOPOROSIS", T1)
    if {"thinner", "bleeding"} <= yes:
        yield Raised("ANTICOAG", T1)
    if {"pregnant", "pregnancy_risk"} <= yes:
        yield usual("PREG_RISK")
    if {"pregnant", "pregnancy_alarm"} <= yes:
        yield Raised("PREG_RISK", T0)


def _by_age(answers: Answers, born_on: date | None, on: date) -> Iterator[Raised]:
    if born_on is None:
        return
    age = age_on(born_on, on)
    if age < 18:
        yield Raised("MINOR", T1) if age < 16 else usual("MINOR")
    if answers.get("first_time") == "yes" and not 20 <= age <= 55:
        yield usual("AGE_ONSET")


def age_on(born_on: date, on: date) -> int:
    """Return the age in whole years; somebody born on 29 February has her birthday on 1 March in other years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
