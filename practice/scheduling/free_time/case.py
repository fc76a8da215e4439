"""One start under judgement: what is asked, what is known, and the start as minutes. Pure."""

from dataclasses import dataclass
from datetime import datetime

from practice.scheduling.free_time import words
from practice.scheduling.local_days import LocalDay, local_day
from practice.scheduling.question import DiaryFacts, LocationFacts, Question, ServiceFacts, Shape, Span


@dataclass(frozen=True, slots=True)
class Case:
    """One start under judgement."""

    question: Question
    facts: DiaryFacts
    service: ServiceFacts
    location: LocationFacts
    shape: Shape
    local_start: datetime
    begins: int

    @property
    def treatment(self) -> Span:
        """Return the treatment time."""
        return Span(self.begins, self.begins + self.shape.duration)

    @property
    def day(self) -> LocalDay:
        """Return the local day on which it starts."""
        return local_day(self.local_start.date(), self.location.zone)

    def clock(self, minute: int) -> str:
        """Return a UTC minute as the desk says it."""
        return words.clock_or_day(minute, self.location.zone, self.day.on)
