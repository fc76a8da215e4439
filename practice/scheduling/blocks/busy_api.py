"""Busy times from a therapist's own calendar, over JSON."""

from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic.queries import practice_zone
from practice.scheduling.appointments.forms import require_own_diary
from practice.scheduling.blocks.busy import Busy, read_busy
from practice.scheduling.blocks.importing import Imported, import_busy_times
from practice.scheduling.blocks.schemas import Body, CalendarFileSchema, ImportedSchema
from practice.web.api import ApiBlueprint
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_busy", __name__, url_prefix="/api/v1/therapists", description="Busy times from a file")


@blueprint.route("/<uid:uid>/busy-times")
class BusyTimes(MethodView):
    """What a therapist's own calendar says."""

    @blueprint.arguments(CalendarFileSchema)
    @blueprint.response(200, ImportedSchema)
    @requires("block.manage")
    def put(self, body: Body, uid: str) -> Body:
        """Replace the busy times of an earlier file; visits that are booked meanwhile are named and stay."""
        require_own_diary(session(), uid, current_actor(), "block.manage")
        busy = read_busy(body["calendar"], zone=practice_zone(session()), now=now())
        return shown(busy, write(lambda opened: replace_busy_times(opened, uid, busy)))


def replace_busy_times(opened: Session, uid: str, busy: Busy) -> Imported:
    """Replace a therapist's busy times; raises ``NotFound`` unless they are the actor's to keep."""
    require_own_diary(opened, uid, current_actor(), "block.manage")
    return import_busy_times(opened, therapist_uid=uid, busy=busy, actor=current_actor(), now=now())


def shown(busy: Busy, imported: Imported) -> Body:
    """Return what became of a file."""
    return {
        "entries": busy.entries,
        "kept": imported.kept,
        "unread_rules": busy.unread_rules,
        "unknown_zones": busy.unknown_zones,
        "clashes": [{"uid": each.uid, "local_start": each.local_start} for each in imported.clashes],
    }
