"""A verdict in one sentence: its numbers, what was not measured left out, signs for the worse named."""

from fractions import Fraction

from practice.desk.plans.saying import SIGN_WORDS, VERDICT_TONES, VERDICT_WORDS, progress_words
from practice.treatment_plans.progress import Answer, Change, Progress, Sign, Verdict


def said(verdict=Verdict.RESPONDER, *, pain=(7, 4), function=(), signs=()):
    measured = [None if each is None else Fraction(each) for each in pain]
    change = Change("NPRS_LEG", *measured, Answer.IMPROVED)
    return progress_words(Progress(verdict, "NPRS_LEG", change, function, signs, 6), 6)


def test_the_numbers_come_before_the_verdict():
    function = (
        Change("PSFS", Fraction(10, 3), Fraction(17, 3), Answer.IMPROVED),
        Change("RMDQ", Fraction(14), Fraction(9), Answer.IMPROVED),
    )
    words = said(function=function)
    assert words == "S6: leg pain 7 → 4 (\u221243 %), own activities 3.3 → 5.7, disability 14 → 9: responder."


def test_what_was_not_measured_is_not_said():
    missing = (Change("RMDQ", Fraction(14), None, Answer.MISSING),)
    assert said(Verdict.TOO_EARLY, pain=(None, 4), function=missing) == (
        "S6: nothing was measured: too early to judge."
    )
    assert said(pain=(0, 0)) == "S6: leg pain 0 → 0: responder."


def test_what_speaks_for_the_worse_is_named():
    words = said(Verdict.WORSENING, pain=(5, 7), signs=(Sign.PAIN_UP,))
    assert words == "S6: leg pain 5 → 7 (+40 %), pain is up by 2 at two visits running: worsening."


def test_every_verdict_and_sign_has_its_words():
    assert set(VERDICT_WORDS) == set(VERDICT_TONES) == set(Verdict)
    assert set(SIGN_WORDS) == set(Sign)
