"""The panel of a repeated booking: every visit with its time, whether it fits, and where it could go instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import PracticeError, WayOut
from practice.desk.booking.draft import Draft
from practice.desk.booking.panel import NO_TROUBLE, Trouble
from practice.desk.booking.repeat import ON_CLOSED, OUT, WEEKDAYS, Repeat, by_hand
from practice.desk.choice import Choice
from practice.desk.client_card import client_card
from practice.desk.diary.address import DiaryAddress
from practice.desk.ways_out import short_time
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.series.booking import SeenVisit, SeriesPreview, preview_series
from practice.scheduling.series.rule import Why

SHIFTED = {Why.CLOSED: "closed that day, so the next open one", Why.NO_SUCH_TIME: "the clocks skip the usual time"}
MOVED = "not at the usual time"
SKIPPED = {Why.CLOSED: "closed", Why.NO_SUCH_TIME: "the clocks skip this time"}
OFFERED = 4


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of the list; ``options`` are (value, words) of where it can go, ``chosen`` the one that counts."""

    number: int
    local_start: datetime
    where: str
    note: str
    why_not: str
    options: Sequence[tuple[str, str]]
    chosen: str

    @property
    def is_moved(self) -> bool:
        """Return whether the desk put it elsewhere than the rule does."""
        return self.note == MOVED

    @property
    def fits(self) -> bool:
        """Return whether it can be booked where it stands."""
        return not self.why_not


@dataclass(frozen=True, slots=True)
class RepeatPanel:
    """What the panel shows."""

    draft: Draft
    repeat: Repeat
    name: str
    rows: Sequence[VisitRow] = ()
    skipped: Sequence[tuple[date, str]] = ()
    trouble: Trouble = NO_TROUBLE
    can_be_overridden: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """Return the first visit's wall time."""
        return self.draft.start

    @property
    def behind(self) -> DiaryAddress:
        """Return the diary that lies behind the panel."""
        return DiaryAddress(self.start.date(), location=self.draft.location)

    @property
    def weekdays(self) -> Sequence[tuple[str, str]]:
        """Return the days of the week to choose from."""
        return [(str(number), words) for number, words in WEEKDAYS]

    @property
    def chosen_weekdays(self) -> Sequence[str]:
        """Return the days chosen."""
        return [str(day) for day in sorted(self.repeat.rule(self.start.date()).weekdays)]

    @property
    def on_closed(self) -> Sequence[tuple[str, str]]:
        """Return what can become of a visit on a closed day."""
        return [(str(code), words) for code, words in ON_CLOSED]

    @property
    def conflicts(self) -> int:
        """Return how many visits do not fit where the rule puts them."""
        return sum(not row.fits for row in self.rows)

    @property
    def amount(self) -> int:
        """Return how many visits would be booked with what is chosen."""
        return sum(not row.chosen.endswith(f"|{OUT}") for row in self.rows)


def repeat_panel(
    session: Session,
    draft: Draft,
    repeat: Repeat,
    *,
    trouble: Trouble = NO_TROUBLE,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> RepeatPanel:
    """Return the panel with every visit looked at, in a constant number of statements; writes nothing."""
    panel = RepeatPanel(draft, repeat, _name(session, draft, now), trouble=trouble, kept=_kept(draft))
    client_uid = draft.client if draft.client and not draft.is_new_client else None
    try:
        seen = preview_series(
            session,
            wish=repeat.wish(draft.wish_at(panel.start)),
            client_uid=client_uid,
            override_reason=draft.override_reason,
            rules=rules,
            actor=actor,
            now=now,
        )
    except PracticeError as refusal:
        return _with(panel, Trouble(refusal, trouble.errors))
    return _with(panel, trouble, seen)


def _with(panel: RepeatPanel, trouble: Trouble, seen: SeriesPreview | None = None) -> RepeatPanel:
    soft = [] if seen is None else [visit for visit in seen.unplaced if all(one.overridable for one in visit.refusals)]
    return RepeatPanel(
        panel.draft,
        panel.repeat,
        panel.name,
        rows=() if seen is None else _rows(panel.repeat, seen),
        skipped=() if seen is None else [(left.due_on, SKIPPED[left.why]) for left in seen.skipped],
        trouble=trouble,
        can_be_overridden=bool(soft) or bool(panel.draft.override_reason),
        kept=panel.kept,
    )


def _name(session: Session, draft: Draft, now: datetime) -> str:
    if draft.is_new_client:
        return f"{draft.new_client.first_name} {draft.new_client.last_name}".strip()
    return client_card(session, draft.client, now=now).client.display_name if draft.client else ""


def _kept(draft: Draft) -> dict[str, str]:
    """Return what the booking form had, to travel on unseen."""
    new = draft.new_client
    values = {
        "location": draft.location,
        "client": draft.client,
        "service": draft.service,
        "therapist": draft.therapist,
        "choice": str(draft.choice),
        "tentative_reason": draft.tentative_reason,
        "desk_note": draft.desk_note,
        "first_name": new.first_name,
        "last_name": new.last_name,
        "phone": new.phone,
        "email": new.email,
        "may_mail": "1" if new.may_mail else "",
    }
    return {name: value for name, value in values.items() if value}


def _rows(repeat: Repeat, seen: SeriesPreview) -> list[VisitRow]:
    left_out = [
        VisitRow(each.number, each.local_start, "", "", "", _planned(each.number), by_hand(each.number, None))
        for each in seen.left_out
    ]
    return sorted([*(_row(repeat, each) for each in seen.visits), *left_out], key=lambda row: row.number)


def _planned(number: int) -> list[tuple[str, str]]:
    return [("", "as planned"), (by_hand(number, None), "leave out")]


def _row(repeat: Repeat, seen: SeenVisit) -> VisitRow:
    visit, place = seen.occurrence, seen.place
    number = visit.number
    moved = repeat.by_hand.get(number)
    options = [] if place is None and moved is None else [("", "as planned")]
    options += [] if moved is None or place is None else [(by_hand(number, moved), short_time(visit.local_start, None))]
    options += [_nearest(number, way) for way in seen.nearest[:OFFERED]]
    options += [("", "choose …")] if not options else []
    options.append((by_hand(number, None), "leave out"))
    chosen = options[0][0] if place is None or moved is None else by_hand(number, moved)
    return VisitRow(
        number,
        visit.local_start,
        ""
        if place is None
        else " · ".join(filter(None, [place.therapist.name, place.room.name if place.room else ""])),
        _note(visit.why, is_moved=moved is not None),
        " ".join(refusal.sentence for refusal in seen.refusals[:1]),
        options,
        _first_way(options) if place is None else chosen,
    )


def _note(why: Why | None, *, is_moved: bool) -> str:
    if is_moved:
        return MOVED
    return SHIFTED[why] if why else ""


def _first_way(options: Sequence[tuple[str, str]]) -> str:
    """Return the nearest time, which is proposed; nothing when there is none, so that the desk must decide."""
    return next((value for value, _ in options if value and not value.endswith(OUT)), "")


def _nearest(number: int, way: WayOut) -> tuple[str, str]:
    start = datetime.fromisoformat(way.values["local_start"])
    choice = Choice(start, way.values.get("therapist", ""), way.values.get("room", ""))
    return by_hand(number, choice), short_time(start, None)
