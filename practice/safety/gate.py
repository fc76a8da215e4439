"""The gate: may this client be treated on this day, and if not yet, what is missing. Pure.

It guards the table, not the diary: what is merely missing makes a booking tentative and stops only the start of
hands-on care; a known open warning sign refuses it. An assessment can be booked meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from practice.safety.catalogue import CATALOGUE, T0, T1, T2, T3, Tier
from practice.safety.clearing import ClearanceKind


class Care(StrEnum):
    """What a visit is to the gate."""

    HANDS_ON = "hands_on"
    ASSESSMENT = "assessment"
    PHONE = "phone"


class Policy(StrEnum):
    """How much a practice asks before it treats.

    ``strict``: a doctor's word before the first treatment. ``risk_based``: only when something warns.
    """

    STRICT = "strict"
    RISK_BASED = "risk_based"


class Missing(StrEnum):
    """Why a booking is only tentative."""

    FORMS = "forms_needed"
    CLEARANCE = "clearance_needed"


@dataclass(frozen=True, slots=True)
class Edition:
    """The practice's policy from a day on; ``screening_days`` is how long a signed form counts."""

    effective_on: date
    policy: Policy = Policy.STRICT
    screening_days: int = 90
    needs_pregnancy_note: bool = False


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A flag that nobody closed; one with ``ends_on`` is over after that day."""

    id: int
    code: str
    tier: Tier
    ends_on: date | None = None

    def stands_on(self, day: date) -> bool:
        """Return whether it counts on a day."""
        return self.ends_on is None or day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Cover:
    """What a clearance in force says about one flag, both days included."""

    flag_id: int
    kind: ClearanceKind
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class SafetyFacts:
    """What is known of one client; ``screened_on`` is the day of the latest signed form."""

    screened_on: date | None = None
    has_baseline: bool = False
    flags: tuple[OpenFlag, ...] = ()
    covers: tuple[Cover, ...] = ()
    editions: tuple[Edition, ...] = ()

    def edition_on(self, day: date) -> Edition:
        """Return the policy in force on a day."""
        known = [edition for edition in self.editions if edition.effective_on <= day]
        return max(known, key=lambda edition: edition.effective_on, default=Edition(date.min))

    def is_covered(self, flag: OpenFlag, day: date) -> bool:
        """Return whether a document covers a flag on a day; what a client says of it never does."""
        return any(
            cover.flag_id == flag.id
            and cover.kind is ClearanceKind.DOCUMENT
            and cover.valid_from <= day <= cover.valid_until
            for cover in self.covers
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit to be judged: for which care, on which day, seen from ``today``; ``is_starting`` at the table."""

    care: Care
    on: date
    today: date
    is_registered: bool = True
    is_starting: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the gate says: a neutral sentence for the desk and a full one for clinical roles."""

    code: str
    sentence: str
    clinical_sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that the gate says of a visit; ``missing`` makes it tentative, ``alerts`` refuse nothing."""

    refusals: tuple[Finding, ...] = ()
    missing: tuple[tuple[Missing, Finding], ...] = ()
    alerts: tuple[OpenFlag, ...] = ()

    @property
    def tentative_because(self) -> Missing | None:
        """Return why a booking of it can only be tentative: an answer that is awaited before a form."""
        reasons = {reason for reason, _finding in self.missing}
        return next((reason for reason in (Missing.CLEARANCE, Missing.FORMS) if reason in reasons), None)


NOT_REGISTERED = Finding(
    "therapist_not_registered",
    "The therapist has no valid registration on this day.",
    "The therapist has no valid registration on this day, so she can neither treat nor sign.",
)
SCREENING = Finding(
    "screening_required",
    "The client's form is missing or too old, so treatment cannot begin yet.",
    "There is no signed screening of the last days that count. Let the client fill it in, or assess only.",
)
BASELINE = Finding(
    "baseline_required",
    "A form of this client is not complete, so treatment cannot begin yet.",
    "No doctor's word is on record: neither a document nor who told the client, when, that massage is safe.",
)


