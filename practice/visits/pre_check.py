"""The short questions before every treatment, and which flags their answers raise (clinical.md 2.2, 2.3). Pure.

Whatever a follow-up leaves open counts as the graver answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from practice.safety.catalogue import T0, T1, T2, T3, Raised, Tier, settled


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``follow_ups`` are asked after a yes, each answered yes or no."""

    code: str
    words: str
    follow_ups: Mapping[str, str] = field(default_factory=dict)


QUESTIONS: Sequence[Question] = (
    Question("bladder", "New trouble starting, feeling or holding urine?"),
    Question("bowel", "New loss of bowel control or of feeling there?"),
    Question("saddle", "Numbness between the legs or around the back passage?"),
    Question("weakness", "New weakness or an unsteady walk?", {"foot_drop": "Does the foot drop or drag?"}),
    Question("second_leg", "Has the pain come into the other leg?"),
    Question("fever", "Fever, chills or feeling ill today?", {"spinal_pain": "With pain in the back?"}),
    Question("leg_swelling", "One calf swollen, warm, red or tender?"),
    Question(
        "new_medicine",
        "Any new medicine?",
        {"anticoagulant": "A blood thinner?", "long_term_steroid": "Steroid tablets for months?"},
    ),
    Question("fall", "A fall or an accident?", {"serious": "A hard fall, or brittle bones or long use of steroids?"}),
    Question(
        "pregnancy",
        "Newly pregnant, or a change in the pregnancy?",
        {
            "emergency": "Bleeding, leaking water, or sudden swelling with headache?",
            "risk": "Less movement, high blood pressure or another warning from the midwife?",
        },
    ),
    Question("skin", "A new wound, rash or other skin trouble?", {"contagious": "Could it be catching?"}),
)

_BY_CODE = {question.code: question for question in QUESTIONS}
CODES = tuple(_BY_CODE)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered with yes; ``ruled_out`` are follow-ups, as question.follow_up, that were answered no.

    ``regions`` are where the skin trouble is, from the body map.
    """

    yes: frozenset[str] = frozenset()
    ruled_out: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def all_no(self) -> bool:
        """Return whether nothing is new."""
        return not self.yes

    def says(self, question: str, follow_up: str) -> bool:
        """Return whether a yes stands and its follow-up was not answered with no."""
        return question in self.yes and f"{question}.{follow_up}" not in self.ruled_out


ALL_NO = Answers()


def faults_of(answers: Answers) -> list[str]:
    """Return what in the answers belongs to no question."""
    known = {f"{question.code}.{name}" for question in QUESTIONS for name in question.follow_ups}
    unknown = sorted((answers.yes - set(CODES)) | (answers.ruled_out - known))
    faults = [f"There is no question {name}." for name in unknown]
    faults += [
        f"{name} was not asked: its question was answered with no."
        for name in sorted(answers.ruled_out & known)
        if name.partition(".")[0] not in answers.yes
    ]
    if answers.regions and "skin" not in answers.yes:
        faults.append("Regions of the skin are named, but the skin was answered with no.")
    return faults


def raised(answers: Answers) -> tuple[Raised, ...]:
    """Return the flags that the answers raise, the gravest first; none when all were no."""
    found = settled(each for code in CODES if code in answers.yes for each in _RULES[code](answers))
    return tuple(sorted(found, key=lambda each: each.tier))


def _always(code: str, tier: Tier) -> Callable[[Answers], Sequence[Raised]]:
    return lambda _answers: [Raised(code, tier)]


def _weakness(answers: Answers) -> Sequence[Raised]:
    return [Raised("MOTOR_SEVERE" if answers.says("weakness", "foot_drop") else "MOTOR_PROGRESS", T0)]


def _fever(answers: Answers) -> Sequence[Raised]:
    if answers.says("fever", "spinal_pain"):
        return [Raised("INFECTION", T0)]
    return [Raised("FEVER_ACUTE", T1)]


def _medicine(answers: Answers) -> Sequence[Raised]:
    found = []
    if answers.says("new_medicine", "anticoagulant"):
        found.append(Raised("ANTICOAG", T2))
    if answers.says("new_medicine", "long_term_steroid"):
        found.append(Raised("OSTEOPOROSIS", T2))
    return found


def _fall(answers: Answers) -> Sequence[Raised]:
    return [Raised("FRACTURE", T1)] if answers.says("fall", "serious") else []


def _pregnancy(answers: Answers) -> Sequence[Raised]:
    if answers.says("pregnancy", "emergency"):
        return [Raised("PREG_RISK", T0)]
    if answers.says("pregnancy", "risk"):
        return [Raised("PREG_RISK", T1)]
    return [Raised("PREG", T2)]


def _skin(answers: Answers) -> Sequence[Raised]:
    if answers.says("skin", "contagious"):
        return [Raised("SKIN_LOCAL", T1)]
    if not answers.regions:
        return [Raised("SKIN_LOCAL", T3)]
    return [Raised("SKIN_LOCAL", T3, region) for region in sorted(answers.regions)]


_RULES: Mapping[str, Callable[[Answers], Sequence[Raised]]] = {
    "bladder": _always("CES_BLADDER", T0),
    "bowel": _always("CES_BOWEL", T0),
    "saddle": _always("CES_SADDLE", T0),
    "weakness": _weakness,
    "second_leg": _always("CES_BILATERAL", T1),
    "fever": _fever,
    "leg_swelling": _always("DVT_SUSPECT", T0),
    "new_medicine": _medicine,
    "fall": _fall,
    "pregnancy": _pregnancy,
    "skin": _skin,
}
