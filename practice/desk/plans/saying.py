"""A verdict and its numbers in one sentence, as a therapist says it. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.progress import Change, Progress, Sign, Verdict

MEASURE_WORDS: Mapping[str, str] = {
    "NPRS_LEG": "leg pain",
    "NPRS_BACK": "back pain",
    "NPRS_BUTTOCK": "buttock pain",
    "PSFS": "own activities",
    "RMDQ": "disability",
    "ODI": "Oswestry",
    "SBI": "bothersomeness",
    "SFI": "frequency",
}
SIGN_WORDS: Mapping[Sign, str] = {
    Sign.PAIN_UP: "pain is up by 2 at two visits running",
    Sign.FURTHER_DOWN: "the pain moves further down",
    Sign.FEELS_WORSE: "the client feels worse",
    Sign.NERVE_FALL: "a nerve test has fallen",
}
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.WORSENING: "worsening",
    Verdict.RECOVERED: "recovered",
    Verdict.RESPONDER: "responder",
    Verdict.PARTIAL: "partial responder",
    Verdict.TOO_EARLY: "too early to judge",
    Verdict.NO_CHANGE: "no change that matters",
}
VERDICT_TONES: Mapping[Verdict, str] = {
    Verdict.WORSENING: "bad",
    Verdict.RECOVERED: "ok",
    Verdict.RESPONDER: "ok",
    Verdict.PARTIAL: "info",
    Verdict.TOO_EARLY: "outline",
    Verdict.NO_CHANGE: "warn",
}
STEP_WORDS: Mapping[Step, str] = {
    Step.CONTINUE: "go on",
    Step.CONTINUE_ONCE: "go on until the next checkpoint, once",
    Step.TAPER: "taper",
    Step.DISCHARGE: "discharge",
    Step.HOLD_AND_REFER: "hold the plan, phone today, refer",
    Step.RETRY_WITH_LESS: "a new version with fewer exercises",
    Step.CHANGE_APPROACH: "change the approach",
    Step.REFER: "refer",
}
PER_CENT = 100
MINUS = "\u2212"


def progress_words(progress: Progress, number: int) -> str:
    """Return the numbers behind a verdict, then the verdict."""
    parts = [words for change in (progress.pain, *progress.function) if (words := change_words(change))]
    parts += [SIGN_WORDS[sign] for sign in progress.signs]
    said = ", ".join(parts) or "nothing was measured"
    return f"S{number}: {said}: {VERDICT_WORDS[progress.verdict]}."


def change_words(change: Change) -> str:
    """Return one measure's way, with its share of the baseline for pain; empty when it was not measured twice."""
    if change.before is None or change.after is None:
        return ""
    way = f"{MEASURE_WORDS[change.code]} {figure(change.before)} → {figure(change.after)}"
    if not change.code.startswith("NPRS") or not change.before:
        return way
    return f"{way} ({_signed((change.after - change.before) * PER_CENT / change.before)} %)"


def figure(value: Fraction | float) -> str:
    """Return a score with one place at most."""
    return f"{round(float(value), 1):g}"


def _signed(value: Fraction) -> str:
    rounded = round(float(value))
    return f"+{rounded}" if rounded > 0 else f"{rounded}".replace("-", MINUS)
