"""What is shown beside free times: a client's own visits and wishes, with what leads out of a refusal. Pure."""

from datetime import datetime

from practice.core.errors import Refusal
from practice.scheduling.free_time.client_rules import client_refusals
from practice.scheduling.free_time.ways_out import with_search, with_ways_out
from practice.scheduling.local_days import local_day
from practice.scheduling.question import DiaryFacts, Question


def client_time_refusals(
    question: Question, facts: DiaryFacts, start: datetime, *, are_diaries_known: bool = True
) -> tuple[Refusal, ...]:
    """Return what the client's own visits and wishes forbid at *start*, with what leads out.

    Without the diaries of therapists and rooms no other time can be promised, only looked for.
    """
    found = client_refusals(question, facts, start)
    if not found:
        return ()
    zone = facts.set_up.locations[question.location_id].zone
    begins = local_day(start.date(), zone).minute_at(start.hour * 60 + start.minute)
    return (with_ways_out if are_diaries_known else with_search)(question, facts, begins, found)
