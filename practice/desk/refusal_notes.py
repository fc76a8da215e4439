"""What every code of a refusal means and which way leads out: the text behind ``/problems/<code>``.

A test compares this list with the source in both directions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from practice.desk.message_refusals import MAIL
from practice.desk.record_refusals import RECORD


@dataclass(frozen=True, slots=True)
class RefusalNote:
    """One code: the HTTP status it comes with, what it means and what to do."""

    status: int
    means: str
    way_out: str


def _note(status: int, means: str, way_out: str) -> RefusalNote:
    return RefusalNote(status, means, way_out)


_READ_AGAIN = "Read it again, look at what is true now, then decide."
_OTHER_TIME = "Take one of the times named in ways_out, or search for others."
_CORRECT = "Correct the field that is named and send again."

BOOKING: Mapping[str, RefusalNote] = {
    "time_taken": _note(409, "Somebody else has this time, or the client is elsewhere then.", _OTHER_TIME),
    "group_full": _note(409, "Every place of the group is taken.", "Take another session, or put on the wait list."),
    "buffer": _note(
        409,
        "The treatment fits, the minutes around it belong to another visit.",
        "Take another time, or staff override.",
    ),
    "closed": _note(422, "The location is closed then.", "Take a day on which it is open, or override with a reason."),
    "outside_hours": _note(422, "The therapist does not work then.", "Take another time or therapist, or override."),
    "time_off": _note(422, "The therapist is away.", "Take another therapist, or a time after the return."),
    "not_offered": _note(422, "The therapist does not offer this service.", "Choose somebody who offers it."),
    "no_room": _note(
        422, "No suitable room is free.", "Take another time, or swap rooms with a visit that needs less."
    ),
    "off_grid": _note(422, "The service starts at other minutes.", "Take the next start, or override with a reason."),
    "notice": _note(422, "It is too close to now for this service.", "Take a later time, or override with a reason."),
    "horizon": _note(422, "It is further ahead than the service can be booked.", "Take an earlier day."),
    "past": _note(422, "The time has passed.", "Take a later time, or record what happened."),
    "inactive": _note(422, "The service, location, room or therapist is no longer in use.", "Choose another one."),
    "not_at_location": _note(422, "The location does not give this service.", "Choose another location or service."),
    "travel_time": _note(
        422, "The therapist cannot get there in time from another location.", "Take a later time, or override."
    ),
    "day_full": _note(
        422, "The therapist has had enough visits or minutes of a day.", "Take another day or therapist."
    ),
    "week_full": _note(422, "The therapist has had enough visits or minutes of a week.", "Take another week."),
    "rest_needed": _note(422, "The therapist would work too long without a rest.", "Take a time after the rest."),
    "client_gap": _note(
        422, "The client has such a visit too few days before or after.", "Take a later day, or override with a reason."
    ),
    "client_day_full": _note(
        422, "The client has the most visits of a day.", "Take another day, or override with a reason."
    ),
    "preference": _note(422, "The client asked for somebody else.", "Take another therapist, or give a reason."),
    "not_with_therapist": _note(422, "This client and this therapist are kept apart.", "Take another therapist."),
    "not_in_this_hour": _note(422, "This client cannot come in this hour.", "Take a time in another hour."),
    "therapist_not_registered": _note(
        422, "The therapist's registration is not valid on that day.", "Choose another therapist or an earlier day."
    ),
    "nonexistent_local_time": _note(
        422, "The clocks jump over this time in spring.", "Take one of the next valid times that are named."
    ),
    "location_needed": _note(422, "There are several locations and none was named.", "Name the location."),
    "offer_ended": _note(
        409, "The offer was answered, ran out or was taken back.", "Look at what is true now, or find another time."
    ),
    "not_waiting": _note(409, "The entry has ended, or a time is being offered to it.", _READ_AGAIN),
    "waits_already": _note(422, "The client waits for this service already.", "Change the entry that there is."),
    "zone_clash": _note(
        409, "By the zone's new rules visits would overlap or have no such hour.", "Move them first, then run it again."
    ),
    "merged_meanwhile": _note(412, "The client's record was merged with another at the same moment.", _READ_AGAIN),
    "wrong_state": _note(409, "The appointment's state does not allow this act.", _READ_AGAIN),
    "hold_expired": _note(409, "The time was held too long ago and is free again.", "Hold it again, or take another."),
    "reason_needed": _note(422, "This act needs a reason from its list.", "Choose a reason and send again."),
    "nothing_to_undo": _note(409, "There is no act left to take back.", _READ_AGAIN),
    "undo_too_late": _note(
        422,
        "The last act is too old, was told by mail, or is more than one visit's.",
        "Open the visit and undo it there.",
    ),
    "impossible_series": _note(422, "No series can follow this rule.", "Correct the field that is named."),
    "series_conflict": _note(
        409,
        "Visits of a series do not fit, so none was booked or moved.",
        "Take one of the nearest times named for each visit, or leave it out.",
    ),
    "series_refused": _note(
        422,
        "Rules of the practice refuse visits of a series, so none was booked or moved.",
        "Take one of the nearest times named for each visit, leave it out, or override.",
    ),
    "block_conflict": _note(
        409, "Days that were to be kept free are taken, so none was.", "Leave these days out, or choose another time."
    ),
    "impossible_block": _note(422, "Time cannot be kept free like this.", "Correct the field that is named."),
    "not_a_calendar": _note(422, "The file is no calendar, or a damaged one.", "Export the calendar again as .ics."),
    "calendar_too_large": _note(
        422, "The calendar has more in it than half a year of one person.", "Export a shorter time and read that file."
    ),
    "kept_elsewhere": _note(
        422, "The time comes from the therapist's own calendar.", "Change it there and read the file again."
    ),
    "course_not_whole": _note(
        422, "Visits are not one for each session of a plan, in its rhythm.", "Ask for new proposals and take one."
    ),
    "not_linked": _note(422, "The visit is linked to no other.", "Change this visit alone."),
    "not_back_to_back": _note(422, "Linked visits follow each other within an hour.", _OTHER_TIME),
    "linked_visits": _note(422, "A linked visit moves with the other or alone.", "Choose one of the two buttons."),
    "not_in_series": _note(422, "The visit belongs to no series.", "Change this visit alone."),
    "nothing_to_swap": _note(422, "Both appointments have the same in that place.", "Choose what differs."),
    "too_early": _note(422, "This can be said only after the visit was due.", "Wait until then, or cancel instead."),
    "outside_recording_window": _note(
        422, "A visit can be recorded from seven days back until now.", "Book a time to come, note an older one."
    ),
    "too_many_parked_calls": _note(422, "Five calls are parked already.", "Resume or drop one of them first."),
    "too_far_behind": _note(422, "A therapist runs four hours behind at most.", "Move the visits instead."),
    "too_many_holds": _note(422, "One user keeps eight times free at most.", "Let one go, or book without holding."),
    "not_chosen": _note(422, "The booking form lacks a client or a time.", "Choose what is missing."),
    "nothing_to_book": _note(422, "The practice has no location or no service yet.", "Add one in Set-up."),
    "not_readable": _note(422, "A form came with values that it cannot have.", "Reload the page and do it again."),
}

GROUND: Mapping[str, RefusalNote] = {
    "preview_outdated": _note(
        412, "The diary or the practice changed since the preview was made.", "Look at a new preview, then decide."
    ),
    "proposal_taken": _note(409, "A time that was chosen for a visit is gone.", "Choose another one in a new preview."),
    "answers_missing": _note(422, "A visit that is hit has no answer yet.", "Say what becomes of every visit named."),
    "absence_over": _note(422, "The absence lies in the past.", "Choose a time to come; note the past at the visits."),
    "absence_overlaps": _note(
        422, "Somebody or a place is away already then.", "Choose other days, or make it one absence with joins."
    ),
    "too_many_visits": _note(422, "One change hits more visits than fit one preview.", "Choose fewer days at a time."),
    "nothing_changes": _note(422, "It is out of use already.", "Choose another one."),
    "change_incomplete": _note(422, "This kind of change needs something that was not said.", _CORRECT),
    "times_not_offered": _note(422, "No times can be kept for the client by mail.", "Call the client instead."),
    "times_ended": _note(409, "The times kept for a visit ran out or were answered.", "Read it again, or call."),
    "no_longer_to_call": _note(409, "Somebody has settled this visit.", _READ_AGAIN),
    "room_out": _note(422, "The room is out of order or does not suit the service.", "Take another room."),
}

BY_LINK: Mapping[str, RefusalNote] = {
    "move_only_same_day": _note(
        422, "It is too late to move the visit to another day.", "Take another time of that day, or call the practice."
    ),
    "visit_not_open": _note(422, "The visit is over, cancelled or has begun.", "Call the practice."),
}

PEOPLE: Mapping[str, RefusalNote] = {
    "same_record": _note(422, "A record cannot be merged with itself.", "Choose the other record."),
    "merged_already": _note(422, "One of the records was merged before.", "Go on with the one that is kept."),
    "visits_overlap": _note(
        409,
        "Coming visits of both records are at the same time; visits names them.",
        "Move or cancel one of each pair.",
    ),
    "merge_is_over": _note(
        422, "The merge is older than 30 days, or was taken back.", "Look at what is true now; after 30 days it stays."
    ),
    "no_way_to_reach": _note(422, "Nothing says how to reach the client.", "Give a phone number, address or person."),
    "invalid_contact": _note(422, "The address or number cannot be one.", _CORRECT),
    "invalid_birth_date": _note(422, "The birth date lies before 1900 or after today.", _CORRECT),
    "invalid_relation": _note(422, "The other person or the dates do not fit.", _CORRECT),
    "nobody_for_messages": _note(422, "Nobody would get the client's messages.", "Say first who gets them instead."),
    "contradictory_preference": _note(422, "Two wishes of the client cannot both be met.", "Remove one of them."),
    "record_full": _note(
        422,
        "The record holds as many parts of this kind as it may.",
        "Remove one that no longer counts first.",
    ),
    "already_kept_apart": _note(409, "The pair is kept apart already.", _READ_AGAIN),
    "consent_text_changed": _note(422, "The sentence read aloud is no longer in force.", "Read the new one aloud."),
    "task_not_undone": _note(409, "There is no end of a task to take back, or it is too long ago.", _READ_AGAIN),
    "task_done": _note(409, "Somebody has finished this task.", _READ_AGAIN),
}

MESSAGES: Mapping[str, RefusalNote] = {code: _note(*parts) for code, parts in MAIL.items()}

VISITS: Mapping[str, RefusalNote] = {
    "not_accepted": _note(422, "Numbers or answers of a visit cannot be; each fault is listed.", _CORRECT),
    "already_measured": _note(409, "The number was recorded at this visit already.", "Correct it with a reason."),
    "correction_needs_reason": _note(422, "A correction says why; the original stays.", "Give a reason."),
    "no_visit_yet": _note(409, "The client has not come, so there is no visit.", "Mark the client as arrived first."),
    "too_many_activities": _note(422, "Five activities are rated already.", "End one of them, then add the other."),
    "applies_too_early": _note(422, "A measure cannot be redefined for the past.", "Choose today or a later day."),
}

NOTES_AND_SIGNATURES: Mapping[str, RefusalNote] = {code: _note(*parts) for code, parts in RECORD.items()}

PRACTICE: Mapping[str, RefusalNote] = {
    "already_used": _note(409, "Another row has this code or sign-in.", "Choose another one."),
    "dates_order": _note(422, "The end lies before the start.", _CORRECT),
    "hours_order": _note(422, "A span of hours ends before it begins.", _CORRECT),
    "hours_overlap": _note(422, "Two spans of hours overlap.", "Join them, or leave a break between them."),
    "policy_in_past": _note(422, "Policies cannot change for days that are over.", "Let them start today or later."),
    "room_inactive": _note(422, "The room is not in use.", "Choose another room, or none."),
    "no_holiday": _note(422, "The day is no public holiday there.", "Close it by a closure of its own."),
    "unknown_region": _note(422, "No public holidays are known for that region.", "Give one such as CA or CA-ON."),
    "unknown_zone": _note(422, "There is no time zone of that name.", "Give an IANA name such as America/Toronto."),
}

ACCOUNTS: Mapping[str, RefusalNote] = {
    "role_not_allowed": _note(403, "The role does not allow this act.", "Ask the owner, or go on from Today."),
    "csrf_failed": _note(400, "The form token is missing or old.", "Load the page again; send it as X-CSRFToken."),
    "sign_in_failed": _note(401, "Email and password do not fit together.", "Check both; the owner can set a new one."),
    "too_many_tries": _note(429, "It was tried too often.", "Wait until the time that is named."),
    "email_taken": _note(422, "Somebody signs in with this address.", "Give another address."),
    "last_owner": _note(422, "Nobody could manage the practice any more.", "Make somebody else an owner first."),
    "weak_password": _note(422, "The password is too short or too well known.", "Choose a longer one."),
    "not_unlocked": _note(
        422, "What was typed is neither the PIN nor the password of whoever locked the desk.", "Type it again."
    ),
    "wrong_password": _note(422, "The present password is not right.", "Type it again."),
    "link_ended": _note(404, "The link has ended or was withdrawn.", "Open the newest mail, or call the practice."),
}

SAFETY: Mapping[str, RefusalNote] = {
    "emergency_hold": _note(
        422, "A therapist must speak with this client first.", "Ask a therapist to call; an assessment can be booked."
    ),
    "clearance_required": _note(
        422, "Treatment cannot be booked for this client yet.", "Book an assessment, or ask a therapist to call."
    ),
    "screening_required": _note(
        422, "The client's form is missing or too old to begin.", "Send the form, or make it an assessment."
    ),
    "baseline_required": _note(
        422, "A form of this client is not complete, so treatment cannot begin.", "Make it an assessment meanwhile."
    ),
    "not_left": _note(422, "Not so much of the visit is left.", "Choose fewer minutes or another service."),
    "no_assessment": _note(422, "The therapist gives no assessment there.", "Start it with somebody who does."),
    "form_incomplete": _note(422, "A form came without some of its answers.", "Answer every question that is named."),
    "signed_already": _note(409, "The form was signed already.", _READ_AGAIN),
    "emergency_stays": _note(
        403, "Nobody who treats may make this lighter.", "Ask for a document, or the owner if it was a mistake."
    ),
    "not_lighter": _note(422, "Lowering means to let it weigh less than now.", "Choose a lighter one."),
    "flag_closed": _note(409, "It was closed already.", _READ_AGAIN),
    "reason_in_words": _note(422, "The act needs a reason in words.", "Write the reason and send again."),
    "clearance_state": _note(409, "This cannot follow where the document stands now.", _READ_AGAIN),
    "clearance_not_fitting": _note(422, "What the document says does not fit what it is read for.", _CORRECT),
    "document_refused": _note(
        422, "The file is no whole PDF, PNG or JPEG of 10 MB, or would run something.", "Scan or photograph it anew."
    ),
}

GENERAL: Mapping[str, RefusalNote] = {
    "stale_version": _note(412, "It was changed by somebody else since it was read.", _READ_AGAIN),
    "conflict": _note(409, "Somebody else holds what was asked for.", _READ_AGAIN),
    "rule": _note(422, "A rule of the practice forbids it.", "Do one of the acts named in ways_out."),
    "not_found": _note(404, "It does not exist, or it is not for you.", "Search for the client or go back to Today."),
    "not_allowed": _note(403, "You may not do this.", "Ask the owner, or go on from Today."),
    "seal_broken": _note(
        409, "Something sealed was altered, or its key is missing.", "Tell the owner; a backup may hold it whole."
    ),
    "record_destroyed": _note(404, "The record was destroyed when its time was over.", "Open a new record."),
    "idempotency_key_reused": _note(
        422, "This Idempotency-Key came before with another body.", "Use a new key for a new act."
    ),
}

REQUEST: Mapping[str, RefusalNote] = {
    "bad_request": _note(
        400, "The request cannot be read.", "Send valid JSON: no duplicate keys, NaN or deep nesting."
    ),
    "unauthorized": _note(401, "Nobody is signed in.", "Sign in, or send a bearer token."),
    "forbidden": _note(403, "The form came from elsewhere, or the role does not allow it.", "Load the page again."),
    "method_not_allowed": _note(405, "The address does not take this method.", "Use one that Allow names."),
    "request_entity_too_large": _note(413, "The body is larger than one megabyte.", "Send less at once."),
    "unsupported_media_type": _note(415, "The body is not JSON.", "Send it as application/json."),
    "precondition_failed": _note(412, "If-Match names no version of this.", _READ_AGAIN),
    "unprocessable_entity": _note(422, "Fields are not right; errors names each.", _CORRECT),
    "precondition_required": _note(428, "A change needs If-Match.", "Send the ETag that you read."),
    "too_many_requests": _note(429, "It was tried too often.", "Wait for Retry-After, then try again."),
    "internal_server_error": _note(500, "A defect on our side; nothing was changed.", "Try again, then report it."),
    "service_unavailable": _note(503, "The database is busy or out of reach.", "Try again after Retry-After seconds."),
}

PLANS: Mapping[str, RefusalNote] = {
    "plan_not_active": _note(422, "The client's plan is not active.", "Book an assessment, or open the plan."),
    "plan_gap": _note(
        422, "It is closer to another session than the plan wants.", "Take a later day, or override with a reason."
    ),
    "plan_same_day": _note(422, "The client has a session of the plan on that day.", "Take another day."),
    "plan_week_full": _note(422, "More than three sessions would fall into seven days.", "Take a later day."),
    "plan_sessions_used": _note(422, "All sessions of the plan are booked.", "The therapist writes a new version."),
    "reassessment_overdue": _note(
        422, "A re-assessment was due two sessions ago.", "Book it first; the therapist or owner may override."
    ),
    "forbidden_step": _note(409, "The plan, or what belongs to it, cannot become that.", _READ_AGAIN),
    "version_frozen": _note(409, "A version in force is never edited.", "Write a new version."),
    "session_taken": _note(409, "The session, or the appointment, is linked already.", _READ_AGAIN),
    "open_plan_exists": _note(422, "The client has an open plan.", "Go on with it, or end it first."),
    "plan_not_ready": _note(422, "Parts are missing; each is named.", "Add what is missing, then activate."),
    "plan_not_over": _note(422, "Something is still open that an end cannot leave behind.", "Settle what is named."),
    "hold_cause_open": _note(422, "What put the plan on hold is not resolved.", "Settle what is named, then resume."),
    "impossible_course": _note(422, "No course can follow these blocks.", _CORRECT),
    "too_many_exercises": _note(422, "Four exercises are active.", "End or pause one first."),
    "plan_reason_needed": _note(422, "The act on the plan needs a reason.", "Give one and send again."),
    "plan_text_outdated": _note(422, "The text of the consent has changed.", "Discuss the one in force."),
    "decision_not_open": _note(422, "The verdict does not leave this way open.", "Choose one of those named."),
    "nothing_to_judge": _note(409, "No session was treated that could be judged, or another one since.", "Look again."),
    "screening_missing": _note(422, "There is no recent signed screening.", "Send the form, or fill it in here."),
    "clearance_missing": _note(422, "A flag is open without a valid clearance.", "Request the clearance."),
    "baseline_record_missing": _note(422, "No baseline medical record is there.", "Record or request one."),
    "side_missing": _note(422, "The side is missing.", "Set it at the episode."),
    "plan_consent_missing": _note(422, "The consent to this version is missing.", "Record it."),
    "goal_missing": _note(422, "The plan has no goal.", "Add one."),
    "functional_goal_missing": _note(422, "No goal is about what the client can do.", "Add one."),
    "exercise_missing": _note(422, "The plan has no home exercise.", "Prescribe one."),
    "leg_baseline_missing": _note(422, "The first leg pain score is missing.", "Measure it."),
    "back_baseline_missing": _note(422, "The first back pain score is missing.", "Measure it."),
    "function_baseline_missing": _note(422, "The first score of function is missing.", "Measure it."),
    "plan_therapist_unregistered": _note(422, "The therapist's registration is not valid.", "Choose somebody else."),
    "future_bookings": _note(422, "Visits of the plan are still booked.", "Cancel them first."),
    "draft_notes": _note(422, "Session notes are still drafts.", "Sign them first."),
    "sessions_left": _note(422, "Sessions of the plan were not delivered.", "Deliver or skip them, or discharge."),
    "checkpoint_open": _note(422, "A re-assessment is missing.", "Record it first."),
    "final_measures_missing": _note(422, "Final measures are missing.", "Measure, or say why not."),
    "visit_delivered": _note(422, "A session was delivered.", "Discharge the plan instead."),
}

CHAPTERS: Mapping[str, Mapping[str, RefusalNote]] = {
    "Booking": BOOKING,
    "Absences and other changes": GROUND,
    "By the link in a mail": BY_LINK,
    "Treatment plans": PLANS,
    "People": PEOPLE,
    "Messages": MESSAGES,
    "Visits": VISITS,
    "Session notes": NOTES_AND_SIGNATURES,
    "The practice": PRACTICE,
    "Forms and documents": SAFETY,
    "Accounts": ACCOUNTS,
    "Anywhere": GENERAL,
    "The request itself": REQUEST,
}
NOTES: Mapping[str, RefusalNote] = {code: note for chapter in CHAPTERS.values() for code, note in chapter.items()}
