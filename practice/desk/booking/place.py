"""Ways out of a refused booking: buttons of the booking form, so that nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from practice.desk.booking.draft import Draft
from practice.desk.choice import Choice
from practice.desk.ways_out import Offer, panel_link

DRAFT = "/book/draft"


def redraw(**more: str) -> Mapping[str, str]:
    """Return the attributes of a button that shows the panel anew with what it says."""
    return {"formaction": DRAFT, "formnovalidate": "", "hx-post": DRAFT, "hx-target": "#panel", **more}


@dataclass(frozen=True, slots=True)
class BookingPlace:
    """The booking form is open."""

    draft: Draft

    @property
    def on(self) -> date | None:
        """Return the day of the time that was chosen."""
        start = self.draft.choice.local_start if self.draft.choice else None
        return start.date() if start else None

    def choose(self, label: str, choice: Choice) -> Offer:
        return Offer(label, name="choice", value=str(choice), attrs=redraw())

    def look(self, label: str, from_on: str) -> Offer:
        return Offer(label, name="more", value=from_on or "on", attrs=redraw())

    def again(self, label: str) -> Offer:
        return Offer(label, name="choice", value=str(self.draft.choice or ""), attrs=redraw())

    def reload(self, label: str) -> Offer:
        return Offer(label, name="choice", value="", attrs=redraw())

    def at(self, label: str, location: str) -> Offer:
        return Offer(label, name="location", value=location, attrs=redraw())

    def let_go(self, label: str, hold: str) -> Offer:
        return Offer(label, name="let_go", value=hold, attrs=redraw())

    def step(self, label: str, verb: str) -> Offer:  # noqa: ARG002  # nothing is booked yet, so nothing can be moved
        return self.again(label)

    def together(self, label: str, choice: Choice, both: str) -> Offer:  # noqa: ARG002  # nothing is booked yet
        return self.choose(label, choice)

    def assess(self, label: str, service: str) -> Offer:
        draft = self.draft
        chosen = {"service": service, "client": draft.client, "choice": str(draft.choice or "")}
        return panel_link(label, f"/book?{urlencode({name: value for name, value in chosen.items() if value})}")

    def client(self, label: str, verb: str) -> Offer:
        url = f"/clients/{self.draft.client}/{verb}"
        return Offer(label, url=url) if verb == "form" else Offer(label, post=url)
