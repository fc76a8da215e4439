"""Side, branch and the ICD-10-CM label of an episode, derived and never typed (clinical.md 7). Pure.

The code labels, it does not diagnose; ``side`` is kept beside it because national editions differ.
"""

from enum import StrEnum

LEG_ONLY, WITH_BACK_PAIN = "M54.3", "M54.4"


class Side(StrEnum):
    """Which leg."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"


class Branch(StrEnum):
    """Which branch the pain follows."""

    PERONEAL = "peroneal"
    TIBIAL = "tibial"
    BOTH = "both"
    NONE_BELOW_KNEE = "none_below_knee"
    UNKNOWN = "unknown"


class CauseSource(StrEnum):
    """Who says what the cause is."""

    PHYSICIAN_REPORT = "physician_report"
    IMAGING_REPORT = "imaging_report"
    CLIENT_SAYS = "client_says"
    RMT_IMPRESSION = "rmt_impression"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """What is behind it; tumour and trauma block treatment, pregnancy has a pathway of its own."""

    DISC = "disc"
    STENOSIS = "stenosis"
    PIRIFORMIS = "piriformis"
    PREGNANCY = "pregnancy"
    TUMOUR = "tumour"
    TRAUMA = "trauma"
    UNKNOWN = "unknown"


_DIGITS = {Side.RIGHT: "1", Side.LEFT: "2"}


def icd_codes(side: Side, back_pain: int | None) -> tuple[str, ...]:
    """Return the codes: by side, and by whether the back hurt (0-10) at the first session; none before that is known.

    Both sides are reported as two codes.
    """
    if back_pain is None:
        return ()
    family = WITH_BACK_PAIN if back_pain >= 1 else LEG_ONLY
    digits = [_DIGITS[side]] if side in _DIGITS else sorted(_DIGITS.values())
    return tuple(family + digit for digit in digits)
