"""The rule that a mail never says what a visit is for: which words give it away, in every language that mails speak.

A mail is read over shoulders and on locked screens (clinical.md 9). Pure.
"""

import re
import unicodedata
from collections.abc import Sequence

_STEMS = (
    # English and French together: whoever writes a French text borrows English words, and the other way round.
    "massag",
    "massoth",
    "masseu",
    "therap",
    "kine",
    "physio",
    "osteo",
    "chiro",
    "rehab",
    "reeduc",
    "treat",
    "trait(?:e|em)",
    "soins?\\b",
    "soign",
    "heal",
    "sante\\b",
    "clini",
    "hospi",
    "hopita",
    "medic",
    "medec",
    "doctors?\\b",
    "docteur",
    "physician",
    "nurse",
    "infirm",
    "patients?\\b",
    "diagnos",
    "sympt",
    "sciati",
    "lombal",
    "lumba",
    "pain(?:s|ful|less)?\\b",
    "douleur",
    "douloure",
    "mal de\\b",
    "aches?\\b",
    "sore(?:s|ness)?\\b",
    "hurt",
    "injur",
    "bless(?:ure|e)",
    "illness",
    "disease",
    "malad(?:ie|if)",
    "surg",
    "chirurg",
    "pregnan",
    "enceinte",
    "grossesse",
    "cancer",
    "numb",
    "engourdi",
    "nerves?\\b",
    "nerfs?\\b",
    "muscle",
    "muscul",
    "spin(?:e|al)",
    "vertebr",
    "discs?\\b",
    "disque",
    "legs?\\b",
    "jambe",
    "(?:your|my|his|her|the|low|lower|upper) back\\b",
    "back ?(?:ache|pain)",
    "dos\\b",
    "hips?\\b",
    "hanche",
    "buttock",
    "fess",
    "knees?\\b",
    "genou",
    "neck",
    "nuque",
    "feet\\b",
    "ankle",
    "cheville",
    "exercis",
    "exercice",
    "stretch",
    "etirement",
    "assessment",
    "evaluation",
    "consultation",
    "screening",
    "depistage",
    "sessions?\\b",
    "seances?\\b",
    "outcome",
    "clearance",
    "undress",
    "deshabill",
)
_TELLING = re.compile(rf"\b(?:{'|'.join(_STEMS)})\w*")
_COUNTED = re.compile(r"\b\d{1,3}\s*(?:of|de|sur|/)\s*\d{1,3}\b")
"""Four of ten says that there is a course (clinical.md 9); dates with a slash are not written in texts of mails."""


def telling_words(text: str) -> Sequence[str]:
    """Return the words of *text* that say what a visit is for, as they were written, each once."""
    plain = _plain(text)
    found = [text[match.start() : match.end()] for rule in (_TELLING, _COUNTED) for match in rule.finditer(plain)]
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Return *text* in lower case without accents, letter by letter, so that places stay where they are."""
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0].lower()
    return base[0] if base else letter
