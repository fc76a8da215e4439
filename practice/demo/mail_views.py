"""``/demo/mail``: the local mailbox in the browser. Everybody may read it, for everybody in it is fictional."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.policy import requires
from practice.demo.mailbox import Mailbox, part_of, read_mail
from practice.demo.premises import ZONE
from practice.web.framing import framed
from practice.web.pages import render_page
from practice.web.pagination import Pagination, page_number

PAGE_SIZE = 40
SHORT_SEARCH = 80

blueprint = Blueprint("demo_mail", __name__, template_folder="templates")


def _mailbox() -> Mailbox:
    return Mailbox(Path(current_app.extensions["settings"].mailbox_folder))


def _content(name: str) -> bytes:
    content = _mailbox().find(name)
    if content is None:
        abort(404)
    return content


@blueprint.get("/demo/mail")
@requires("demo_mailbox.read")
def list_mails() -> AnyResponse:
    """Show the mails, newest first; ``?to=`` narrows them to one address."""
    to = request.args.get("to", "")[:SHORT_SEARCH]
    mailbox = _mailbox()
    pagination = Pagination(page_number(request.args.get("page")), PAGE_SIZE, mailbox.count(to=to))
    mails = mailbox.page(offset=pagination.offset, size=PAGE_SIZE, to=to)
    return render_page("demo/mails.html", mails=mails, to=to, pagination=pagination, zone=ZONE)


@blueprint.get("/demo/mail/<name>")
@requires("demo_mailbox.read")
def show_mail(name: str) -> AnyResponse:
    """Show one mail: its head, its text, and its designed body in a frame."""
    mail = read_mail(_content(name))
    return render_page(
        "demo/mail.html",
        name=name,
        mail=mail,
        text=part_of(mail, "text/plain"),
        calendar=part_of(mail, "text/calendar"),
    )


@blueprint.get("/demo/mail/<name>/body")
@requires("demo_mailbox.read")
def show_body(name: str) -> Response:
    """Show the designed body of a mail, shut in."""
    return framed(render_template("demo/body.html", body=part_of(read_mail(_content(name)), "text/html")))


@blueprint.get("/demo/mail/<name>/invite.ics")
@requires("demo_mailbox.read")
def download_calendar(name: str) -> Response:
    """Give the calendar part as a file."""
    calendar = part_of(read_mail(_content(name)), "text/calendar")
    if not calendar:
        abort(404)
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"'}
    return Response(calendar, mimetype="text/calendar", headers=headers)


@blueprint.get("/demo/mail/<name>/source")
@requires("demo_mailbox.read")
def show_source(name: str) -> Response:
    """Give the mail byte by byte."""
    return Response(_content(name), mimetype="text/plain")
