"""The practice's own templates beside the five that come with the product."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.treatment_plans.blocks import Block, Shape, faults_of
from practice.treatment_plans.errors import ImpossibleCourse
from practice.treatment_plans.models import OwnTemplate, OwnTemplateBlock
from practice.treatment_plans.templates import TEMPLATES, Template

MOST_OWN = 50


def find_template(session: Session, code: str) -> Template:
    """Return a template by its code, the practice's own first; raises ``NotFound``."""
    for template in list_own_templates(session):
        if template.code == code:
            return template
    if code not in TEMPLATES:
        raise NotFound("There is no such template.")
    return TEMPLATES[code]


def list_own_templates(session: Session) -> Sequence[Template]:
    """Return the templates of the practice's own that are in use."""
    wanted = select(OwnTemplate).where(OwnTemplate.is_active).options(selectinload(OwnTemplate.blocks))
    return [_template(row) for row in session.scalars(wanted.order_by(OwnTemplate.name).limit(MOST_OWN))]


def list_templates(session: Session) -> Sequence[Template]:
    """Return every template to choose from; one of the practice's own hides ours of the same code."""
    own = list_own_templates(session)
    hidden = {template.code for template in own}
    return [*(template for code, template in TEMPLATES.items() if code not in hidden), *own]


def save_template(
    session: Session, *, code: str, name: str, shape: Shape, is_active: bool = True, actor: Actor, now: datetime
) -> OwnTemplate:
    """Write a template of the practice's own under a code, over the one there was. Raises :class:`ImpossibleCourse`."""
    if faults := faults_of(shape):
        raise ImpossibleCourse(faults)
    wanted = select(OwnTemplate).where(OwnTemplate.code == code).options(selectinload(OwnTemplate.blocks))
    row = session.scalars(wanted).one_or_none() or OwnTemplate(uid=new_uid(), code=code, blocks=[])
    row.name, row.minutes, row.is_active = name, shape.minutes, is_active
    row.checkpoints = " ".join(map(str, shape.checkpoints))
    row.blocks = []
    session.add(row)
    session.flush()
    row.blocks = [_row(position, block) for position, block in enumerate(shape.blocks)]
    session.flush()
    record(session, Event("plan_template.save", "plan_template", row.uid, actor, now, {"code": code}))
    return row


def _row(position: int, block: Block) -> OwnTemplateBlock:
    return OwnTemplateBlock(
        position=position,
        times=block.times,
        every_weeks=block.every_weeks,
        periods=block.periods,
        gap_min_days=block.gap_min,
        gap_max_days=block.gap_max,
    )


def _template(row: OwnTemplate) -> Template:
    blocks = tuple(
        Block(block.times, block.every_weeks, block.periods, block.gap_min_days, block.gap_max_days)
        for block in row.blocks
    )
    checkpoints = tuple(int(number) for number in row.checkpoints.split())
    return Template(row.code, row.name, Shape(blocks, row.minutes, checkpoints))
