"""What holds for every visit: a life of acts and mails, played against the plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from practice.reminders.facts import Addressee, LastTold, Policy, Truth, Visit
from practice.reminders.kinds import MessageKind, Why
from practice.reminders.planned import Wanted
from practice.reminders.wanted import plan_messages
from practice.scheduling.lifecycle import AppointmentState as State

EPOCH = datetime(2026, 10, 20, tzinfo=UTC)
ZONES = ["America/Toronto", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "UTC"]
POLICY = Policy()

instants = st.integers(0, 30 * 24 * 4).map(lambda quarters: EPOCH + timedelta(minutes=15 * quarters))
addressees = st.sampled_from(
    [
        Addressee("ana@example.com", None),
        Addressee("ana@example.com", None, wants_reminders=False),
        Addressee(None, "+14165550101", Why.NO_ADDRESS),
        Addressee(None, None, Why.NO_ADDRESS),
        Addressee(None, None, Why.NOBODY),
    ]
)
truths = st.builds(Truth, instants, st.sampled_from(ZONES), st.integers(1, 2), st.sampled_from(["Bram", "Ines"]))
visits = st.builds(
    lambda truth, state, ahead, tell: Visit(
        7, 3, state, truth, truth.starts_at - ahead, truth.starts_at - ahead, None, tell
    ),
    truths,
    st.sampled_from(State),
    st.integers(-600, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.booleans(),
)
tolds = st.none() | st.builds(LastTold, st.integers(3, 4), truths, st.booleans(), instants)


@given(visits, tolds, addressees, instants)
def test_every_wanted_message_is_useful_single_and_reachable(
    visit: Visit, told: LastTold | None, addressee: Addressee, now: datetime
) -> None:
    plan = plan_messages(visit, told, addressee, POLICY, now)
    assert plan == plan_messages(visit, told, addressee, POLICY, now)
    keys = [wanted.dedupe_key for wanted in plan.wanted]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 160 for key in keys)
    for wanted in plan.wanted:
        latest = max(visit.truth.starts_at, told.truth.starts_at if told else visit.truth.starts_at)
        assert wanted.expires_at <= latest
        assert wanted.channel == "desk" or (wanted.channel == "email") == (addressee.address is not None)
        assert visit.state not in {State.HELD, State.ARRIVED, State.IN_PROGRESS, State.COMPLETED, State.NO_SHOW}
        assert visit.tell_client
        if wanted.kind in {MessageKind.REMINDER, MessageKind.CALL_US} and wanted.channel == "email":
            assert not POLICY.quiet.contains(wanted.due_at, visit.truth.zone)
            assert wanted.due_at < visit.truth.starts_at


acts = st.lists(
    st.tuples(
        st.sampled_from(["move", "cancel", "rebook", "confirm", "wait", "therapist"]),
        st.integers(0, 36 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        instants,
    ),
    max_size=8,
)


class Life:
    """One visit with a perfect postman: each wanted mail is sent at its due time."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.told: LastTold | None = None
        self.now = visit.booked_at
        self.sent: list[Wanted] = []

    def wait(self, until: datetime) -> None:
        while (mail := self._next(until)) is not None:
            self.now = max(self.now, mail.due_at)
            is_cancelled = mail.kind is MessageKind.CANCELLED
            self.told = LastTold(3, self.visit.truth, is_cancelled, self.now)
            self.sent.append(mail)
        self.now = max(self.now, until)

    def _next(self, until: datetime) -> Wanted | None:
        plan = plan_messages(self.visit, self.told, Addressee("ana@example.com"), POLICY, self.now)
        done = {mail.dedupe_key for mail in self.sent}
        due = [mail for mail in plan.wanted if mail.due_at <= until and mail.dedupe_key not in done]
        return min(due, key=lambda mail: mail.due_at, default=None)

    def act(self, act: str, where: datetime) -> None:
        change: dict[str, object] = {
            "move": {"truth": replace(self.visit.truth, starts_at=where), "changed_at": self.now},
            "cancel": {"state": State.CANCELLED, "changed_at": self.now},
            "rebook": {"state": State.BOOKED, "changed_at": self.now},
            "confirm": {"confirmed_at": self.now},
            "therapist": {"truth": replace(self.visit.truth, therapist_name="Ines"), "changed_at": self.now},
            "wait": {},
        }[act]
        self.visit = replace(self.visit, **change)


@settings(max_examples=300)
@given(instants, acts)
def test_a_client_always_ends_up_knowing_the_truth_and_no_mail_comes_twice(
    starts_at: datetime, acts: list[tuple[str, timedelta, datetime]]
) -> None:
    booked_at = min(starts_at - timedelta(hours=1), EPOCH)
    life = Life(Visit(7, 3, State.BOOKED, Truth(starts_at, "America/Toronto", 1, "Bram"), booked_at, booked_at))
    for act, pause, where in acts:
        life.wait(life.now + pause)
        life.act(act, where)
    acted_at, visit, told = life.now, life.visit, life.told
    life.wait(acted_at + timedelta(hours=13))
    assert len({mail.dedupe_key for mail in life.sent}) == len(life.sent)
    if visit.state is State.BOOKED and visit.truth.starts_at > acted_at + timedelta(minutes=2):
        assert life.told is not None
        assert (life.told.truth, life.told.is_cancelled) == (visit.truth, False)
    if visit.state is State.CANCELLED and told is not None and told.truth.starts_at > acted_at + timedelta(minutes=2):
        assert life.told is not None
        assert life.told.is_cancelled
