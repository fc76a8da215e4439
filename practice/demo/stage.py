"""What the replay knows while it runs: the set-up, and the uids of what it has stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from practice.core.actor import Actor
from practice.demo.cast import Script
from practice.demo.diary import Visit, course_visits
from practice.demo.opening import Premises
from practice.demo.people import Person
from practice.scheduling.claiming.rules import BookingRules


@dataclass
class Stage:
    """The set-up and what was done so far; ``delivered`` counts the visits of each course."""

    script: Script
    premises: Premises
    rules: BookingRules
    client_uids: dict[str, str] = field(default_factory=dict)
    appointment_uids: dict[int, str] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)

    @property
    def desk(self) -> Actor:
        """Return the receptionist."""
        return self.premises.actors["gwen"]

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Return the people of the script by key."""
        return {person.key: person for person in self.script.people}

    @cached_property
    def without_forms(self) -> frozenset[str]:
        """Return who has not filled in a form: those whose visit waits for it."""
        return frozenset(visit.client for visit in self.script.visits if visit.tentative)

    def therapist(self, visit: Visit) -> Actor:
        """Return who treats at *visit*."""
        return self.premises.actors[visit.therapist]

    @cached_property
    def courses(self) -> Mapping[str, Sequence[int]]:
        """Return the numbers of the visits of each course in the order of their days, by client."""
        return course_visits(self.script.visits)
