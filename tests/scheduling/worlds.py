"""Small practices as pure facts, for tables and properties; and an oracle that looks at every single minute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from practice.core.local_time import to_local
from practice.scheduling.diary_time import DiaryTime, Taken
from practice.scheduling.local_days import floor_minute, instant_of, local_day
from practice.scheduling.question import (
    Absence,
    ClosedDays,
    DatedWork,
    DiaryFacts,
    Exceptions,
    LocationFacts,
    Question,
    RoomFacts,
    ServiceFacts,
    SetUp,
    Shape,
    Span,
    TherapistFacts,
    WeekdaySpan,
    WeeklyWork,
)

DAY = date(2026, 12, 1)
ZONE = "America/Toronto"
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EVERY_DAY = range(7)


def location(opening: Sequence[tuple[int, int]] = ((480, 1080),), **over: object) -> LocationFacts:
    spans = tuple(WeekdaySpan(weekday, Span(*span)) for weekday in EVERY_DAY for span in opening)
    return LocationFacts(**{"id": 1, "uid": "l1", "name": "Harbour", "zone": ZONE, "opening": spans} | over)


def therapist(number: int = 1, hours: Sequence[tuple[int, int]] = ((480, 1080),), **over: object) -> TherapistFacts:
    weekly = tuple(WeeklyWork(1, weekday, Span(*span), None, None) for weekday in EVERY_DAY for span in hours)
    values = {
        "id": number,
        "uid": f"t{number}",
        "name": f"Therapist {number}",
        "diary_id": number,
        "offers": frozenset({1}),
        "weekly": weekly,
    }
    return TherapistFacts(**values | over)


def room(number: int = 1, **over: object) -> RoomFacts:
    values = {"id": number, "uid": f"r{number}", "name": f"Room {number}", "diary_id": 10 + number, "location_id": 1}
    return RoomFacts(**values | over)


def service(duration: int = 60, before: int = 0, after: int = 0, **over: object) -> ServiceFacts:
    values = {"id": 1, "uid": "s1", "name": "Relaxation", "shape": Shape(duration, before, after)}
    return ServiceFacts(**values | over)


def practice(
    *,
    of: ServiceFacts | None = None,
    at: LocationFacts | None = None,
    people: Iterable[TherapistFacts] = (),
    rooms: Iterable[RoomFacts] = (),
    taken: dict[int, list[Taken]] | None = None,
    exceptions: Exceptions | None = None,
    client_diary_id: int | None = None,
) -> DiaryFacts:
    """Facts with one therapist and one room unless some are named."""
    staff = list(people) or [therapist()]
    places = list(rooms) or [room()]
    set_up = SetUp(
        1,
        {1: at or location()},
        {1: of or service()},
        {one.id: one for one in places},
        {one.id: one for one in staff},
    )
    diaries = {one.diary_id: DiaryTime() for one in (*staff, *places)}
    diaries |= {key: DiaryTime().plus(entries) for key, entries in (taken or {}).items()}
    return DiaryFacts(set_up, exceptions or Exceptions(), diaries, client_diary_id)


def question(**over: object) -> Question:
    values = {"service_id": 1, "location_id": 1, "first_on": DAY, "last_on": DAY, "asked_at": NOW}
    return Question(**{**values, **over})


def wall(hour: int, minute: int = 0, *, on: date = DAY) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute)


def at(hour: int, minute: int = 0, *, on: date = DAY) -> int:
    """The UTC minute of a wall time on a day without a clock change."""
    return local_day(on, ZONE).minute_at(hour * 60 + minute)


def busy(begins: int, minutes: int = 60, before: int = 0, after: int = 0) -> Taken:
    return Taken(begins, begins + minutes, before, after)


@dataclass
class Oracle:
    """Judges a start by looking at each of its minutes; for days on which no clock changes."""

    question: Question
    facts: DiaryFacts

    def offers(self, begins: int) -> bool:
        """Whether anybody and any room can, by brute force."""
        set_up = self.facts.set_up
        self.service, self.place = set_up.services[1], set_up.locations[1]
        self.minutes = range(begins, begins + (self.question.shape or self.service.shape).duration)
        return (
            self._moment(begins)
            and any(self._person(one) for one in self._people())
            and (not self.service.needs_room or any(self._room(one) for one in set_up.rooms.values()))
        )

    def _people(self) -> list[TherapistFacts]:
        chosen = self.question.therapist_ids
        return [one for one in self.facts.set_up.therapists.values() if chosen is None or one.id in chosen]

    def _moment(self, begins: int) -> bool:
        start = to_local(instant_of(begins), self.place.zone)
        notice = self.service.portal_notice_minutes if self.question.by_link else self.service.notice_minutes
        today = to_local(self.question.asked_at, self.place.zone).date()
        own = self.facts.client_diary_id
        return (
            self.service.is_active
            and self.place.is_active
            and (start.hour * 60 + start.minute) % self.service.grid_minutes == 0
            and instant_of(begins) >= self.question.asked_at + timedelta(minutes=notice)
            and (start.date() - today).days <= self.service.horizon_days
            and all(self._is_open(minute) for minute in self.minutes)
            and (own is None or not self._treated(own))
        )

    def _is_open(self, minute: int) -> bool:
        local = to_local(instant_of(minute), self.place.zone)
        if any(
            closed.first_on <= local.date() <= closed.last_on and closed.location_id in {None, self.place.id}
            for closed in self.facts.exceptions.closures
        ):
            return False
        return self._covers(local, [span for weekday, span in self.place.opening if weekday == local.weekday()])

    def _covers(self, local: datetime, spans: Iterable[Span]) -> bool:
        minute = local.hour * 60 + local.minute
        starts = to_local(instant_of(self.minutes[0]), self.place.zone)
        return local.date() == starts.date() and any(span.begins <= minute < span.ends for span in spans)

    def _person(self, one: TherapistFacts) -> bool:
        return (
            one.is_active and 1 in one.offers and one.is_registered and self._is_there(one) and self._free(one.diary_id)
        )

    def _is_there(self, one: TherapistFacts) -> bool:
        away = self.facts.exceptions.absences.get(one.id, ())
        return all(
            self._works(one, minute) and not any(span.begins <= minute < span.ends for _, span in away)
            for minute in self.minutes
        )

    def _works(self, one: TherapistFacts, minute: int) -> bool:
        local = to_local(instant_of(minute), self.place.zone)
        dated = self.facts.exceptions.dated.get(one.id, {}).get(local.date())
        if dated is not None:
            return self._covers(local, [row.span for row in dated if row.span and row.location_id in {None, 1}])
        return self._covers(local, [row.span for row in one.weekly if row.weekday == local.weekday()])

    def _room(self, one: RoomFacts) -> bool:
        is_asked = self.question.room_id in {None, one.id}
        return is_asked and one.is_active and self.service.room_needs <= one.features and self._free(one.diary_id)

    def _free(self, diary_id: int) -> bool:
        _, before, after = self.question.shape or self.service.shape
        ours = set(range(self.minutes[0] - before, self.minutes[-1] + 1 + after))
        return not any(
            minute in ours
            for one in self.facts.taken_on(diary_id)
            for minute in range(one.begins - one.before, one.ends + one.after)
        )

    def _treated(self, diary_id: int) -> bool:
        return any(minute in self.minutes for one in self.facts.taken_on(diary_id) for minute in range(*one[:2]))


def _spans() -> st.SearchStrategy[list[tuple[int, int]]]:
    ends = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted)
    return ends.map(lambda cuts: [(low * 15, high * 15) for low, high in zip(cuts[::2], cuts[1::2], strict=False)])


def _takens() -> st.SearchStrategy[list[Taken]]:
    one = st.builds(
        lambda start, minutes, before, after: busy(at(0) + start * 5, minutes * 5, before, after),
        st.integers(-24, 300),
        st.integers(1, 24),
        st.sampled_from([0, 0, 5, 10, 30]),
        st.sampled_from([0, 0, 5, 15]),
    )
    return st.lists(one, max_size=6)


def _exceptions() -> st.SearchStrategy[Exceptions]:
    dated = st.one_of(
        st.just({}),
        st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 40), st.integers(41, 96))), min_size=1, max_size=2).map(
            lambda rows: {
                1: {DAY: tuple(DatedWork(1, None, DAY, row and Span(row[0] * 15, row[1] * 15)) for row in rows)}
            }
        ),
    )
    away = st.lists(
        st.builds(
            lambda begin, length: Absence(1, Span(at(0) + begin * 7, at(0) + begin * 7 + length)),
            st.integers(-20, 200),
            st.integers(1, 400),
        ),
        max_size=2,
    ).map(lambda rows: {1: tuple(rows)})
    closures = st.sampled_from(
        [(), (), (), (ClosedDays(None, DAY, DAY, "Holiday"),), (ClosedDays(1, DAY, DAY + timedelta(days=3), "Works"),)]
    )
    return st.builds(Exceptions, dated, away, closures)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Question, DiaryFacts]:
    """A question about one day and a practice in which it may be refused for any reason."""
    of = service(
        draw(st.sampled_from([5, 20, 30, 45, 60, 90])),
        draw(st.sampled_from([0, 0, 5, 10, 25])),
        draw(st.sampled_from([0, 0, 5, 15])),
        grid_minutes=draw(st.sampled_from([5, 10, 15, 20, 25, 50, 60])),
        notice_minutes=draw(st.sampled_from([0, 0, 60, 600])),
        horizon_days=draw(st.sampled_from([0, 7, 180])),
        needs_room=draw(st.sampled_from([True, True, False])),
        room_needs=draw(st.sampled_from([frozenset(), frozenset({"step_free"})])),
        is_active=draw(st.sampled_from([True] * 9 + [False])),
    )
    people = [
        therapist(
            number,
            draw(_spans()),
            is_active=draw(st.sampled_from([True] * 6 + [False])),
            is_registered=draw(st.sampled_from([True] * 6 + [False])),
            offers=draw(st.sampled_from([frozenset({1})] * 4 + [frozenset()])),
        )
        for number in range(1, draw(st.integers(1, 2)) + 1)
    ]
    rooms = [
        room(number, features=draw(st.sampled_from([frozenset(), frozenset({"step_free"})])))
        for number in range(1, draw(st.integers(1, 2)) + 1)
    ]
    facts = practice(
        of=of,
        at=location(draw(_spans())),
        people=people,
        rooms=rooms,
        taken={
            key: draw(_takens()) for key in (*(one.diary_id for one in people), *(one.diary_id for one in rooms), 99)
        },
        exceptions=draw(_exceptions()),
        client_diary_id=draw(st.sampled_from([None, 99])),
    )
    asked = question(
        asked_at=draw(st.sampled_from([NOW, NOW, instant_of(at(9, 7)), instant_of(at(23))])),
        therapist_ids=draw(st.sampled_from([None, (1,), tuple(one.id for one in people)])),
        room_id=draw(st.sampled_from([None, None, 1])),
        by_link=draw(st.booleans()),
    )
    return asked, facts


def grid_of_minutes() -> list[int]:
    """Every fifth UTC minute of the day."""
    begins = floor_minute(datetime(DAY.year, DAY.month, DAY.day, 5, tzinfo=UTC))
    return list(range(begins, begins + 24 * 60, 5))
