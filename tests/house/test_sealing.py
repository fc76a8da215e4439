"""No clinical text lies in the database in clear: its tables hold codes, numbers, times and sealed bytes."""

from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, String, Table, Text

from practice.core.db import Base
from practice.core.sealed_column import Sealed
from practice.tables import METADATA

CLINICAL = ("practice.safety.", "practice.visits.", "practice.treatment_plans.")
LONGEST_CODE = 40

# Words that are no clinical text, each with the reason why it may be read by whoever holds the database.
IN_CLEAR: dict[str, str] = {
    "measure_definition.source": "a publication, of no client",
    "measure_definition.licence": "under which a scale may be used, of no client",
    "clearance_document.digest": "over what is sealed",
    "note_entry.previous_hash": "over what is sealed",
    "note_entry.hash": "over what is sealed",
}


def clinical_tables() -> list[Table]:
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(CLINICAL) and isinstance(mapper.local_table, Table)
    ]


def in_clear(tables: list[Table]) -> list[str]:
    """Return every column of *tables* that could hold what a person wrote, and is not sealed."""
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if _takes_words(column) and f"{table.name}.{column.name}" not in IN_CLEAR
    ]


def _takes_words(column: Column) -> bool:
    if isinstance(column.type, Sealed):
        return False
    if isinstance(column.type, String):
        return column.type.length is None or column.type.length > LONGEST_CODE
    return isinstance(column.type, JSON | LargeBinary)


def test_no_clinical_text_is_stored_in_clear():
    assert in_clear(clinical_tables()) == []


def test_what_is_excused_exists():
    assert sorted(IN_CLEAR) == [name for name in sorted(IN_CLEAR) if name.partition(".")[0] in METADATA.tables]


def test_words_in_clear_are_found():
    planted = Table(
        "planted",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("code", String(LONGEST_CODE)),
        Column("sealed", Sealed()),
        Column("note", Text()),
        Column("long", String(LONGEST_CODE + 1)),
        Column("answers", JSON()),
        Column("scan", LargeBinary()),
    )
    assert in_clear([planted]) == ["planted.note", "planted.long", "planted.answers", "planted.scan"]
