"""The part of a diary that is one therapist's own."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clinic.models import Location, WeeklyHours
from practice.desk.diary.kept_free import own_of
from practice.desk.diary.open_diary import OpenDiary


def own_part(diary: OpenDiary, therapist_id: int | None) -> OpenDiary:
    """Return the diary with one therapist's rows only, the whole of it when none is given."""
    if therapist_id is None:
        return diary
    own = [one for one in diary.therapists if one.id == therapist_id]
    uids = {one.uid for one in own}
    visits = [visit for visit in diary.visits if visit.therapist.uid in uids]
    hours = replace(diary.hours, working={uid: days for uid, days in diary.hours.working.items() if uid in uids})
    return replace(diary, therapists=own, visits=visits, hours=hours, kept=own_of(diary.kept, uids))


def usual_location(session: Session, therapist_id: int | None) -> str:
    """Return where a therapist works most days, empty for everybody else: then it is the first location."""
    if therapist_id is None:
        return ""
    days = select(Location.uid).join(WeeklyHours, WeeklyHours.location_id == Location.id)
    usual = days.where(WeeklyHours.therapist_id == therapist_id, Location.is_active).group_by(Location.uid)
    return session.scalar(usual.order_by(func.count().desc(), Location.uid).limit(1)) or ""
