"""A visit that is over, with a note that can be signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from practice.accounts.models import User
from practice.accounts.step_up import StepUp
from practice.core.actor import Actor, Role
from practice.scheduling.appointments.attending import arrive, complete
from practice.scheduling.appointments.starting import start
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Appointment
from practice.visits.models import Visit
from practice.visits.notes.consent import ELEMENTS, WRITTEN, Consent, Standing
from practice.visits.notes.consenting import record_visit_consent
from practice.visits.notes.drafting import save_draft
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.signing import sign_note
from practice.visits.notes.techniques import Technique
from practice.visits.opening import open_visit
from tests.scheduling.scene import TEN, Scene

FULL = Consent(frozenset(ELEMENTS), WRITTEN, covers_buttock=True)
ROW = Technique("stripping", "buttock", "left", "prone", 3, 10)
SAID = {"subjective": "Better since Tuesday.", "plan": "Walk more.", "techniques": (ROW,)}


@pytest.fixture
def ines(scene: Scene, cast: dict[str, User]) -> Actor:
    """The first therapist, signed in."""
    return Actor(Role.THERAPIST, user_id=cast["theo"].id, therapist_id=scene.therapists[0].id, name="Ines")


@pytest.fixture
def bram(scene: Scene, cast: dict[str, User]) -> Actor:
    """The second therapist, signed in."""
    return Actor(Role.THERAPIST, user_id=cast["olga"].id, therapist_id=scene.therapists[1].id, name="Bram")


class Notes:
    """Acts on notes by the first therapist."""

    def __init__(self, scene: Scene, ines: Actor) -> None:
        self.scene, self.ines = scene, ines

    def do(self, verb: Callable[..., Any], **said: Any) -> Any:
        """Do a verb as Ines, unless somebody else is named."""
        return self.scene.do(verb, **{"actor": self.ines, **said})

    def proof(self, actor: Actor | None = None) -> StepUp:
        """The signing PIN, typed just now."""
        return StepUp((actor or self.ines).user_id or 0, self.scene.now)

    def begun(self, week: int = 0, *, client: int = 0) -> Visit:
        """Return the visit of a client under treatment."""
        appointment = self.scene.book(TEN + timedelta(weeks=week), client=client)
        self.scene.now = max(self.scene.now, appointment.starts_at)
        self.scene.do(arrive, appointment_uid=appointment.uid)
        self.scene.do(start, appointment_uid=appointment.uid, rules=SCHEDULING_RULES)
        return self.do(open_visit, appointment_uid=appointment.uid)

    def end(self, visit: Visit) -> None:
        """End the treatment a little later."""
        self.scene.later(minutes=20)
        uid = self.scene.session.get_one(Appointment, visit.appointment_id).uid
        self.scene.do(complete, appointment_uid=uid)

    def written(self, week: int = 0, *, client: int = 0, **said: Any) -> Visit:
        """Return a visit that is over, its consent given and its note written."""
        visit = self.begun(week, client=client)
        self.do(record_visit_consent, visit=visit, consent=FULL, standing=Standing())
        self.do(save_draft, visit=visit, said={**SAID, **said}, version=0)
        self.end(visit)
        return visit

    def sign(self, visit: Visit, **over: Any) -> NoteEntry:
        """Sign the note of a visit."""
        return self.do(sign_note, visit=visit, **{"proof": self.proof(over.get("actor")), **over})


@pytest.fixture
def notes(scene: Scene, ines: Actor) -> Notes:
    """Acts on notes by the first therapist."""
    return Notes(scene, ines)
