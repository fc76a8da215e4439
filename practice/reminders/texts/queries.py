"""Reads of the practice's own texts: those in force, and every edition of one."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.core.errors import NotFound
from practice.reminders.texts.models import MessageText
from practice.reminders.texts.names import LANGUAGES, Edition, Parts, TextName, Texts, Which
from practice.reminders.typography import typeset

MOST_EDITIONS = 50


def texts_in_force(session: Session) -> Texts:
    """Return the practice's own texts; one statement."""
    found = [_edition(row) for row in session.scalars(_newest()) if not row.is_standard]
    return Texts({(each.name, each.language): each for each in found})


def newest_editions(session: Session) -> Mapping[tuple[str, str], MessageText]:
    """Return the newest edition of each text that was ever changed, by name and language; one statement."""
    return {(row.name, row.language): row for row in session.scalars(_newest())}


def newest_edition(session: Session, which: Which) -> MessageText | None:
    """Return the newest edition of a text, None while the standard words have always been used."""
    return session.scalars(_newest().where(*_is(which))).one_or_none()


def list_editions(session: Session, which: Which) -> Sequence[tuple[MessageText, str | None]]:
    """Return the editions of one text with who wrote each, the newest first."""
    rows = (
        select(MessageText, User.name)
        .outerjoin(User, User.id == MessageText.created_by_id)
        .where(*_is(which))
        .order_by(MessageText.number.desc())
        .limit(MOST_EDITIONS)
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def get_edition(session: Session, which: Which, number: int) -> MessageText:
    """Return one edition; raises ``NotFound``."""
    row = session.scalars(select(MessageText).where(*_is(which), MessageText.number == number)).one_or_none()
    if row is None:
        raise NotFound("There is no such edition.")
    return row


def read_name(name: str, language: str) -> Which:
    """Return a text and a language as an address names them; raises ``NotFound``."""
    if name not in set(TextName) or language not in LANGUAGES:
        raise NotFound("There is no such text.")
    return Which(TextName(name), language)


def _is(which: Which) -> tuple[ColumnElement[bool], ...]:
    return MessageText.name == which.name, MessageText.language == which.language


def parts_of(row: MessageText) -> Parts:
    """Return the words of an edition."""
    return Parts(row.subject, row.lead, row.foot)


def _edition(row: MessageText) -> Edition:
    set_right = Parts(*(typeset(part, row.language) for part in (row.subject, row.lead, row.foot)))
    return Edition(TextName(row.name), row.language, row.number, set_right)


def _newest() -> Select[MessageText]:
    last = select(MessageText.name, MessageText.language, func.max(MessageText.number).label("number"))
    newest = last.group_by(MessageText.name, MessageText.language).subquery()
    is_newest = and_(
        MessageText.name == newest.c.name,
        MessageText.language == newest.c.language,
        MessageText.number == newest.c.number,
    )
    return select(MessageText).join(newest, is_newest)
