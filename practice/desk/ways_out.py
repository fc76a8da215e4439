"""From the acts that a refusal names to buttons that do them: one registry for every face of the desk.

A refusal's act says *what* leads on; where the desk stands (booking, moving, looking) says *how*.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlencode

from practice.core.errors import PracticeError, WayOut
from practice.core.local_time import spoken
from practice.desk.choice import Choice

MOST_OFFERED = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: a link (``url``), a form of its own (``post``), or a button of the form around it (``name``)."""

    label: str
    url: str = ""
    post: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    value: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)


class Place(Protocol):
    """Where the desk stands when it is refused something; ``on`` is the day that it speaks about."""

    @property
    def on(self) -> date | None: ...

    def choose(self, label: str, choice: Choice) -> Offer:
        """Return the button that takes another time, therapist or room."""

    def look(self, label: str, from_on: str) -> Offer:
        """Return the button that shows more times."""

    def again(self, label: str) -> Offer:
        """Return the button that tries the same once more."""

    def reload(self, label: str) -> Offer:
        """Return the button that shows what is true now."""

    def at(self, label: str, location: str) -> Offer:
        """Return the button that asks for another location."""

    def let_go(self, label: str, hold: str) -> Offer:
        """Return the button that gives a held time back and goes on."""

    def step(self, label: str, verb: str) -> Offer:
        """Return the button that leads to another act on the same appointment."""

    def together(self, label: str, choice: Choice, both: str) -> Offer:
        """Return the button that moves a linked visit, with the other one (``1``) or alone (``0``)."""

    def assess(self, label: str, service: str) -> Offer:
        """Return the button that makes an assessment of it."""

    def client(self, label: str, verb: str) -> Offer:
        """Return the button that does something for the client whom it is about."""


def panel_link(label: str, url: str) -> Offer:
    """Return a link that opens in the panel, or as a page of its own."""
    return Offer(label, url=url, attrs={"hx-get": url, "hx-target": "#panel"})


@dataclass(frozen=True, slots=True)
class PlainPlace:
    """No form is open: acts become links into the booking panel and the pages."""

    url: str = "/diary"
    on: date | None = None

    def choose(self, label: str, choice: Choice) -> Offer:
        return panel_link(label, f"/book?{urlencode({'choice': str(choice)})}")

    def look(self, label: str, from_on: str) -> Offer:
        return panel_link(label, f"/book?{urlencode({'more': from_on})}")

    def again(self, label: str) -> Offer:
        return Offer(label, url=self.url)

    def reload(self, label: str) -> Offer:
        return Offer(label, url=self.url)

    def at(self, label: str, location: str) -> Offer:
        return panel_link(label, f"/book?{urlencode({'location': location})}")

    def let_go(self, label: str, hold: str) -> Offer:
        return Offer(label, post="/book/release", fields={"hold": hold})

    def step(self, label: str, verb: str) -> Offer:  # noqa: ARG002  # no appointment is open
        return Offer(label, url=self.url)

    def together(self, label: str, choice: Choice, both: str) -> Offer:  # noqa: ARG002  # no appointment is open
        return self.choose(label, choice)

    def assess(self, label: str, service: str) -> Offer:
        return panel_link(label, f"/book?{urlencode({'service': service})}")

    def client(self, label: str, verb: str) -> Offer:  # noqa: ARG002  # nobody is spoken about
        return Offer(label, url="/clients")


def _choose(way: WayOut, place: Place) -> Offer:
    choice = _choice_of(way)
    if choice is None or choice.local_start is None:
        return place.look(way.label, way.values.get("from", ""))
    label = short_time(choice.local_start, place.on) if way.act == "choose_time" else way.label
    return place.choose(label, choice)


def _together(way: WayOut, place: Place) -> Offer:
    choice = _choice_of(way)
    if choice is None:
        return place.look(way.label, "")
    return place.together(way.label, choice, way.values.get("together", "0"))


def _choice_of(way: WayOut) -> Choice | None:
    values = way.values
    if "local_start" not in values:
        return None
    is_second = values.get("is_second_occurrence") == "true"
    start = datetime.fromisoformat(values["local_start"]).replace(fold=int(is_second))
    return Choice(start, values.get("therapist", ""), values.get("room", ""))


