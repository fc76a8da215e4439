"""The panel of one appointment: what it is, what can be done with it, what was said about it and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.accounts.permissions import may
from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.desk.acts import Act, acts_of, next_act, rarer_acts
from practice.desk.appointment.history import HistoryLine, history_of
from practice.desk.appointment.in_group import InGroup, in_group
from practice.desk.appointment.in_link import InLink, in_link
from practice.desk.appointment.in_series import InSeries, in_series
from practice.desk.appointment.late import LateChoice, late_choice
from practice.desk.appointment.place import MovingPlace
from practice.desk.client_card import ClientCard, client_card
from practice.desk.diary.address import DiaryAddress
from practice.desk.mail.expected import ExpectedLine, lines_of_visit
from practice.desk.queries import days_window, get_visit, list_visits
from practice.desk.visits import State, Visit, late_minutes
from practice.desk.ways_out import Offer, offers_of, panel_link
from practice.scheduling.appointments.shorter import shorter_services
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.series.errors import SeriesConflict, SeriesRefused
from practice.visits.access import RECORD
from practice.visits.opening import HERE


@dataclass(frozen=True, slots=True)
class AppointmentPanel:
    """What the panel shows; ``refusal`` is why the last act was not done, ``ways`` what leads on.

    ``fee_cents`` is the fee proposed, for whoever handles money.
    """

    visit: Visit
    card: ClientCard | None
    main: Act | None
    acts: Sequence[Act]
    rarer: Sequence[Act]
    late: int
    messages: Sequence[ExpectedLine]
    history: Sequence[HistoryLine]
    fee_cents: int | None = None
    late_choice: LateChoice | None = None
    refusal: PracticeError | None = None
    ways: Sequence[Offer] = ()
    series: InSeries | None = None
    link: InLink | None = None
    group: InGroup | None = None
    may_record: bool = False

    @property
    def can_be_overridden(self) -> bool:
        """Return whether every rule that refused gives way to a reason of the desk's own."""
        return self.refusal is not None and all(reason.overridable for reason in self.refusal.refusals)

    @property
    def behind(self) -> DiaryAddress:
        """Return the diary that lies behind the panel."""
        return DiaryAddress(self.visit.on, location=self.visit.location_uid)

    @property
    def path(self) -> str:
        """Return the appointment's address."""
        return f"/appointments/{self.visit.uid}"


def open_visit(session: Session, uid: str, action: str, *, actor: Actor, now: datetime) -> Visit:
    """Return a visit that the actor may do *action* to; raises ``NotFound``."""
    visit = get_visit(session, uid, now=now)
    require_own(session, actor, action, therapist_id=visit.therapist_id)
    return visit


def appointment_panel(
    session: Session, uid: str, *, refusal: PracticeError | None = None, actor: Actor, now: datetime
) -> AppointmentPanel:
    """Return the panel of an appointment in a constant number of statements; raises ``NotFound``."""
    visit = open_visit(session, uid, "appointment.read", actor=actor, now=now)
    main = next_act(visit, now)
    return AppointmentPanel(
        visit=visit,
        card=client_card(session, visit.client.uid, now=now) if visit.client else None,
        main=main,
        acts=[act for act in acts_of(visit, now) if act is not main],
        rarer=rarer_acts(visit),
        late=late_minutes(visit, now),
        messages=lines_of_visit(session, visit.id, zone=visit.zone, now=now) if visit.state != State.HELD else (),
        history=history_of(session, visit.id, visit.zone),
        late_choice=_late_choice(session, visit, now) if visit.starts_at < now else None,
        fee_cents=visit.fee_proposed_cents if may(actor, "fee.manage") else None,
        refusal=refusal,
        ways=_ways(refusal, MovingPlace(visit.uid, visit.version, visit.on)),
        series=in_series(session, visit),
        link=in_link(session, visit, actor),
        group=in_group(session, visit, now=now),
        may_record=may(actor, RECORD) and visit.state in HERE,
    )


def _ways(refusal: PracticeError | None, place: MovingPlace) -> Sequence[Offer]:
    """Return what leads out; the times near single visits of a series are no times for all of them."""
    if isinstance(refusal, SeriesConflict | SeriesRefused):
        return (panel_link("Choose another time, or only this visit", f"{place.url}/move"),)
    return offers_of(refusal, place)


def _late_choice(session: Session, visit: Visit, now: datetime) -> LateChoice | None:
    """Return what can still be done with the rest of a visit that is not over, None for the others."""
    if visit.ends_at <= now:
        return None
    services = shorter_services(
        read_set_up(session),
        service_uid=visit.service.uid,
        location_id=visit.location_id,
        therapist_id=visit.therapist_id,
        below=visit.minutes - 1,
    )
    return late_choice(visit, _same_day(session, visit, now), now, services)


def _same_day(session: Session, visit: Visit, now: datetime) -> Sequence[Visit]:
    """Return the visits of that day and place."""
    window = days_window(visit.on, visit.on, visit.zone)
    return list_visits(session, location_id=visit.location_id, window=window, now=now)
