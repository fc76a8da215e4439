"""What is kept free for a client whose visit an absence hit, as mails and pages say it. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptTime:
    """One of the times: whoever takes it names its uid."""

    uid: str
    starts_at: datetime
    zone: str
    therapist_name: str


@dataclass(frozen=True, slots=True)
class KeptTimes:
    """All times kept for one visit, by start, and until when they are kept."""

    uid: str
    offered_at: datetime
    until: datetime
    times: tuple[KeptTime, ...]
