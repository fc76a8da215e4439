"""Forms as a client fills them in: everything is well unless a test says otherwise."""

from datetime import date

from practice.safety.questions import FORM

TODAY = date(2026, 11, 24)
BORN_ON = date(1979, 3, 14)


def answers(**over: str) -> dict[str, str]:
    return {key: question.values[0] for key, question in FORM.questions.items()} | over
