"""How much one record may hold: every list of its parts has an end, and the record is read whole."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.errors import RecordFull
from practice.clients.models import BlockPair, Client, ClientContact, ClientRelation, DeskAlert, Preference
from practice.core.errors import WayOut

MOST_PARTS = 50

Part = type[ClientContact] | type[DeskAlert] | type[ClientRelation] | type[Preference] | type[BlockPair]

_CALLED: dict[Part, str] = {
    ClientContact: "addresses and numbers",
    DeskAlert: "alerts",
    ClientRelation: "relations",
    Preference: "wishes",
    BlockPair: "pairs to keep apart",
}


def require_room_for(session: Session, part: Part, client: Client) -> None:
    """Raise :class:`RecordFull` when the record holds as many parts of this kind as it may."""
    held = session.scalar(select(func.count()).select_from(part).where(part.client_id == client.id)) or 0
    if held >= MOST_PARTS:
        raise RecordFull(
            f"The record holds {MOST_PARTS} {_CALLED[part]} already. Remove one that no longer counts, then add this.",
            ways_out=(WayOut("open_client", "Open the record", {"client": client.uid}),),
        )
