"""The booking panel: from a draft to what the desk sees, with times to propose and a button that says what it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_clients, require_own
from practice.accounts.permissions import Scope, scope_of
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.queries import Duplicate
from practice.clinic.queries import get_settings
from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.core.local_time import NonexistentLocalTime, exists, wall_time
from practice.desk.booking.choices import Choices, read_choices
from practice.desk.booking.draft import Draft
from practice.desk.booking.duplicates import likely_duplicates
from practice.desk.booking.focus import next_focus
from practice.desk.booking.place import BookingPlace
from practice.desk.choice import Choice
from practice.desk.client_card import ClientCard, FoundClient, client_card, find_clients
from practice.desk.diary.address import DiaryAddress
from practice.desk.fitting_times import DayTimes, FittingTime, next_three, times_by_day
from practice.desk.queries import Usual, find_hold
from practice.desk.visits import Visit, seconds_held
from practice.desk.ways_out import Offer, offers_of
from practice.scheduling.appointments.booking import TENTATIVE_REASONS
from practice.scheduling.errors import BookingConflict, BookingRefused, BufferTaken, TimeTaken, refused
from practice.scheduling.free_time.following import follow_on
from practice.scheduling.free_time.search import StartsQuery, explain_start
from practice.scheduling.series.errors import SeriesConflict, SeriesRefused


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the last act on a draft was not done: a refusal of a rule, or fields that are not right."""

    refusal: PracticeError | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def can_be_overridden(self) -> bool:
        """Return whether every rule that refuses gives way to a reason of the desk's own."""
        return self.refusal is not None and all(reason.overridable for reason in self.refusal.refusals)

    @property
    def is_about_time(self) -> bool:
        """Return whether the chosen time cannot be had, so that another must be chosen."""
        return isinstance(self.refusal, _TIME_REFUSALS) and not self.can_be_overridden


NO_TROUBLE = Trouble()
HERE_NOW = Choice(None)
_SEVERAL = (SeriesConflict, SeriesRefused)
_TIME_REFUSALS = (BookingConflict, BookingRefused, TimeTaken, BufferTaken, NonexistentLocalTime, *_SEVERAL)
_NUMBERS = {2: "two", 3: "three"}


@dataclass(frozen=True, slots=True)
class Who:
    """For whom: the client chosen, those who match what was typed, and who may be the same person."""

    card: ClientCard | None = None
    found: Sequence[FoundClient] = ()
    duplicates: Sequence[Duplicate] = ()

    @property
    def usual(self) -> Usual | None:
        """Return what the client had last."""
        return self.card.usual if self.card else None


@dataclass(frozen=True, slots=True)
class Moment:
    """When the panel is looked at, by the location's clock."""

    today: date
    is_past: bool
    grace: timedelta


@dataclass(frozen=True, slots=True)
class MainButton:
    """The button of the form."""

    words: str
    is_off: bool = False


def main_button(selected: Choice | None, *, is_past: bool, trouble: Trouble, is_linked: bool = False) -> MainButton:
    """Return what the main button says for a choice: the act, the day and the time."""
    if selected is None:
        return MainButton("Choose a time", is_off=True)
    if selected.local_start is None:
        return MainButton("Book now, arrived")
    when = f"{selected.local_start:%a %H:%M}"
    if is_past:
        return MainButton(f"Record {when}")
    if trouble.can_be_overridden:
        return MainButton(f"Book {when} anyway")
    return MainButton(f"Book both, {when}" if is_linked else f"Book {when}")


@dataclass(frozen=True, slots=True)
class BookingPanel:
    """What the panel shows."""

    draft: Draft
    who: Who
    choices: Choices
    times: Sequence[FittingTime]
    days: Sequence[DayTimes]
    hold: Visit | None
    seconds_left: int
    moment: Moment
    trouble: Trouble = NO_TROUBLE
    ways: Sequence[Offer] = ()
    focus: str = ""

    @property
    def selected(self) -> Choice | None:
        """Return the time that the main button takes: the one chosen, else the first proposed."""
        if self.trouble.is_about_time:
            return None
        return self.draft.choice or (self.times[0].choice if self.times else None)

    @property
    def other(self) -> Choice | None:
        """Return the chosen time when it is none of the proposals, so that it stands among them."""
        chosen = self.selected if self.draft.choice else None
        known = {str(one.choice) for one in self.times}
        return chosen if chosen and not chosen.is_now and str(chosen) not in known else None

    @property
    def behind(self) -> DiaryAddress:
        """Return the diary that lies behind the panel: of the day that is spoken about."""
        start = self.draft.choice.local_start if self.draft.choice else None
        day = start.date() if start else (self.draft.from_on or self.moment.today)
        return DiaryAddress(day, location=self.draft.location)

    @property
    def here_now(self) -> Choice:
        """Return the choice of somebody who stands at the desk."""
        return HERE_NOW

    @property
    def times_words(self) -> str:
        """Return what the list of times is called."""
        if self.moment.is_past:
            return "When"
        if not self.times:
            return "Times"
        return "Next fitting time" if len(self.times) == 1 else f"Next {_NUMBERS[len(self.times)]} fitting times"

    @property
    def button(self) -> MainButton:
        """Return the main button: it says what it will do."""
        return main_button(
            self.selected, is_past=self.moment.is_past, trouble=self.trouble, is_linked=bool(self.draft.follow)
        )

    @property
    def follow_words(self) -> str:
        """Return when the visit right after would begin; empty without one."""
        then = next((one for one in self.choices.services if one.uid == self.draft.follow), None)
        start = self.selected.local_start if self.selected else None
        zone = self.choices.location.zone
        if then is None or start is None or not exists(start, zone):
            return ""
        begins = follow_on(start, self.choices.service.shape, then.shape, then.grid_minutes, zone)
        return f"{then.name} follows at {begins:%H:%M}."

    @property
    def service_options(self) -> Sequence[tuple[str, str]]:
        """Return what can be booked."""
        return [(one.uid, one.name) for one in self.choices.services]

    @property
    def therapist_options(self) -> Sequence[tuple[str, str]]:
        """Return with whom."""
        return [(one.uid, one.name) for one in self.choices.therapists]

    @property
    def location_options(self) -> Sequence[tuple[str, str]]:
        """Return where."""
        return [(one.uid, one.name) for one in self.choices.locations]

    @property
    def consent_sentence(self) -> str:
        """Return the sentence to read aloud before a new client's tick."""
        return CONSENT_TEXTS[Purpose.REMINDER_EMAIL].sentence

    @property
    def grace_words(self) -> str:
        """Return when the confirmation leaves."""
        minutes = self.moment.grace // timedelta(minutes=1)
        return f"in {minutes} min" if minutes else "in a moment"

    @property
    def tentative_reasons(self) -> Sequence[tuple[str, str]]:
        """Return what a tentative booking may wait for."""
        return tuple(TENTATIVE_REASONS.items())

    @property
    def therapist_of_choice(self) -> str:
        """Return the name of the therapist of the chosen time; empty for anyone."""
        uid = self.other.therapist if self.other else ""
        return next((one.name for one in self.choices.therapists if one.uid == uid), "")


