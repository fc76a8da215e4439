"""Small practices as pure facts, for tables and properties; and an oracle that looks at every single minute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from practice.core.local_time import to_local
from practice.scheduling.diary_time import DiaryTime, Taken, Work
from practice.scheduling.limits import NO_CLIENT_LIMITS, NO_LIMITS, ClientLimits, Limits, Wishes
from practice.scheduling.local_days import floor_minute, instant_of, local_day
from practice.scheduling.question import (
    Absence,
    ClosedDays,
    DatedWork,
    DiaryFacts,
    Exceptions,
    Group,
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
    client_limits: ClientLimits = NO_CLIENT_LIMITS,
    wishes: dict[int, Wishes] | None = None,
    miles_away: int = 0,
) -> DiaryFacts:
    """Facts with one therapist and one room unless some are named; *miles_away* makes a second place so far off."""
    staff = list(people) or [therapist()]
    places = list(rooms) or [room()]
    set_up = SetUp(
        1,
        {1: at or location(), 2: location(id=2, uid="l2", name="Mill")},
        {1: of or service()},
        {one.id: one for one in places},
        {one.id: one for one in staff},
        client_limits,
        {1: {2: miles_away}, 2: {1: miles_away}} if miles_away else {},
        wishes or {},
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


def busy(
    begins: int, minutes: int = 60, before: int = 0, after: int = 0, *, work: Work = Work.HANDS_ON, place: int = 1
) -> Taken:
    return Taken(begins, begins + minutes, before, after, work, place)


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
            (not self.service.location_ids or 1 in self.service.location_ids)
            and self._moment(begins)
            and (self._alone() or any(self._joins(one) for one in self._people()))
        )

    def _alone(self) -> bool:
        return any(self._person(one) for one in self._people()) and (
            not self.service.needs_room or any(self._room(one) for one in self.facts.set_up.rooms.values())
        )

    def _joins(self, one: TherapistFacts) -> bool:
        """Whether a session of hers has just these minutes, a place left, and the right room."""
        span = Span(self.minutes[0], self.minutes[-1] + 1)
        mine = [each for each in self.facts.groups.values() if (each.therapist_id, each.span) == (one.id, span)]
        return self.service.group_size > 1 and any(
            each.service_id == 1
            and each.taken < self.service.group_size
            and self._is_its_room(each.room_id)
            and self._may_treat(one)
            for each in mine
        )

    def _is_its_room(self, room_id: int | None) -> bool:
        if self.question.room_id not in {None, room_id}:
            return False
        room = self.facts.set_up.rooms.get(room_id or 0)
        if room is None:
            return not self.service.needs_room
        return room.is_active and self.service.room_needs <= room.features

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
            self._may_treat(one)
            and self._free(one.diary_id)
            and self._gets_there(one.diary_id)
            and self._stays_within(one)
        )

    def _may_treat(self, one: TherapistFacts) -> bool:
        return one.is_active and 1 in one.offers and one.is_registered and self._is_there(one)

    def _gets_there(self, diary_id: int) -> bool:
        _, before, after = self.question.shape or self.service.shape
        way = self.facts.set_up.apart.get(1, {}).get(2, 0)
        ours = set(range(self.minutes[0] - before - way, self.minutes[-1] + 1 + after + way))
        return not any(
            minute in ours
            for one in self.facts.taken_on(diary_id)
            if one.location_id == 2
            for minute in range(one.begins - one.before, one.ends + one.after)
        )

    def _stays_within(self, one: TherapistFacts) -> bool:
        if self.service.work == Work.PHONE:
            return True
        ours = (self.minutes[0], self.minutes[-1] + 1, self.service.work)
        known = {(each.begins, each.ends, each.work) for each in self.facts.taken_on(one.diary_id)}
        visits = [each for each in known if each[2] in {Work.HANDS_ON, Work.ASSESSMENT}]
        day = to_local(instant_of(ours[0]), self.place.zone).date()
        today = [each for each in visits if to_local(instant_of(each[0]), self.place.zone).date() == day]
        week = [
            each
            for each in visits
            if to_local(instant_of(each[0]), self.place.zone).isocalendar()[:2] == day.isocalendar()[:2]
        ]
        limits = one.limits
        return (
            self._fits(ours, today, limits.visits_a_day, limits.minutes_a_day)
            and self._fits(ours, week, limits.visits_a_week, limits.minutes_a_week)
            and self._rests(ours, today, limits)
        )

    def _fits(self, ours: tuple, others: list[tuple], visits: int | None, minutes: int | None) -> bool:
        worked = sum(ends - begins for begins, ends, work in [*others, ours] if work == Work.HANDS_ON)
        return (visits is None or len(others) < visits) and (
            minutes is None or ours[2] != Work.HANDS_ON or worked <= minutes
        )

    def _rests(self, ours: tuple, today: list[tuple], limits: Limits) -> bool:
        """Walk from the visit outwards, minute by minute, until a whole rest was met; count what was worked."""
        if limits.rest_after is None:
            return True
        with_ours = self._walk(ours, [*today, ours], limits.rest)
        met = [each for each in today if each in with_ours]
        before = max((self._hands_on(self._walk(each, today, limits.rest)) for each in met), default=0)
        return self._hands_on(with_ours) <= max(limits.rest_after, before)

    @staticmethod
    def _walk(first: tuple, visits: list[tuple], rest: int) -> set[tuple]:
        reached, grown = set(), {first}
        while grown != reached:
            reached = grown
            grown = {
                each for each in visits if any(each[0] - rest < one[1] and one[0] - rest < each[1] for one in reached)
            } | reached
        return reached

    @staticmethod
    def _hands_on(visits: set[tuple]) -> int:
        return sum(ends - begins for begins, ends, work in visits if work == Work.HANDS_ON)

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
        lambda start, minutes, before, after, work, place: busy(
            at(0) + start * 5, minutes * 5, before, after, work=work, place=place
        ),
        st.integers(-24, 300),
        st.integers(1, 24),
        st.sampled_from([0, 0, 5, 10, 30]),
        st.sampled_from([0, 0, 5, 15]),
        st.sampled_from([Work.HANDS_ON, Work.HANDS_ON, Work.ASSESSMENT, Work.PHONE, Work.NONE]),
        st.sampled_from([1, 1, 1, 2]),
    )
    return st.lists(one, max_size=6)


def _limits() -> st.SearchStrategy[Limits]:
    some = st.builds(
        Limits,
        st.sampled_from([None, None, 1, 3, 5]),
        st.sampled_from([None, None, 4]),
        st.sampled_from([None, None, 120, 240]),
        st.sampled_from([None, None, 300]),
        st.sampled_from([None, 60, 120, 200]),
        st.sampled_from([15, 30, 45]),
    )
    return st.one_of(st.just(NO_LIMITS), some)


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


def _sessions(of: ServiceFacts) -> st.SearchStrategy[list[Group]]:
    """Sessions of this service and of another one that takes as long, with as many places taken as clients came."""
    one = st.builds(
        lambda service_id, who, where, start, taken: Group(
            service_id,
            who,
            where,
            Span(at(0) + start * of.grid_minutes, at(0) + start * of.grid_minutes + of.shape.duration),
            taken,
        ),
        st.sampled_from([1, 1, 1, 2]),
        st.integers(1, 2),
        st.sampled_from([1, 2]) if of.needs_room else st.none(),
        st.integers(0, 24 * 60 // of.grid_minutes),
        st.integers(1, of.group_size),
    )
    return st.lists(one, max_size=4) if of.group_size > 1 else st.just([])


def _with_sessions(facts: DiaryFacts, sessions: Sequence[Group], of: ServiceFacts) -> DiaryFacts:
    """The sessions lie on the diaries of their therapists and rooms, once for each client."""
    groups = {(each.therapist_id, each.span.begins): each for each in sessions}
    taken = dict(facts.taken)
    for each in groups.values():
        mine = [Taken(*each.span, of.shape.before, of.shape.after, of.work, 1)] * each.taken
        for diary_id in {each.therapist_id, 10 + (each.room_id or 0)} & taken.keys():
            taken[diary_id] = taken[diary_id].plus(mine)
    return replace(facts, taken=taken, groups=groups)


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
        work=draw(st.sampled_from([Work.HANDS_ON, Work.HANDS_ON, Work.ASSESSMENT, Work.PHONE])),
        location_ids=draw(st.sampled_from([frozenset()] * 6 + [frozenset({1, 2}), frozenset({2})])),
        group_size=draw(st.sampled_from([1, 1, 3])),
    )
    people = [
        therapist(
            number,
            draw(_spans()),
            is_active=draw(st.sampled_from([True] * 6 + [False])),
            is_registered=draw(st.sampled_from([True] * 6 + [False])),
            offers=draw(st.sampled_from([frozenset({1})] * 4 + [frozenset()])),
            limits=draw(_limits()),
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
        miles_away=draw(st.sampled_from([0, 0, 20, 45])),
    )
    facts = _with_sessions(facts, draw(_sessions(of)), of)
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