def judge_visit(asked: Asked, facts: SafetyFacts) -> Judgement:
    """Return what refuses a visit, what is missing for it, and what to look out for.

    Source: the booking gate of the clinical rules, softened for the diary: only the start refuses what is missing.
    """
    alerts = tuple(flag for flag in facts.flags if flag.tier in {T2, T3} and flag.stands_on(asked.on))
    refusals = [] if asked.is_registered else [NOT_REGISTERED]
    if asked.care is Care.PHONE:
        return Judgement(tuple(refusals), alerts=alerts)
    if asked.care is Care.ASSESSMENT:
        return Judgement((*refusals, *_assessment_refusals(asked, facts)), alerts=alerts)
    missing = [*_uncovered_later(asked, facts), *_forms(asked, facts)]
    refusals += _stops(asked, facts)
    if asked.is_starting:
        return Judgement((*refusals, *(finding for _reason, finding in missing)), alerts=alerts)
    return Judgement(tuple(refusals), tuple(missing), alerts)


def _assessment_refusals(asked: Asked, facts: SafetyFacts) -> Iterator[Finding]:
    if asked.is_starting:
        yield from (finding for finding in _stops(asked, facts) if finding.code == "emergency_hold")


def _stops(asked: Asked, facts: SafetyFacts) -> list[Finding]:
    """Return what a known open warning sign refuses: one finding for emergencies, one for the others."""
    bare = [flag for flag in _standing(asked, facts) if not _is_cleared_enough(flag, asked, facts)]
    emergencies = [flag for flag in bare if flag.tier is T0]
    blocks = [flag for flag in bare if flag.tier is T1]
    return [make(flags) for make, flags in ((_emergency, emergencies), (_blocked, blocks)) if flags]


def _is_cleared_enough(flag: OpenFlag, asked: Asked, facts: SafetyFacts) -> bool:
    """Return whether a flag stops nothing: at the table it must be covered that day, in the diary today will do."""
    if facts.is_covered(flag, asked.on):
        return True
    return not asked.is_starting and facts.is_covered(flag, asked.today)


def _standing(asked: Asked, facts: SafetyFacts) -> Iterator[OpenFlag]:
    return (flag for flag in facts.flags if flag.tier in {T0, T1} and flag.stands_on(asked.on))


def _uncovered_later(asked: Asked, facts: SafetyFacts) -> Iterator[tuple[Missing, Finding]]:
    """Yield what makes a visit tentative although nothing stops it today."""
    later = [
        flag
        for flag in _standing(asked, facts)
        if not facts.is_covered(flag, asked.on) and facts.is_covered(flag, asked.today) and not asked.is_starting
    ]
    noted = [] if not facts.edition_on(asked.today).needs_pregnancy_note else _without_note(asked, facts)
    if later or noted:
        yield Missing.CLEARANCE, _awaited([*later, *noted])


def _without_note(asked: Asked, facts: SafetyFacts) -> list[OpenFlag]:
    return [flag for flag in facts.flags if flag.code == "PREG" and not facts.is_covered(flag, asked.on)]


def _forms(asked: Asked, facts: SafetyFacts) -> Iterator[tuple[Missing, Finding]]:
    edition = facts.edition_on(asked.today)
    if facts.screened_on is None or asked.today - facts.screened_on > timedelta(days=edition.screening_days):
        yield Missing.FORMS, SCREENING
    if edition.policy is Policy.STRICT and not facts.has_baseline:
        yield Missing.FORMS, BASELINE


def _emergency(flags: Iterable[OpenFlag]) -> Finding:
    return Finding(
        "emergency_hold",
        "A therapist must speak with this client before any treatment.",
        f"Do not treat: {titles(flags)}. Only a document dated after it opens the way again.",
    )


def _blocked(flags: Iterable[OpenFlag]) -> Finding:
    return Finding(
        "clearance_required",
        "Treatment cannot be booked for this client yet. An assessment can.",
        f"No clearance in force covers: {titles(flags)}.",
    )


def _awaited(flags: Iterable[OpenFlag]) -> Finding:
    return Finding(
        "clearance_required",
        "A document of this client is awaited.",
        f"The clearance does not reach this day for: {titles(flags)}.",
    )


def titles(flags: Iterable[OpenFlag]) -> str:
    """Return what flags are called, for clinical roles."""
    return "; ".join(CATALOGUE[flag.code].title.lower() for flag in flags)
