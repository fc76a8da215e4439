"""What other features note on appointments; the acts of people are in the modules named after them."""

from collections.abc import Mapping

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from practice.scheduling.models import Appointment


def mark_reconciled(session: Session, seen: Mapping[int, int]) -> None:
    """Note up to which ``change_seq`` each appointment's messages were reconciled; never lowers it.

    It is no edit: versions stay as they are, so nobody's ETag goes stale.
    """
    if not seen:
        return
    table = Appointment.__table__
    statement = (
        update(Appointment)
        .where(table.c.id == bindparam("appointment"), table.c.reconciled_seq < bindparam("seq"))
        .values(reconciled_seq=bindparam("seq"))
    )
    rows = [{"appointment": appointment_id, "seq": seq} for appointment_id, seq in seen.items()]
    session.connection().execute(statement, rows)
