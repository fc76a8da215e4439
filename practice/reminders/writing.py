"""From a claimed message to the bytes that leave: letters are put together here, for mails and for previews."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.clinic.models import PracticeSettings
from practice.config import Settings
from practice.reminders.context import truth_of
from practice.reminders.facts import Truth
from practice.reminders.judging import Claimed, Mail
from practice.reminders.kinds import MessageKind
from practice.reminders.letters import Before, Digest, Entry, House, Letter, VisitDetails
from practice.reminders.links import Links, offer_url, stop_offers_url
from practice.reminders.mail_format import Envelope, write_mail
from practice.reminders.texts.names import Texts
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.telling import AppointmentFacts
from practice.web.formatting import Style


@dataclass(frozen=True, slots=True)
class Sender:
    """What differs between installations: the sending address, where links lead and the key that seals them."""

    address: str
    base_url: str
    link_key: str


def sender_of(settings: Settings) -> Sender:
    """Return the sender that this installation's settings name."""
    return Sender(settings.mail_from, settings.base_url, settings.link_key)


def house_of(settings: PracticeSettings, sender: Sender) -> House:
    """Return the practice as it signs."""
    return House(
        alias=settings.sender_alias,
        address=sender.address,
        base_url=sender.base_url,
        reply_to=settings.reply_to,
        cancel_notice=timedelta(minutes=settings.cancel_notice_minutes),
        late_fee_percent=settings.late_cancel_fee_percent,
        style=Style(settings.locale, settings.currency),
    )


def details_of(facts: AppointmentFacts, truth: Truth, sequence: int) -> VisitDetails:
    """Return a visit as its client sees it; *truth* is the time that the letter speaks of."""
    return VisitDetails(
        uid=facts.uid,
        sequence=sequence,
        starts_at=truth.starts_at,
        ends_at=truth.starts_at + (facts.ends_at - facts.starts_at),
        zone=truth.zone,
        therapist=truth.therapist_name,
        address=facts.address,
        phone=facts.location_phone,
        early_minutes=facts.arrive_early_minutes,
        is_by_phone=facts.is_by_phone,
        is_tentative=facts.state is AppointmentState.TENTATIVE,
        lacks_form=facts.lacks_form,
    )


def _letter(mail: Mail, manage_url: str, stop_url: str, now: datetime) -> Letter:
    """Return the letter of one message: whoever gets it for a client is told whom it is about."""
    claimed = mail.lead
    return Letter(
        kind=claimed.kind,
        language=claimed.language,
        recipient=claimed.recipient,
        greeted_as=claimed.first_name if claimed.is_own else claimed.recipient.name,
        about="" if claimed.is_own else claimed.first_name,
        visit=details_of(claimed.facts, claimed.tells.truth, claimed.sequence),
        before=_before(claimed),
        manage_url=manage_url,
        stop_url=stop_url,
        message_id=mail.message_id,
        written_at=now,
        answer_until=claimed.answer_until,
        choices=tuple(Before(each.starts_at, each.zone, each.therapist_name) for each in claimed.choices),
    )


def _before(claimed: Claimed) -> Before | None:
    if claimed.kind is not MessageKind.MOVED or claimed.told is None:
        return None
    told = claimed.told.truth
    return None if told == truth_of(claimed.facts) else Before(told.starts_at, told.zone, told.therapist_name)


@dataclass(frozen=True, slots=True)
class Office:
    """What all mails of one round share: who sends them, by which policies and with which words."""

    sender: Sender
    settings: PracticeSettings
    texts: Texts

    @property
    def house(self) -> House:
        """Return the practice as it signs."""
        return house_of(self.settings, self.sender)


def write(mail: Mail, office: Office, now: datetime) -> Envelope:
    """Return one mail as it leaves; raises ``ValueError`` for contents that no mail can carry."""
    sender = office.sender
    content = write_mail(contents(mail, sender, now), office.house, office.texts)
    return Envelope(sender.address, mail.lead.recipient.address, content)


def contents(mail: Mail, sender: Sender, now: datetime) -> Letter | Digest:
    """Return what one mail says, with the links that it carries."""
    claimed, seal = mail.lead, (sender.base_url, sender.link_key)
    if claimed.kind is MessageKind.OFFER:
        return _letter(mail, offer_url(*seal, claimed.manage), stop_offers_url(*seal, claimed.stop), now)
    manage = {part.facts.id: part.manage for part in mail.parts}
    links = Links(*seal, manage, {claimed.client_id: claimed.stop})
    if claimed.kind is MessageKind.PASSED_ON:
        # The page of the visit is somebody else's now.
        return _letter(mail, "", links.stop_url(claimed.client_id), now)
    if len(mail.parts) > 1:
        return _digest(mail, links, now)
    leads_to = links.form_url if claimed.kind is MessageKind.FORM else links.manage_url
    return _letter(mail, leads_to(claimed.facts.id), links.stop_url(claimed.client_id), now)


def _digest(mail: Mail, links: Links, now: datetime) -> Digest:
    lead = mail.lead
    return Digest(
        language=lead.language,
        recipient=lead.recipient,
        greeted_as=lead.first_name if lead.is_own else lead.recipient.name,
        about="" if lead.is_own else lead.first_name,
        entries=tuple(_entry(part, links) for part in mail.parts),
        stop_url=links.stop_url(lead.client_id),
        message_id=mail.message_id,
        written_at=now,
    )


def _entry(part: Claimed, links: Links) -> Entry:
    details = details_of(part.facts, part.tells.truth, part.sequence)
    return Entry(part.kind, details, _before(part), links.manage_url(part.facts.id))
