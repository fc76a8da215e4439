"""Any sequence of acts of a whole clinic: bookings, offers, absences, hours, clocks and merges leave one true diary.

Each rule names the visits it may touch; whatever else changes is a fault, as is any of the truths that fails.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.models import Client, ClientMerge
from practice.clinic.hours import Span as WeekSpan
from practice.clinic.models import DatedHours, Therapist, TimeOff
from practice.clinic.service import bump_clinic_version
from practice.clinic.working_hours import Week, remove_time_off, replace_week
from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.scheduling.absences.applying import Answer, AnswerKind, apply_change
from practice.scheduling.absences.changes import Away, NewWeek
from practice.scheduling.absences.models import GroundAct, HitAnswer
from practice.scheduling.absences.new_times import local_start_of
from practice.scheduling.absences.preview import Impact, preview
from practice.scheduling.absences.saving import Words
from practice.scheduling.appointments.booking import book_held
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.holding import drop_expired_holds, hold_time, release_hold
from practice.scheduling.appointments.rescheduling import reschedule, resize
from practice.scheduling.appointments.swapping import Swapped, swap
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import OCCUPIES_TIME
from practice.scheduling.local_days import floor_minute
from practice.scheduling.merging.service import merge_clients, undo_merge
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.question import Span, WeeklyWork
from practice.scheduling.rezoning.service import follow_zone
from practice.scheduling.wait_list.ending import decline_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.rounds import OfferRound
from practice.scheduling.wishes import MoveWish
from tests.conftest import make_settings
from tests.factories import OWNER, act, make_service, make_therapist
from tests.scheduling.clocks import Clocks
from tests.scheduling.scene import RITA, Scene
from tests.stateful.truths import TRUTHS, appointments, require_sound_chain, require_sound_offers

BEGINS = datetime(2027, 3, 29, 14, 0, tzinfo=UTC)
"""A Monday in summer time, so that a country which gives it up moves what was promised."""
DAY = date(2027, 4, 5)
OPENS, CLOSES = 8 * 60, 12 * 60
EVERY_DAY = tuple((weekday, OPENS, CLOSES) for weekday in range(7))
WHO, CLIENTS, ROOMS = st.integers(0, 1), st.integers(0, 2), 2
QUARTERS = st.integers(0, 12)
ANY = st.integers(0, 1_000_000)
RULES = {"rules": SCHEDULING_RULES}
EVERYBODY = None
EMPTIED = (
    WaitListOffer,
    WaitListEntry,
    HitAnswer,
    GroundAct,
    AppointmentChange,
    Allocation,
    Appointment,
    ClientMerge,
    TimeOff,
    DatedHours,
)


def machine_on(
    scene: Scene, sessions: sessionmaker[Session], clocks: Clocks, rita: Actor
) -> type[RuleBasedStateMachine]:
    session = scene.session

    class Clinic(RuleBasedStateMachine):
        @initialize()
        def open(self) -> None:
            session.rollback()
            clocks.keep_summer_time()
            act(session, self.empty)
            session.expire_all()
            scene.now = BEGINS
            for number in (0, 1):
                self.works(number, EVERY_DAY)
            self.is_followed = True
            self.rows = self.read()
            self.touched: set[str] | None = set()
            self.rounds = OfferRound(sessions, lambda: scene.now, rules=SCHEDULING_RULES, reach=lambda _, ids: set(ids))

        def empty(self) -> None:
            for table in EMPTIED:
                session.execute(delete(table), execution_options={"synchronize_session": "fetch"})
            session.execute(update(Client).values(merged_into_id=None, kept_diary_id=None))
            bump_clinic_version(session)

        def works(self, number: int, spans: tuple[tuple[int, int, int], ...]) -> None:
            week = Week([WeekSpan(*span, scene.location.id) for span in spans])
            scene.do(replace_week, therapist=self.therapist(number), week=week, version=None, actor=OWNER)
            self.hours = {**getattr(self, "hours", {}), number: (OPENS, CLOSES)}

        # What is there.

        def read(self) -> dict[str, tuple[Any, ...]]:
            session.rollback()
            names = ("state", "therapist_id", "room_id", "client_id", "local_start", "starts_at", "ends_at")
            return {
                uid: tuple(getattr(row, name) for name in names)
                for uid, row in appointments(session).items()
                if row.state != "held"
            }

        def one(self, number: int, *, held: bool = False) -> str | None:
            session.rollback()
            wanted = select(Appointment.uid).where((Appointment.state == "held") == held)
            if held:
                # What an offer holds is nobody's at the desk.
                wanted = wanted.where(Appointment.held_by_id == rita.user_id)
            uids = list(session.scalars(wanted.order_by(Appointment.id)))
            return uids[number % len(uids)] if uids else None

        def therapist(self, number: int) -> Any:
            return session.get_one(Therapist, scene.therapists[number].id)

        # What is expected.

        def is_possible(self, therapist: int, client: int | None, begins: datetime, *, without: str = "") -> bool:
            """Return, from the rows alone, whether an hour can be had: everybody works, is there and is free."""
            session.rollback()
            ends = begins + timedelta(hours=1)
            minute = (begins - datetime.combine(DAY, datetime.min.time())) // timedelta(minutes=1)
            opens, closes = self.hours[therapist]
            if not opens <= minute <= closes - 60:
                return False
            starts_at = clocks.instant(begins)
            ends_at = starts_at + timedelta(hours=1)
            away = select(TimeOff).where(TimeOff.therapist_id == scene.therapists[therapist].id)
            if any(row.starts_at < ends_at and starts_at < row.ends_at for row in session.scalars(away)):
                return False
            taken = select(Allocation.diary_id).join(Appointment, Appointment.id == Allocation.appointment_id)
            taken = taken.where(
                Allocation.occupies,
                Allocation.starts_at < ends_at,
                Allocation.ends_at > starts_at,
                (Appointment.state != "held") | (Appointment.hold_ends_at > scene.now),
                Appointment.uid != without,
            )
            busy = set(session.scalars(taken))
            people = {scene.therapists[therapist].diary_id} | (set() if client is None else self.time_of(client))
            assert ends > begins
            return not people & busy and bool({room.diary_id for room in scene.rooms} - busy)

        def time_of(self, client: int) -> set[int]:
            row = session.get_one(Client, scene.clients[client].id, populate_existing=True)
            return {row.time_diary_id}

        def attempt(self, work: Callable[[], Any], *, expected: bool | None = None) -> Any:
            """Do it; None when it is refused. A refusal that the rows do not explain is a fault, and so is a yes."""
            self.touched = set()
            try:
                done = work()
            except PracticeError as refusal:
                session.rollback()
                is_explained = expected is not True or refusal.code == "too_many_holds"
                assert is_explained, f"refused without a reason: {refusal.code}: {refusal.sentence}"
                return None
            assert expected is not False, "granted against the rows"
            return done

        # Bookings.

        @rule(therapist=WHO, client=CLIENTS, quarter=QUARTERS)
        def book(self, therapist: int, client: int, quarter: int) -> None:
            start, uid = start_of(quarter), scene.therapists[therapist].uid
            expected = self.is_possible(therapist, client, start)
            booked = self.attempt(lambda: scene.book(start, client=client, therapist=uid), expected=expected)
            self.touched = {booked.uid} if booked else set()

        @rule(therapist=WHO, quarter=QUARTERS)
        def hold(self, therapist: int, quarter: int) -> None:
            wish = scene.wish(start_of(quarter), therapist=scene.therapists[therapist].uid)
            expected = self.is_possible(therapist, None, start_of(quarter))
            self.attempt(lambda: scene.do(hold_time, wish=wish, actor=rita, **RULES), expected=expected)

        @rule(number=ANY, client=CLIENTS)
        def book_the_hold(self, number: int, client: int) -> None:
            if uid := self.one(number, held=True):
                self.attempt(
                    lambda: scene.do(book_held, hold_uid=uid, client_uid=scene.clients[client].uid, actor=rita, **RULES)
                )
                self.touched = {uid}

        @rule(number=ANY)
        def let_go(self, number: int) -> None:
            if uid := self.one(number, held=True):
                self.attempt(lambda: scene.do(release_hold, hold_uid=uid, actor=rita))

        @rule(number=ANY, therapist=WHO, quarter=QUARTERS)
        def move(self, number: int, therapist: int, quarter: int) -> None:
            if uid := self.one(number):
                wish = MoveWish(local_start=start_of(quarter), therapist=scene.therapists[therapist].uid)
                self.attempt(lambda: scene.do(reschedule, appointment_uid=uid, wish=wish, **RULES))
                self.touched = {uid}

        @rule(number=ANY, minutes=st.sampled_from([30, 45, 60, 75]))
        def extend(self, number: int, minutes: int) -> None:
            if uid := self.one(number):
                self.attempt(lambda: scene.do(resize, appointment_uid=uid, duration_minutes=minutes, **RULES))
                self.touched = {uid}

        @rule(number=ANY, other=ANY, what=st.sampled_from(list(Swapped)))
        def exchange(self, number: int, other: int, what: Swapped) -> None:
            one, two = self.one(number), self.one(other)
            if one and two:
                self.attempt(lambda: scene.do(swap, appointment_uid=one, other_uid=two, what=what, **RULES))
                self.touched = {one, two}

        @rule(number=ANY)
        def call_off(self, number: int) -> None:
            if uid := self.one(number):
                self.attempt(lambda: scene.do(cancel, appointment_uid=uid, reason="ill", by=CancelledBy.CLIENT))
                self.touched = {uid}

        @rule(number=ANY)
        def take_back(self, number: int) -> None:
            if uid := self.one(number):
                partner = self.partner_of(uid)
                self.attempt(lambda: scene.do(undo, appointment_uid=uid, **RULES))
                self.touched = {uid, partner}

        def partner_of(self, uid: str) -> str:
            wanted = select(AppointmentChange.after).join(Appointment).where(Appointment.uid == uid)
            undone = AppointmentChange.undone_at.is_(None) & (AppointmentChange.verb != "undo")
            newest = session.scalars(wanted.where(undone).order_by(AppointmentChange.id.desc())).first()
            return str((newest or {}).get("swapped_with", ""))

        # The wait list.

        @rule(client=CLIENTS, therapist=st.sampled_from([(), (0,), (1,)]), until=st.integers(9, 12))
        def wait(self, client: int, therapist: tuple[int, ...], until: int) -> None:
            details = EntryDetails(
                service=scene.service.uid,
                therapists=tuple(scene.therapists[each].uid for each in therapist),
                windows=(Window(DAY.weekday(), OPENS, until * 60),),
                first_on=DAY,
                last_on=DAY,
            )
            self.attempt(lambda: scene.do(add_entry, client_uid=scene.clients[client].uid, details=details))

        @rule()
        def offer(self) -> None:
            self.touched = set()
            session.rollback()
            self.rounds.run()

        @rule(number=ANY, says_yes=st.booleans())
        def answer(self, number: int, says_yes: bool) -> None:
            session.rollback()
            offers = list(session.scalars(select(WaitListOffer).where(WaitListOffer.state == "open")))
            if not offers:
                return
            offer = offers[number % len(offers)]
            uid = session.get_one(Appointment, offer.hold_id).uid
            verb, more = (accept_offer, RULES) if says_yes else (decline_offer, {})
            self.attempt(lambda: scene.do(verb, offer_uid=offer.uid, **more))
            self.touched = {uid}

        # What the diary stands on.

        @rule(who=WHO, first=st.integers(8, 12), hours=st.integers(1, 4), chosen=st.lists(ANY, min_size=3, max_size=3))
        def go_away(self, who: int, first: int, hours: int, chosen: list[int]) -> None:
            begins = floor_minute(clocks.instant(datetime.combine(DAY, datetime.min.time()) + timedelta(hours=first)))
            self.change(Away(scene.therapists[who].id, Span(begins, begins + 60 * hours)), chosen)

        @rule(number=ANY)
        def come_back(self, number: int) -> None:
            session.rollback()
            if absences := list(session.scalars(select(TimeOff).order_by(TimeOff.id))):
                absence = absences[number % len(absences)]
                self.attempt(lambda: scene.do(remove_time_off, absence=absence, version=None, actor=OWNER))

        @rule(who=WHO, opens=st.integers(7, 10), hours=st.integers(2, 6), chosen=st.lists(ANY, min_size=3, max_size=3))
        def change_hours(self, who: int, opens: int, hours: int, chosen: list[int]) -> None:
            span = Span(opens * 60, (opens + hours) * 60)
            weekly = tuple(WeeklyWork(scene.location.id, day, span, DAY, None) for day in range(7))
            if self.change(NewWeek(scene.therapists[who].id, weekly, DAY, None), chosen):
                self.hours[who] = (span.begins, span.ends)

        def change(self, change: Any, chosen: list[int]) -> bool:
            """Put a change into force with an answer for each visit that it hits."""
            session.rollback()
            impact = scene.do(
                lambda session, now, **_: preview(session, change=change, set_up=read_set_up(session), now=now)
            )
            answers = {
                hit.appointment.uid: self.answer_for(impact, hit, chosen[place % 3])
                for place, hit in enumerate(impact.hits)
            }
            done = self.attempt(
                lambda: scene.do(
                    apply_change, change=change, words=Words(), answers=answers, seen=impact.seen, actor=OWNER, **RULES
                )
            )
            self.touched = set(answers)
            return done is not None

        def answer_for(self, impact: Impact, hit: Any, number: int) -> Answer:
            times = [
                Answer(
                    AnswerKind.MOVE,
                    MoveWish(
                        local_start=local_start_of(time, scene.location.zone),
                        therapist=impact.set_up.therapists[time.therapist_id].uid,
                        room=None if time.room_id is None else impact.set_up.rooms[time.room_id].uid,
                    ),
                )
                for time in hit.times
            ]
            kept = [Answer(AnswerKind.CANCEL), Answer(AnswerKind.KEEP, reason="She comes in"), Answer(AnswerKind.CALL)]
            return [*times, *kept][number % (len(times) + 3)]

        @rule()
        def the_country_changes_its_clocks(self) -> None:
            session.rollback()
            clocks.turn()
            self.follow()

        def follow(self) -> None:
            """Let the visits follow; what would overlap must be settled by hand, so the country changes its mind."""
            self.attempt(lambda: scene.do(follow_zone, location=scene.location))
            self.rounds.run()
            if not self.stands_as_promised():
                clocks.turn()
            self.touched = EVERYBODY

        def stands_as_promised(self) -> bool:
            session.rollback()
            rows = (row for row in appointments(session).values() if row.state in OCCUPIES_TIME)
            return all(row.starts_at == clocks.instant(row.local_start) for row in rows)

        # Records and time.

        @rule(kept=CLIENTS, merged=CLIENTS)
        def merge(self, kept: int, merged: int) -> None:
            uids = {"kept_uid": scene.clients[kept].uid, "merged_uid": scene.clients[merged].uid}
            self.attempt(lambda: scene.do(merge_clients, **uids))

        @rule(number=ANY)
        def part(self, number: int) -> None:
            session.rollback()
            wanted = select(ClientMerge.uid, Client.uid).join(Client, Client.id == ClientMerge.kept_id)
            if merges := session.execute(wanted.where(ClientMerge.undone_at.is_(None))).all():
                merge_uid, kept_uid = merges[number % len(merges)]
                self.attempt(lambda: scene.do(undo_merge, kept_uid=kept_uid, merge_uid=merge_uid))

        @rule(minutes=st.sampled_from([6, 45, 200]))
        def time_passes(self, minutes: int) -> None:
            self.touched = set()
            scene.later(minutes=minutes)

        @rule()
        def tidy(self) -> None:
            self.touched = set()
            scene.do(lambda session, now, **_: drop_expired_holds(session, now=now))

        # What must be true.

        @invariant()
        def an_act_touches_what_it_is_about_and_loses_nothing(self) -> None:
            found = self.read()
            assert not self.rows.keys() - found.keys(), "a visit is gone"
            if self.touched is not EVERYBODY:
                changed = {uid for uid, row in found.items() if self.rows.get(uid) != row}
                assert changed <= self.touched, f"touched as well: {changed - self.touched}"
            self.rows, self.touched = found, set()

        @invariant()
        def the_truths_hold(self) -> None:
            session.rollback()
            session.expire_all()
            for truth in TRUTHS:
                truth(session)
            require_sound_offers(session, scene.now)

        def teardown(self) -> None:
            session.rollback()
            require_sound_chain(session, make_settings("sqlite://").audit_key)

    return Clinic


def start_of(quarter: int) -> datetime:
    return datetime.combine(DAY, datetime.min.time()) + timedelta(minutes=OPENS + quarter * 15)


def busy_clinic(session: Session) -> Scene:
    """Two therapists, two rooms, three clients and a morning."""
    scene = Scene(session, now=BEGINS)
    scene.therapists = [make_therapist(session, location=scene.location, services=(), hours=EVERY_DAY) for _ in "ab"]
    scene.service = make_service(session, therapists=scene.therapists)
    return scene


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_any_sequence_of_acts_of_a_whole_clinic(
    session: Session, sessions: sessionmaker[Session], clocks: Clocks, cast, request: pytest.FixtureRequest
) -> None:
    rita = replace(RITA, user_id=cast["rita"].id)
    is_full = request.config.getoption("--full")
    run_state_machine_as_test(
        machine_on(busy_clinic(session), sessions, clocks, rita),
        settings=settings(
            max_examples=200 if is_full else 5,
            stateful_step_count=50 if is_full else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # A failing sequence is short enough to read; shrinking it takes minutes.
            phases=[Phase.generate],
        ),
    )
