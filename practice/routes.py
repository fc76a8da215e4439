"""Every blueprint of the product, one a line: the JSON face and the pages."""

from flask import Blueprint
from flask_smorest import Blueprint as ApiBlueprint

from practice.accounts import api as accounts_api
from practice.accounts import audit_api, audit_views, lock_views, users_api, users_views
from practice.accounts import views as accounts_views
from practice.backup import views as backup_views
from practice.clients import api as clients_api
from practice.clients import parts_api, parts_views, preference_views, preferences_api
from practice.clients import views as clients_views
from practice.clinic import (
    absence_views,
    hours_views,
    limits_api,
    limits_views,
    policy_views,
    practice_api,
    therapists_api,
)
from practice.clinic import api as clinic_api
from practice.clinic import views as clinic_views
from practice.desk import refusal_pages
from practice.desk.absences import views as absence_pages
from practice.desk.appointment import last_act_views
from practice.desk.appointment import views as appointment_views
from practice.desk.blocks import busy_views
from practice.desk.blocks import views as blocks_views
from practice.desk.booking import parked_views, repeat_views
from practice.desk.booking import views as booking_views
from practice.desk.calendars import views as calendar_address_views
from practice.desk.calls import views as calls_views
from practice.desk.client import find_views, merge_views
from practice.desk.client import views as client_views
from practice.desk.course import views as course_views
from practice.desk.diary import sheet_views
from practice.desk.diary import views as diary_views
from practice.desk.mail import views as messages_views
from practice.desk.mail import worker_views
from practice.desk.month import views as month_views
from practice.desk.my_day import views as my_day_views
from practice.desk.plans import list_views as plan_list_views
from practice.desk.plans import new_views as new_plan_views
from practice.desk.plans import (
    outcome_views,
    programme_views,
    reassessing_views,
    revising_views,
    withdrawing_views,
)
from practice.desk.plans import views as plan_views
from practice.desk.safety import clinical_views, escalation_views, signing_views
from practice.desk.safety import views as safety_views
from practice.desk.today import behind_views
from practice.desk.today import views as today_views
from practice.desk.visit_record import body_map_views, note_views
from practice.desk.visit_record import views as visit_record_views
from practice.desk.wait_list import views as wait_list_views
from practice.portal import calendar_views, form_views, offer_views
from practice.portal import views as portal_views
from practice.reminders import api as messages_api
from practice.reminders.texts import api as texts_api
from practice.reminders.texts import views as texts_views
from practice.scheduling.absences import api as absences_api
from practice.scheduling.appointments import acts_api, holds_api
from practice.scheduling.appointments import api as appointments_api
from practice.scheduling.blocks import api as blocks_api
from practice.scheduling.blocks import busy_api
from practice.scheduling.calendar import api as calendar_api
from practice.scheduling.free_time import api as availability_api
from practice.scheduling.linking import api as linking_api
from practice.scheduling.merging import api as merging_api
from practice.scheduling.series import api as series_api
from practice.scheduling.wait_list import api as wait_list_api
from practice.treatment_plans import (
    clearances_api,
    courses_api,
    episodes_api,
    plan_acts_api,
    plan_parts_api,
    plans_api,
    safety_api,
    visit_api,
)
from practice.visits import api as visits_api
from practice.visits.notes import api as notes_api

API_BLUEPRINTS: tuple[ApiBlueprint, ...] = (
    accounts_api.blueprint,
    users_api.blueprint,
    audit_api.blueprint,
    clinic_api.blueprint,
    limits_api.blueprint,
    therapists_api.blueprint,
    practice_api.blueprint,
    clients_api.blueprint,
    parts_api.blueprint,
    preferences_api.blueprint,
    availability_api.blueprint,
    calendar_api.blueprint,
    appointments_api.blueprint,
    acts_api.blueprint,
    holds_api.blueprint,
    absences_api.blueprint,
    merging_api.blueprint,
    wait_list_api.blueprint,
    series_api.blueprint,
    linking_api.blueprint,
    visits_api.blueprint,
    notes_api.blueprint,
    visit_api.blueprint,
    episodes_api.blueprint,
    plans_api.blueprint,
    plan_acts_api.blueprint,
    plan_parts_api.blueprint,
    courses_api.blueprint,
    safety_api.blueprint,
    clearances_api.blueprint,
    blocks_api.blueprint,
    busy_api.blueprint,
    messages_api.blueprint,
    texts_api.blueprint,
)

PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_views.blueprint,
    lock_views.blueprint,
    users_views.blueprint,
    audit_views.blueprint,
    backup_views.blueprint,
    today_views.blueprint,
    behind_views.blueprint,
    my_day_views.blueprint,
    visit_record_views.blueprint,
    body_map_views.blueprint,
    note_views.blueprint,
    sheet_views.blueprint,
    month_views.blueprint,
    diary_views.blueprint,
    appointment_views.blueprint,
    last_act_views.blueprint,
    booking_views.blueprint,
    repeat_views.blueprint,
    parked_views.blueprint,
    find_views.blueprint,
    calls_views.blueprint,
    absence_pages.blueprint,
    blocks_views.blueprint,
    busy_views.blueprint,
    messages_views.blueprint,
    worker_views.blueprint,
    texts_views.blueprint,
    client_views.blueprint,
    safety_views.blueprint,
    clinical_views.blueprint,
    clinical_views.inbox_blueprint,
    signing_views.blueprint,
    escalation_views.blueprint,
    calendar_address_views.blueprint,
    wait_list_views.blueprint,
    course_views.blueprint,
    plan_list_views.blueprint,
    outcome_views.blueprint,
    plan_views.blueprint,
    new_plan_views.blueprint,
    revising_views.blueprint,
    reassessing_views.blueprint,
    programme_views.blueprint,
    withdrawing_views.blueprint,
    refusal_pages.blueprint,
    merge_views.blueprint,
    clients_views.blueprint,
    parts_views.blueprint,
    preference_views.blueprint,
    clinic_views.blueprint,
    limits_views.blueprint,
    hours_views.blueprint,
    absence_views.blueprint,
    policy_views.blueprint,
    portal_views.blueprint,
    offer_views.blueprint,
    form_views.blueprint,
    calendar_views.blueprint,
)
