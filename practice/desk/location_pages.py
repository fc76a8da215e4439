"""At which location the desk works: what an address asks for, else what was chosen last in this browser."""

from flask import Response, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import Location

COOKIE = "location"
A_YEAR = 365 * 24 * 3600
LONGEST = 36


def asked_location(session: Session) -> str:
    """Return the uid of the location asked for or remembered; empty for the usual one."""
    asked = request.args.get("at")
    if asked is not None:
        return asked
    remembered = request.cookies.get(COOKIE, "")[:LONGEST]
    if not remembered:
        return ""
    return session.scalar(select(Location.uid).where(Location.uid == remembered, Location.is_active)) or ""


def remember_location(response: Response) -> Response:
    """Keep the location that a page showed because its address asked for it."""
    asked = request.args.get("at", "")
    if asked and response.status_code == 200 and request.method == "GET":
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(COOKIE, asked, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
