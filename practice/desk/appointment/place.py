"""Ways out of a refused act on an appointment: plain forms and links beside its panel."""

from dataclasses import dataclass
from datetime import date

from practice.desk.choice import Choice
from practice.desk.ways_out import Offer, panel_link


@dataclass(frozen=True, slots=True)
class MovingPlace:
    """The panel of an appointment is open; ``version`` is the one that the desk sees now."""

    uid: str
    version: int
    on: date

    @property
    def url(self) -> str:
        """Return the appointment's own address."""
        return f"/appointments/{self.uid}"

    def _post(self, label: str, verb: str, **fields: str) -> Offer:
        url = f"{self.url}/{verb}"
        return Offer(
            label,
            post=url,
            fields={"version": str(self.version), **fields},
            attrs={"hx-post": url, "hx-target": "#panel"},
        )

    def choose(self, label: str, choice: Choice) -> Offer:
        return self._post(label, "move", choice=str(choice))

    def look(self, label: str, from_on: str) -> Offer:
        url = f"{self.url}/move" + (f"?from_on={from_on}" if from_on else "")
        return panel_link(label, url)

    def again(self, label: str) -> Offer:
        return panel_link(label, self.url)

    def reload(self, label: str) -> Offer:
        return panel_link(label, self.url)

    def at(self, label: str, location: str) -> Offer:  # noqa: ARG002  # an appointment stays at its location
        return panel_link(label, f"{self.url}/move")

    def let_go(self, label: str, hold: str) -> Offer:
        return Offer(label, post="/book/release", fields={"hold": hold})

    def step(self, label: str, verb: str) -> Offer:
        return self._post(label, verb) if verb == "undo" else panel_link(label, f"{self.url}/{verb}")

    def together(self, label: str, choice: Choice, both: str) -> Offer:
        return self._post(label, "move", choice=str(choice), together=both)

    def assess(self, label: str, service: str) -> Offer:  # noqa: ARG002  # the visit's own therapist says which
        return self._post(label, "assess")

    def client(self, label: str, verb: str) -> Offer:
        return Offer(label, url=f"{self.url}/{verb}") if verb == "form" else self._post(label, verb)