def short_time(start: datetime, on: date | None) -> str:
    """Return a time as a button says it: without the day while that is the one spoken about."""
    again = " (clocks back)" if start.fold else ""
    if start.date() == on:
        return f"{start:%H:%M} instead{again}"
    return f"{spoken(start)}{again}"


def _look(way: WayOut, place: Place) -> Offer:
    return place.look(way.label, way.values.get("from", ""))


def _again(way: WayOut, place: Place) -> Offer:
    return place.again(way.label)


def _reload(way: WayOut, place: Place) -> Offer:
    return place.reload(way.label)


def _at(way: WayOut, place: Place) -> Offer:
    return place.at(way.label, way.values.get("location", ""))


def _field(way: WayOut, _place: Place) -> Offer:
    name = way.values.get("field", "override_reason")
    return Offer(way.label, url=f"#f-{name}", attrs={"data-focus": f"f-{name}"})


def _page(way: WayOut, _place: Place) -> Offer:
    return Offer(way.label, url=way.values.get("href", "/diary"))


def _client_page(way: WayOut, _place: Place) -> Offer:
    return Offer(way.label, url=f"/clients/{way.values['client']}" if "client" in way.values else "/clients")


def _visit(way: WayOut, _place: Place) -> Offer:
    return panel_link(
        way.label, f"/appointments/{way.values['appointment']}" if "appointment" in way.values else "/diary"
    )


def _plan(way: WayOut, _place: Place) -> Offer:
    return Offer(way.label, url=f"/plans/{way.values['plan']}" if "plan" in way.values else "/plans")


def _entry(way: WayOut, _place: Place) -> Offer:
    return Offer(way.label, url=f"/wait-list/{way.values['entry']}" if "entry" in way.values else "/wait-list")


def _resume(way: WayOut, _place: Place) -> Offer:
    return Offer(way.label, post=f"/parked-calls/{way.values['call']}/resume")


def _let_go(way: WayOut, place: Place) -> Offer:
    return place.let_go(way.label, way.values.get("hold", ""))


def _assess(way: WayOut, place: Place) -> Offer:
    return place.assess(way.label, way.values.get("service", ""))


def _for_client(verb: str) -> Callable[[WayOut, Place], Offer]:
    return lambda way, place: place.client(way.label, verb)


def _step(verb: str) -> Callable[[WayOut, Place], Offer]:
    return lambda way, place: place.step(way.label, verb)


BUTTONS: Mapping[str, Callable[[WayOut, Place], Offer]] = {
    "add_relation": _client_page,
    "ask_therapist": _for_client("ask-therapist"),
    "book": _again,
    "book_assessment": _assess,
    "call_us": _again,
    "cancel": _step("cancel"),
    "choose_location": _at,
    "choose_room": _choose,
    "choose_therapist": _choose,
    "choose_time": _choose,
    "choose_plan_therapist": _plan,
    "correct": _field,
    "direct_messages": _client_page,
    "draft_plan": _plan,
    "find_times": _look,
    "give_reason": _field,
    "hold_again": _again,
    "join": _again,
    "leave_out": _again,
    "list_users": _page,
    "open_client": _client_page,
    "open_visit": _visit,
    "move_together": _together,
    "new_key": _again,
    "next_times": _look,
    "open_plan": _plan,
    "open_settings": _page,
    "open_today": _page,
    "open_wait_list_entry": _entry,
    "preview": _reload,
    "propose_again": _reload,
    "release_hold": _let_go,
    "reload": _reload,
    "reschedule": _step("move"),
    "resume_call": _resume,
    "review_series": _again,
    "revise_plan": _plan,
    "search_client": _page,
    "send_form": _for_client("form"),
    "sign_in": _page,
    "try_again": _again,
    "undo": _step("undo"),
}
"""Every act that a refusal may name; a test walks the product's sources for acts that are missing here."""


def offers_of(error: PracticeError | None, place: Place) -> Sequence[Offer]:
    """Return the buttons that lead out of a refusal, each once, the most useful first."""
    if error is None:
        return ()
    ways = [way for refusal in error.refusals for way in refusal.ways_out]
    return _distinct(BUTTONS[way.act](way, place) for way in ways if way.act in BUTTONS)


def _distinct(offers: Iterable[Offer]) -> list[Offer]:
    seen: dict[tuple[str, str, str], Offer] = {}
    for offer in offers:
        seen.setdefault((offer.url, offer.post + str(sorted(offer.fields.items())), offer.value), offer)
    return list(seen.values())[:MOST_OFFERED]
