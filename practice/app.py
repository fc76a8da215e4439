"""The web application's composition root: the one place where features, rules and hooks are assembled."""

from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import practice.tables  # noqa: F401  # the schema must be known before the first query
from practice.accounts.csrf import install_csrf
from practice.accounts.ownership import Ownership, assemble
from practice.accounts.policy import PUBLIC, install_policies
from practice.accounts.refusal_pages import install_refusals
from practice.accounts.views import account_context
from practice.audit.chain import AuditLog
from practice.backup.queries import seconds_since_backup
from practice.clients.sealing import hang_keys, key_ring_of
from practice.clinic.context_pages import install_practice_context
from practice.clinic.ownership import therapist_of_user
from practice.clinic.views import set_up_tabs
from practice.config import Settings
from practice.core.clock import Clock, system_clock
from practice.demo import mail_views
from practice.desk.safety import clinical_views
from practice.desk.shell_views import install_shell
from practice.portal.limits import PORTAL_RULE
from practice.reminders.heartbeat import FOLLOWING, HOUSEKEEPING, SENDING, seconds_since
from practice.routes import API_BLUEPRINTS, PAGE_BLUEPRINTS
from practice.scheduling.claiming.rules import SCHEDULING_RULES, BookingRules
from practice.scheduling.gating.rule import SAFETY_RULE
from practice.scheduling.ownership import own_clients, owns_client
from practice.scheduling.wait_list.behind import assemble_days_behind
from practice.treatment_plans import clearances_api
from practice.treatment_plans.booking_rule import PLAN_RULE
from practice.treatment_plans.cadences import days_behind
from practice.web.api import UidConverter, install_api
from practice.web.database import init_database
from practice.web.formatting import Style
from practice.web.health import Gauge, install_health
from practice.web.pages import install_look
from practice.web.problems import install_problems
from practice.web.request_log import install_request_log
from practice.web.uploads import install_uploads

MAX_BODY_BYTES = 1024 * 1024

BOOKING_RULES: BookingRules = (*SCHEDULING_RULES, PORTAL_RULE, SAFETY_RULE, PLAN_RULE)
"""What may refuse a booking, in order; every verb that takes time is given this tuple."""

OWNERSHIP = Ownership(therapist_of=therapist_of_user, owns=owns_client, own_clients=own_clients)
"""Who owns what, for the policy check of every route."""

HEALTH_GAUGES: dict[str, Gauge] = {
    "seconds_since_mail_worker": partial(seconds_since, job=SENDING),
    "seconds_since_changes_followed": partial(seconds_since, job=FOLLOWING),
    "seconds_since_housekeeping": partial(seconds_since, job=HOUSEKEEPING),
    "seconds_since_backup": seconds_since_backup,
}
"""What ``/ready`` tells about the worker, each job by its own last run."""

LINK_BLUEPRINTS = ("portal", "portal_offers", "portal_forms", "calendars")
"""Pages whose address carries a secret: they send no referrer."""


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Return the application for *settings*; *clock* is injected by tests and the demo."""
    app = Flask("practice", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.extensions["settings"] = settings
    audit_log = AuditLog(settings.audit_key)
    init_database(app, settings.database_url, clock=clock, before_commit=audit_log.append)
    assemble(app.extensions["sessions"], OWNERSHIP)
    assemble_days_behind(app.extensions["sessions"], days_behind)
    hang_keys(app.extensions["sessions"], key_ring_of(settings))
    app.extensions["booking_rules"] = BOOKING_RULES
    app.url_map.converters["uid"] = UidConverter
    install_look(app, style=Style(), link_blueprints=LINK_BLUEPRINTS)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    install_practice_context(app)
    app.jinja_env.globals["set_up_tabs"] = set_up_tabs
    app.context_processor(account_context)
    install_request_log(app)
    install_problems(app)
    install_refusals(app)
    install_health(app, HEALTH_GAUGES)
    install_api(app, API_BLUEPRINTS)
    for pages in PAGE_BLUEPRINTS:
        app.register_blueprint(pages)
    if settings.mailbox_folder:
        app.register_blueprint(mail_views.blueprint)
    install_shell(app)
    install_uploads(app, clinical_views.UPLOADS | clearances_api.UPLOADS)
    install_policies(
        app, elsewhere={"api-docs.openapi_json": PUBLIC, "api_docs": PUBLIC, "health": PUBLIC, "ready": PUBLIC}
    )
    install_csrf(app, secure=settings.is_https)
    return app
