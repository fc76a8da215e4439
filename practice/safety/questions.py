"""The screening form: structured questions in our own words, by version, and what an answer raises. Pure data.

A form that was answered keeps its version; a new wording is a new version beside the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from practice.safety.catalogue import T0, T1, Tier

YES_OR_NO = (("no", "No"), ("yes", "Yes"))


@dataclass(frozen=True, slots=True)
class Question:
    """One question; the first choice is the one that raises nothing."""

    key: str
    words: str
    choices: tuple[tuple[str, str], ...] = YES_OR_NO

    @property
    def values(self) -> tuple[str, ...]:
        """Return what may be answered."""
        return tuple(value for value, _label in self.choices)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together on a page."""

    key: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """An answer that raises a flag; no tier means the lightest of the catalogue."""

    key: str
    answer: str
    code: str
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One version of the form."""

    version: str
    sections: tuple[Section, ...]
    triggers: tuple[Trigger, ...]

    @property
    def questions(self) -> Mapping[str, Question]:
        """Return every question by its key."""
        return {question.key: question for section in self.sections for question in section.questions}


_TODAY = Section(
    "today",
    "How you are right now",
    (
        Question("urine", "Since this trouble began: is passing or holding urine new or different for you?"),
        Question("bowel", "Have you lost control of your bowels, or does going feel different?"),
        Question("saddle", "Is anything numb or strange between your legs or around your back passage?"),
        Question("intimate", "Has feeling or function in your private parts changed?"),
        Question(
            "legs",
            "Where do your legs hurt?",
            (
                ("one", "Not at all, or only one leg"),
                ("spread", "It began in one leg and is now in both"),
                ("both", "Both legs, all of a sudden"),
            ),
        ),
        Question("foot_drop", "Does one foot drag or slap when you walk, or did a leg give way?"),
        Question("weaker", "Is a leg getting weaker, or is your walk becoming unsteady?"),
        Question("cord", "Are your hands clumsy, or is there a tight band around your body?"),
        Question("chest", "Do you have chest pain or trouble breathing at this moment?"),
        Question("vessel", "Do you have a tearing pain, a throbbing lump in your belly, or a cold pale leg?"),
        Question("calf", "Is one calf swollen, warm, red or sore to touch?"),
    ),
)

_HEALTH = Section(
    "health",
    "Your health",
    (
        Question("cancer", "Have you ever had cancer?"),
        Question("cancer_new", "If so: is there new pain in your spine, pain at night, or trouble walking?"),
        Question("weight_night", "Did you lose weight without trying, or does night pain not ease when you turn?"),
        Question("fever", "Do you have a fever or chills?"),
        Question("back", "Does your back hurt?"),
        Question("infection", "Did you have an infection or a deep wound lately, or is your defence weak?"),
        Question("accident", "Did you have a serious accident or fall before this began?"),
        Question("small_fall", "Did you have a small fall or knock before this began?"),
        Question("shape", "Has the shape of your back changed?"),
        Question("weak_bones", "Are your bones weak, or do you take cortisone tablets for a long time?"),
        Question("central_pain", "Is there a new, strong pain in the middle of your back?"),
        Question("clot", "Are you treated for a clot in the leg or lung?"),
        Question("heart", "Did you have a heart attack or stroke in the last six months?"),
        Question("thinner", "Do you take a blood thinner?"),
        Question("bleeding", "Do you bleed easily, or are your blood values hard to keep steady?"),
        Question("spine_surgery", "Was your spine operated on in the last 12 weeks, or injected in the last 2?"),
        Question("surgery", "Did you have any other operation in the last 6 weeks?"),
        Question("numb_feet", "Have you lost feeling in your feet or hands through diabetes or another illness?"),
        Question(
            "skin",
            "Is there anything on your skin?",
            (
                ("nothing", "Nothing"),
                ("local", "A wound, rash, burn, varicose vein or new scar"),
                ("contagious", "Something that others could catch"),
            ),
        ),
        Question("implant", "Do you have a pacemaker or a nerve stimulator?"),
        Question("epilepsy", "Do you have epilepsy?"),
        Question("allergy", "Are you allergic to oils, creams or nuts?"),
        Question("latex", "Are you allergic to latex?"),
    ),
)

_PREGNANCY = Section(
    "pregnancy",
    "Pregnancy",
    (
        Question("pregnant", "Are you pregnant?"),
        Question(
            "pregnancy_risk",
            "If so: were you told of a risk, or does your baby move less than before?",
        ),
        Question(
            "pregnancy_alarm",
            "If so: do you bleed or lose water, or are you suddenly swollen with a headache?",
        ),
    ),
)

_COURSE = Section(
    "course",
    "How it has been",
    (
        Question("first_time", "Is this the first time in your life that you have such pain?"),
        Question("no_better", "Have you had care for more than a month without getting better?"),
        Question("worry", "Do you feel low, are you afraid to move, or is there a dispute about your work?"),
    ),
)

_FIRST = Form(
    "2026-1",
    (_TODAY, _HEALTH, _PREGNANCY, _COURSE),
    (
        Trigger("urine", "yes", "CES_BLADDER"),
        Trigger("bowel", "yes", "CES_BOWEL"),
        Trigger("saddle", "yes", "CES_SADDLE"),
        Trigger("intimate", "yes", "CES_SEXUAL"),
        Trigger("legs", "spread", "CES_BILATERAL"),
        Trigger("legs", "both", "CES_BILATERAL"),
        Trigger("foot_drop", "yes", "MOTOR_SEVERE"),
        Trigger("weaker", "yes", "MOTOR_PROGRESS"),
        Trigger("cord", "yes", "CORD_SIGNS"),
        Trigger("chest", "yes", "CARDIAC", T0),
        Trigger("vessel", "yes", "VASCULAR"),
        Trigger("calf", "yes", "DVT_SUSPECT"),
        Trigger("cancer", "yes", "CANCER_HX"),
        Trigger("weight_night", "yes", "WEIGHT_NIGHT"),
        Trigger("fever", "yes", "INFECTION"),
        Trigger("infection", "yes", "INFECTION"),
        Trigger("accident", "yes", "FRACTURE"),
        Trigger("shape", "yes", "FRACTURE"),
        Trigger("weak_bones", "yes", "OSTEOPOROSIS"),
        Trigger("clot", "yes", "DVT_KNOWN"),
        Trigger("heart", "yes", "CARDIAC"),
        Trigger("thinner", "yes", "ANTICOAG"),
        Trigger("spine_surgery", "yes", "SURGERY_RECENT"),
        Trigger("surgery", "yes", "SURGERY_RECENT"),
        Trigger("numb_feet", "yes", "DIABETES_NEURO"),
        Trigger("skin", "local", "SKIN_LOCAL"),
        Trigger("skin", "contagious", "SKIN_LOCAL", T1),
        Trigger("implant", "yes", "IMPLANT"),
        Trigger("epilepsy", "yes", "EPILEPSY"),
        Trigger("allergy", "yes", "ALLERGY"),
        Trigger("latex", "yes", "LATEX"),
        Trigger("pregnant", "yes", "PREG"),
        Trigger("no_better", "yes", "NO_IMPROVE"),
        Trigger("worry", "yes", "YELLOW"),
    ),
)

FORMS: Mapping[str, Form] = {form.version: form for form in (_FIRST,)}
FORM = _FIRST
"""The form that is asked now."""
