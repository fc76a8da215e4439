"""Time that somebody has, and time that is wanted, on a lane of a diary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from practice.clinic.models import DiaryKind
from practice.core.intervals import Interval
from practice.scheduling.diary_time import Work
from practice.scheduling.models import BLOCK_WORK, WORK_OF, Appointment, Block

_WORK = WORK_OF | BLOCK_WORK

GroupKey = tuple[int, int, int | None]
"""The service, the therapist and the room of a session that several clients share."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Time that somebody has on a diary; buffers in minutes."""

    diary_id: int
    lane: int
    treatment: Interval
    buffer_before: int
    buffer_after: int
    appointment_id: int | None
    work: int = Work.HANDS_ON
    location_id: int = 0
    block_id: int | None = None
    group: GroupKey | None = None

    @property
    def with_buffers(self) -> Interval:
        """Return the treatment and the minutes around it."""
        return _widened(self.treatment, self.buffer_before, self.buffer_after)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Time wanted for an appointment or a block on a lane of a diary.

    ``may_touch_buffers`` is set where staff overrode the buffer rule. ``occupies`` is false only for a visit that
    is recorded after the fact beside what the diary says.
    """

    taker: Appointment | Block
    diary_id: int
    kind: DiaryKind
    buffer_before: int = 0
    buffer_after: int = 0
    lane: int = 0
    may_touch_buffers: bool = False
    occupies: bool = True

    @property
    def work(self) -> Work:
        """Return what the time is to the limits."""
        return _WORK[self.taker.kind]

    @property
    def treatment(self) -> Interval:
        """Return the time of treatment."""
        return Interval(self.taker.starts_at, self.taker.ends_at)

    @property
    def location_id(self) -> int:
        """Return where it is, 0 for nowhere."""
        return self.taker.location_id or 0

    @property
    def appointment_id(self) -> int | None:
        """Return the appointment that takes the time, None for a block."""
        return self.taker.id if isinstance(self.taker, Appointment) else None

    @property
    def group(self) -> GroupKey | None:
        """Return the session of which it is one client's part."""
        taker = self.taker
        if isinstance(taker, Block) or (taker.group_size or 1) <= 1:
            return None
        return taker.service_id, taker.therapist_id, taker.room_id

    @property
    def places(self) -> int:
        """Return how many clients share the session at most."""
        return self.taker.group_size if isinstance(self.taker, Appointment) else 1

    @property
    def block_id(self) -> int | None:
        """Return the block that takes the time, None for an appointment."""
        return self.taker.id if isinstance(self.taker, Block) else None

    @property
    def with_buffers(self) -> Interval:
        """Return the treatment and the minutes around it."""
        return _widened(self.treatment, self.buffer_before, self.buffer_after)

    def as_occupied(self) -> Occupied:
        """Return the time as it will look to others once it is taken."""
        return Occupied(
            self.diary_id,
            self.lane,
            self.treatment,
            self.buffer_before,
            self.buffer_after,
            self.appointment_id,
            self.work,
            self.location_id,
            self.block_id,
            self.group,
        )


def _widened(treatment: Interval, before: int, after: int) -> Interval:
    if not (before or after):
        return treatment
    return treatment.widened(timedelta(minutes=before), timedelta(minutes=after))


def others_in_group(wanted: Wanted, taken: Iterable[Occupied]) -> list[Occupied]:
    """Return what other clients of the same session have on the same diary."""
    if wanted.group is None:
        return []
    here = (wanted.diary_id, wanted.group, wanted.treatment)
    return [each for each in taken if (each.diary_id, each.group, each.treatment) == here]
