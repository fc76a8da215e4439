"""The words of messages by language, with ``{{placeholders}}`` only: nothing in a text is ever evaluated.

Neutral by rule: no service, no diagnosis, no count, and nobody's profession (a mail is read over shoulders).
"""

from collections.abc import Mapping

from practice.reminders.french import FRENCH
from practice.reminders.kinds import MessageKind
from practice.reminders.wording import Wording

FALLBACK_LANGUAGE = "en"


ENGLISH = Wording(
    subjects={
        MessageKind.CONFIRMATION: "Your appointment on {{day}} at {{clock}}",
        MessageKind.REMINDER: "Reminder: {{day}} at {{clock}}",
        MessageKind.CALL_US: "Please call us before {{day}}",
        MessageKind.MOVED: "Changed: your appointment is on {{day}} at {{clock}}",
        MessageKind.CANCELLED: "Cancelled: your appointment on {{day}} at {{clock}}",
        MessageKind.PASSED_ON: "No longer yours: {{day}} at {{clock}}",
        MessageKind.OFFER: "A time for you: {{day}} at {{clock}}",
        MessageKind.TIMES: "Please choose another time: {{day}} at {{clock}} is not possible",
        MessageKind.FORM: "A short form before {{day}}",
    },
    leads={
        MessageKind.CONFIRMATION: "Your appointment is booked.",
        MessageKind.REMINDER: "We look forward to seeing you.",
        MessageKind.CALL_US: "We are keeping this time for you but need one more thing. Please call us before it.",
        MessageKind.MOVED: "Your appointment has changed. This is what is true now.",
        MessageKind.CANCELLED: "This appointment is cancelled. You do not need to come.",
        MessageKind.PASSED_ON: "This appointment is no longer yours. You do not need to come.",
        MessageKind.OFFER: "A time has come free that may suit you. We keep it for you for a while.",
        MessageKind.FORM: "Before your appointment we need a few answers from you. It takes about three minutes.",
        MessageKind.TIMES: "We are sorry: this appointment cannot take place as agreed. Please choose another time.",
    },
    tentative_lead="We are keeping this time for you. Please call us before your visit.",
    tentative_form_lead="We are keeping this time for you. It still needs your answers to a short form, which comes "
    "in a mail of its own.",
    greeting="Hello {{recipient}},",
    about_somebody="This is about the appointment of {{client}}.",
    day_and_time="{{day}} at {{clock}}",
    zone_note="({{zone}})",
    time_zone="Time zone",
    colon=":",
    when="When",
    was="Was",
    how_long="How long",
    minutes="{{minutes}} minutes",
    arrive_early="{{minutes}} minutes, please come {{early}} minutes early",
    with_whom="With",
    where="Where",
    by_phone="We will call you",
    phone="Phone",
    free_then_fee=(
        "Until {{free_until}} you can cancel or move it free of charge; "
        "after that, a cancellation costs {{fee}} % of the price."
    ),
    no_fee="If you cannot come, please tell us before {{free_until}}.",
    fee_now="If you cannot come, please tell us. A cancellation now costs {{fee}} % of the price, unless you are ill.",
    manage="Confirm, move or cancel",
    book_again="To find another time, call us on {{phone}}.",
    why_you_get_this="You get this because an appointment was made with {{practice}} for you.",
    stop="Stop reminders",
    event_title="Appointment with {{therapist}}",
    answer="Look at it and answer",
    answer_until="Until {{answer_until}} it is yours if you accept it; after that we offer it to somebody else.",
    why_offered="You get this because you asked {{practice}} to tell you when a time comes free.",
    stop_offers="Stop these offers",
    choice="You can have instead",
    choose="Choose one of these times",
    choose_until="Until {{answer_until}} we keep these times for you. If none of them suits you, please call us.",
    fill_in="Fill in the form",
    fill_in_else="If you would rather fill it in here, please come a little earlier.",
    subjects_of_several={
        MessageKind.CONFIRMATION: "Your appointments, the first on {{day}} at {{clock}}",
        MessageKind.MOVED: "Changed: your appointments, the first now on {{day}} at {{clock}}",
        MessageKind.CANCELLED: "Cancelled: your appointments, the first on {{day}} at {{clock}}",
    },
    subject_of_changes="Changes to your appointments",
    leads_of_several={
        MessageKind.CONFIRMATION: "These appointments are booked.",
        MessageKind.MOVED: "These appointments have changed. This is what is true now.",
        MessageKind.CANCELLED: "These appointments are cancelled. You do not need to come.",
    },
    tentative_lead_of_several="We are keeping these times for you. Please call us before your visit.",
    about_several="This is about the appointments of {{client}}.",
    free_then_fee_of_several=(
        "You can cancel or move each of them free of charge until {{notice}} before it; "
        "after that, a cancellation costs {{fee}} % of the price."
    ),
    no_fee_of_several="If you cannot come to one of them, please tell us at least {{notice}} before it.",
)

CATALOGUE: Mapping[str, Wording] = {"en": ENGLISH, "fr": FRENCH.typeset_in("fr")}


def spoken(language: str) -> str:
    """Return the language in which somebody who wants *language* is written to (``fr_CA`` in ``fr``), else English."""
    base = language.replace("-", "_").partition("_")[0].lower()
    return base if base in CATALOGUE else FALLBACK_LANGUAGE


def wording(language: str) -> Wording:
    """Return the words for somebody who wants *language*."""
    return CATALOGUE[spoken(language)]