def booking_panel(
    session: Session, draft: Draft, *, trouble: Trouble = NO_TROUBLE, changed: str = "", actor: Actor, now: datetime
) -> BookingPanel:
    """Return the panel of a draft in a constant number of statements; raises ``NotFound`` for an unknown client."""
    who = _who(session, draft, actor=actor, now=now)
    choices = read_choices(session, draft, who.usual, actor=actor, now=now)
    hold = find_hold(session, draft.hold, actor=actor, now=now)
    draft = replace(choices.complete(draft), hold=hold.uid if hold else "")
    query = _query(draft, hold)
    today = wall_time(now, choices.location.zone).date()
    return BookingPanel(
        draft=draft,
        who=who,
        choices=choices,
        times=next_three(session, query, from_on=_not_before(draft.from_on, today), usual=who.usual, now=now),
        days=_days(session, draft, query, who.usual, today=today, now=now),
        hold=hold,
        seconds_left=seconds_held(hold, now) if hold else 0,
        moment=_moment(session, draft, choices.location.zone, now),
        trouble=trouble,
        ways=_ways(trouble, BookingPlace(draft)),
        focus=_focus(draft, trouble, changed),
    )


def _ways(trouble: Trouble, place: BookingPlace) -> Sequence[Offer]:
    """Return what leads out; the times near one of two visits are no times for both."""
    if isinstance(trouble.refusal, _SEVERAL):
        return (place.look("Show more times", ""),)
    return offers_of(trouble.refusal, place)


def trouble_of(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> Trouble:
    """Return what speaks against the time that a link proposes; nothing is held by merely looking."""
    start = draft.choice.local_start if draft.choice else None
    if start is None or not draft.service or draft.choice is None:
        return NO_TROUBLE
    query = StartsQuery(
        service_uid=draft.service,
        location_uid=draft.location or None,
        therapist_uids=(draft.choice.therapist,) if draft.choice.therapist else (),
        client_uid=draft.client if draft.client and not draft.is_new_client else None,
        own_only=scope_of(actor, "appointment.book") is Scope.OWN,
    )
    refusals = explain_start(session, query, local_start=start, now=now).refusals
    is_over = any(refusal.code == "past" for refusal in refusals)
    return Trouble(refused(refusals)) if refusals and not is_over else NO_TROUBLE


def _focus(draft: Draft, trouble: Trouble, changed: str) -> str:
    missing = draft.new_client.missing if draft.is_new_client else ()
    return next_focus(changed, has_client=bool(draft.client), missing=missing, errors=trouble.errors)


def _who(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> Who:
    if draft.is_new_client:
        return Who(duplicates=likely_duplicates(session, draft.new_client, now=now))
    if draft.client:
        card = client_card(session, draft.client, now=now)
        require_own(session, actor, "client.read", client_id=card.client.id)
        return Who(card=card)
    among = own_clients(session, actor, "client.search")
    return Who(found=find_clients(session, draft.typed, among=among, now=now))


def _query(draft: Draft, hold: Visit | None) -> StartsQuery:
    """Return what to look for; the time held for this very booking counts as free, so that it stays in the list."""
    return StartsQuery(
        service_uid=draft.service,
        location_uid=draft.location,
        therapist_uids=(draft.therapist,) if draft.therapist else (),
        room_uid=draft.choice.room or None if draft.choice else None,
        moving_id=hold.id if hold else None,
        client_uid=draft.client if draft.client and not draft.is_new_client else None,
        then_uid=draft.follow or None,
    )


def _days(
    session: Session, draft: Draft, query: StartsQuery, usual: Usual | None, *, today: date, now: datetime
) -> Sequence[DayTimes]:
    if not draft.more:
        return ()
    return times_by_day(session, query, from_on=_not_before(draft.from_on, today) or today, usual=usual, now=now)


def _not_before(day: date | None, today: date) -> date | None:
    return max(day, today) if day else None


def _moment(session: Session, draft: Draft, zone: str, now: datetime) -> Moment:
    local_now = wall_time(now, zone)
    grace = timedelta(seconds=get_settings(session, local_now.date()).confirmation_grace_seconds)
    return Moment(local_now.date(), draft.is_past(zone, now), grace)
