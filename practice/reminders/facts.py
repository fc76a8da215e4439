"""What the planning of messages looks at: plain values, copied from rows by the reconciler."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from practice.clinic.quiet_hours import QuietHours, WorkingDays
from practice.reminders.kinds import Why
from practice.scheduling.absences.kept_times import KeptTimes
from practice.scheduling.lifecycle import AppointmentState


@dataclass(frozen=True, slots=True)
class Truth:
    """What a client must know about a visit; two visits that agree in it read the same in a mail."""

    starts_at: datetime
    zone: str
    location_id: int
    therapist_name: str


@dataclass(frozen=True, slots=True)
class FormWish:
    """That a visit needs its client's form: since when, told apart from earlier wishes by ``occasion``.

    ``asked_before`` is when a mail last asked for it, about this visit or another one of the same client.
    """

    occasion: str
    since: datetime
    asked_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as it stands; ``changed_at`` is the last act on it, ``booked_at`` the first.

    ``kept`` are times that its client may choose from, ``is_by_absence`` says that an absence brought the last act.
    ``form`` is set on the first visit of a client that needs a form. ``unheard`` are the keys of news that will not
    arrive, or not soon: nothing rests on it.
    """

    id: int
    client_id: int | None
    state: AppointmentState
    truth: Truth
    booked_at: datetime
    changed_at: datetime
    confirmed_at: datetime | None = None
    tell_client: bool = True
    working_days: WorkingDays = field(default_factory=WorkingDays)
    is_in_question: bool = False
    kept: KeptTimes | None = None
    is_by_absence: bool = False
    form: FormWish | None = None
    unheard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LastTold:
    """What the last mail about this visit said, to whom and when, and under which SEQUENCE calendars know it.

    It is not certain where the mail was cut off on the wire: then what is true is said again, whatever it said.
    """

    client_id: int
    truth: Truth
    is_cancelled: bool
    at: datetime
    sequence: int = 0
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets the messages. ``why_no_address`` is set exactly when ``address`` is None.

    ``wants_reminders``: by mail only with a consent in force, by telephone unless the client said stop.
    """

    address: str | None
    phone: str | None = None
    why_no_address: Why | None = None
    wants_reminders: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """The practice's rules for messages, from its settings."""

    confirmation_grace: timedelta = timedelta(minutes=2)
    change_grace: timedelta = timedelta(minutes=5)
    reminder_leads: tuple[timedelta, ...] = (timedelta(hours=48), timedelta(hours=3))
    quiet: QuietHours = field(default_factory=QuietHours)
    form_leads: tuple[timedelta, ...] = (timedelta(hours=48), timedelta(hours=24))
