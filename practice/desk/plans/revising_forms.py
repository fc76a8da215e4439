"""The form of a version: its course as a few rows of blocks, and how it treats."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from practice.treatment_plans.blocks import Block
from practice.treatment_plans.details import VersionDetails
from practice.treatment_plans.preferences import Preference
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of
from practice.web.forms import InvalidForm
from practice.web.schemas import StrictSchema, Text, Uid, WholeNumber

MOST_ROWS = 4
COLUMNS = (("times", 36), ("every_weeks", 12), ("periods", 12), ("gap_min", 90), ("gap_max", 180))
"""What a row of a block says, each with the highest number that it takes."""

LONGEST_REASON = 2000


class _VersionSchema(StrictSchema):
    """What a version says besides its blocks; ``reason`` is asked when a new one is written."""

    service = Uid(required=True)
    reassess_service = Uid(load_default=None)
    minutes = WholeNumber(15, 240, required=True)
    checkpoints = Text(longest=40, load_default="")
    preference = fields.String(required=True, validate=validate.OneOf([str(each) for each in Preference]))
    therapist = Uid(load_default=None)
    reason = Text(longest=LONGEST_REASON, multiline=True, load_default="")


_CELLS: dict[str, fields.Field[Any]] = {
    f"block_{row}_{column}": WholeNumber(1, most) for row in range(1, MOST_ROWS + 1) for column, most in COLUMNS
}
VersionSchema: type[Schema] = _VersionSchema.from_dict(_CELLS, name="VersionSchema")


def details_of(body: Mapping[str, Any]) -> VersionDetails:
    """Return what a loaded form says; raises ``InvalidForm`` for half a row and for checkpoints that are no numbers."""
    return VersionDetails(
        service=body["service"],
        reassess_service=body["reassess_service"],
        blocks=_blocks(body),
        minutes=body["minutes"],
        checkpoints=_checkpoints(body["checkpoints"]),
        preference=Preference(body["preference"]),
        therapist=body["therapist"],
    )


def _blocks(body: Mapping[str, Any]) -> tuple[Block, ...]:
    rows = [[body.get(f"block_{row}_{column}") for column, _ in COLUMNS] for row in range(1, MOST_ROWS + 1)]
    missing = {
        f"block_{at}_{column}": ["Fill in the whole row, or leave all of it empty."]
        for at, row in enumerate(rows, 1)
        if any(each is not None for each in row)
        for (column, _), each in zip(COLUMNS, row, strict=True)
        if each is None
    }
    if missing:
        raise InvalidForm(missing)
    found = [Block(*(int(each or 0) for each in row)) for row in rows if row[0] is not None]
    if not found:
        raise InvalidForm({"block_1_times": ["A plan needs at least one block of sessions."]})
    return tuple(found)


def _checkpoints(raw: str) -> tuple[int, ...]:
    words = raw.replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() and len(word) <= len("999") for word in words):
        raise InvalidForm({"checkpoints": ["Give the numbers of sessions, as 6 10."]})
    return tuple(int(word) for word in words)


def values_of(
    version: PlanVersion, services: Mapping[int | None, str], therapists: Mapping[int | None, str], moved_by: int
) -> dict[str, Any]:
    """Return a version as the form shows it; services and therapists are named by their uids.

    ``moved_by`` is by how much its sessions are counted on.
    """
    cells = {
        f"block_{at}_{column}": value
        for at, block in enumerate(version.blocks, 1)
        for (column, _), value in zip(
            COLUMNS,
            (block.times, block.every_weeks, block.periods, block.gap_min_days, block.gap_max_days),
            strict=True,
        )
    }
    return cells | {
        "minutes": version.minutes,
        "checkpoints": " ".join(str(number + moved_by) for number in checkpoints_of(version)),
        "preference": version.preference,
        "service": services.get(version.service_id, ""),
        "reassess_service": services.get(version.reassess_service_id, ""),
        "therapist": therapists.get(version.therapist_id, ""),
    }
