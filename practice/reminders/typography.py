"""How French is set: a space before double signs and inside hours that no line may break. Pure."""

import re

HARD_SPACE = "\N{NO-BREAK SPACE}"
_BEFORE_SIGN = re.compile(r" (?=[:;!?%»])")
_INSIDE_HOUR = re.compile(r"(?<=\d) (?=h\b)|(?<=\d h) (?=\d\d\b)")
_AFTER_QUOTE = re.compile(r"(?<=«) ")


def typeset(text: str, language: str) -> str:
    """Return *text* as *language* sets it: French with hard spaces, every other as it is."""
    if language != "fr":
        return text
    for rule in (_BEFORE_SIGN, _INSIDE_HOUR, _AFTER_QUOTE):
        text = rule.sub(HARD_SPACE, text)
    return text
