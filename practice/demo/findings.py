"""What was measured in the courses that the demo follows: one number per delivered visit, before and after. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Again:
    """What is asked and tested at the first visit and at re-assessments; ``ability`` is the sum of three ratings."""

    disability: int
    bothersome: int
    ability: int
    leg_raise: int | None = None
    finger_to_floor: int | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The numbers of one course; ``again`` by delivered visit, ``adherence`` percent by week."""

    side: str
    branch: str
    leg: Sequence[int]
    leg_after: Sequence[int]
    back: Sequence[int]
    level: Sequence[int]
    again: Mapping[int, Again]
    systolic: Sequence[tuple[int, int]]
    heart_rate: Sequence[tuple[int, int]]
    adherence: Sequence[int]
    adverse: Mapping[int, str] = field(default_factory=dict)


def _pairs(written: str) -> tuple[tuple[int, int], ...]:
    """Return pairs from a line such as 134>124,130>122."""
    pairs = (each.split(">") for each in written.split(","))
    return tuple((int(before), int(after)) for before, after in pairs)


FINDINGS: Mapping[str, Findings] = {
    "maya": Findings(
        side="left",
        branch="peroneal",
        leg=(7, 7, 6, 6, 5, 4, 4, 3, 2, 1),
        leg_after=(5, 5, 5, 4, 4, 3, 3, 2, 1, 1),
        back=(5, 5, 4, 4, 4, 3, 3, 2, 2, 1),
        level=(5, 5, 4, 4, 4, 3, 3, 2, 2, 2),
        again={1: Again(14, 16, 10, 40, 28), 6: Again(9, 10, 17, 55, 17), 10: Again(3, 4, 25, 75, 6, change=4)},
        systolic=_pairs("134>124,130>122,132>124,128>121,130>122,128>120,126>120,128>121,126>119,124>119"),
        heart_rate=_pairs("82>73,80>72,79>71,78>71,78>70,76>70,76>69,75>69,74>68,74>69"),
        adherence=(86, 79, 93, 71, 86, 79, 64),
        adverse={2: "soreness"},
    ),
    "dev": Findings(
        side="right",
        branch="tibial",
        leg=(6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3),
        leg_after=(5, 5, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2),
        back=(4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2),
        level=(5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3),
        again={
            1: Again(12, 14, 12, 62, 19),
            4: Again(11, 13, 13, 62, 18),
            8: Again(8, 10, 17, 66, 14),
            12: Again(6, 8, 19, 68, 12),
        },
        systolic=_pairs(
            "148>139,146>138,150>141,144>137,145>138,142>136,144>136,140>134,142>135,138>132,140>134,138>131"
        ),
        heart_rate=_pairs("76>70,75>70,77>70,74>69,75>69,73>68,74>68,72>67,73>68,72>67,71>66,71>66"),
        adherence=(71, 64, 71, 57, 64, 71, 79, 71, 64, 57, 71, 64, 50, 57, 64),
    ),
    "rosalind": Findings(
        side="right",
        branch="both",
        leg=(8, 8, 7, 8, 8, 7),
        leg_after=(7, 7, 6, 7, 7, 6),
        back=(3, 3, 3, 4, 3, 3),
        level=(5, 5, 5, 5, 5, 5),
        again={1: Again(17, 18, 8, 30, 35), 6: Again(16, 17, 9, 30, 34)},
        systolic=_pairs("138>132,136>131,140>133,138>133,137>131,136>130"),
        heart_rate=_pairs("88>82,86>81,90>83,88>82,87>82,86>80"),
        adherence=(93, 86, 79),
        adverse={4: "pain_flare"},
    ),
    "tomas": Findings(
        side="left",
        branch="tibial",
        leg=(6, 6, 5, 4),
        leg_after=(5, 4, 4, 3),
        back=(4, 4, 3, 3),
        level=(5, 5, 4, 4),
        again={1: Again(11, 13, 13, 50, 22), 4: Again(8, 9, 16, 58, 16)},
        systolic=_pairs("128>121,130>122,126>120,128>121"),
        heart_rate=_pairs("74>68,75>69,73>68,74>67"),
        adherence=(86, 86),
    ),
    "aisha": Findings(
        side="right",
        branch="none_below_knee",
        leg=(5, 5, 4, 3, 3, 2),
        leg_after=(3, 3, 3, 2, 2, 1),
        back=(6, 5, 5, 4, 4, 3),
        level=(2, 2, 2, 2, 2, 2),
        again={1: Again(10, 11, 12), 3: Again(8, 9, 15), 6: Again(4, 5, 22)},
        systolic=_pairs("114>108,116>110,112>107,115>110,116>110,114>109"),
        heart_rate=_pairs("86>80,87>81,86>80,88>82,88>82,87>82"),
        adherence=(79, 86, 71, 86, 64, 79, 71),
    ),
    "colin": Findings(
        side="left",
        branch="none_below_knee",
        leg=(6, 5, 6, 5, 5, 5, 4, 4, 3, 2),
        leg_after=(4, 4, 5, 4, 4, 4, 3, 3, 2, 1),
        back=(0,) * 10,
        level=(3, 3, 3, 3, 3, 3, 2, 2, 2, 2),
        again={1: Again(9, 12, 13, 58, 14), 6: Again(8, 10, 15, 60, 13), 10: Again(3, 4, 24, 74, 4)},
        systolic=_pairs("124>117,122>116,126>119,122>116,123>117,121>115,122>116,120>114,121>115,119>114"),
        heart_rate=_pairs("72>66,70>65,73>67,71>65,70>65,69>64,70>64,68>63,68>63,67>62"),
        adherence=(40, 29, 21, 57, 71, 86, 79, 79),
        adverse={3: "bruise"},
    ),
}


def path_regions(branch: str, level: int) -> tuple[str, ...]:
    """Return the regions that are painted when the pain reaches a level: the path down to it."""
    down = ("low_back", "buttock", "thigh_posterior", "knee_posterior")[: level + 1]
    lower = {
        "peroneal": ("leg_lateral", "foot_dorsum"),
        "tibial": ("calf_posterior", "sole"),
        "both": ("calf_posterior", "leg_lateral", "sole", "foot_dorsum"),
    }.get(branch, ())
    reach = 0 if level < 4 else level - 3
    return (*down, *lower[: reach * (len(lower) // 2)])
