"""The words of messages in French; neutral by the same rule as the English ones. Pure."""

from practice.reminders.kinds import MessageKind
from practice.reminders.wording import Wording

FRENCH = Wording(
    subjects={
        MessageKind.CONFIRMATION: "Votre rendez-vous du {{day}} à {{clock}}",
        MessageKind.REMINDER: "Rappel : {{day}} à {{clock}}",
        MessageKind.CALL_US: "Merci de nous appeler avant le {{day}}",
        MessageKind.MOVED: "Changement : votre rendez-vous est le {{day}} à {{clock}}",
        MessageKind.CANCELLED: "Annulé : votre rendez-vous du {{day}} à {{clock}}",
        MessageKind.PASSED_ON: "Ce n’est plus votre heure : {{day}} à {{clock}}",
        MessageKind.OFFER: "Une place pour vous : {{day}} à {{clock}}",
        MessageKind.TIMES: "Merci de choisir une autre heure : {{day}} à {{clock}} n’est plus possible",
        MessageKind.FORM: "Un court formulaire avant le {{day}}",
    },
    leads={
        MessageKind.CONFIRMATION: "Votre rendez-vous est réservé.",
        MessageKind.REMINDER: "Nous nous réjouissons de vous voir.",
        MessageKind.CALL_US: "Nous gardons cette heure pour vous, mais il manque encore une chose. Merci de nous "
        "appeler avant.",
        MessageKind.MOVED: "Votre rendez-vous a changé. Voici ce qui est vrai maintenant.",
        MessageKind.CANCELLED: "Ce rendez-vous est annulé. Vous n’avez pas besoin de venir.",
        MessageKind.PASSED_ON: "Ce rendez-vous n’est plus le vôtre. Vous n’avez pas besoin de venir.",
        MessageKind.OFFER: "Une heure s’est libérée qui pourrait vous convenir. Nous la gardons un moment pour vous.",
        MessageKind.TIMES: "Nous sommes désolés : ce rendez-vous ne peut pas avoir lieu comme convenu. Merci de "
        "choisir une autre heure.",
        MessageKind.FORM: "Avant votre rendez-vous, nous avons besoin de quelques réponses. Cela prend environ trois "
        "minutes.",
    },
    tentative_lead="Nous gardons cette heure pour vous. Merci de nous appeler avant votre visite.",
    tentative_form_lead="Nous gardons cette heure pour vous. Il nous manque encore vos réponses à un court "
    "formulaire, qui vient dans un message à part.",
    greeting="Bonjour {{recipient}},",
    about_somebody="Il s’agit du rendez-vous de {{client}}.",
    day_and_time="{{day}} à {{clock}}",
    zone_note="({{zone}})",
    time_zone="Fuseau horaire",
    colon=" :",
    when="Quand",
    was="Avant",
    how_long="Durée",
    minutes="{{minutes}} minutes",
    arrive_early="{{minutes}} minutes, merci d’arriver {{early}} minutes plus tôt",
    with_whom="Avec",
    where="Où",
    by_phone="Nous vous appelons",
    phone="Téléphone",
    free_then_fee=(
        "Jusqu’au {{free_until}}, vous pouvez annuler ou déplacer sans frais ; "
        "après, une annulation coûte {{fee}} % du prix."
    ),
    no_fee="Si vous ne pouvez pas venir, merci de nous le dire avant le {{free_until}}.",
    fee_now=(
        "Si vous ne pouvez pas venir, merci de nous le dire. Une annulation coûte maintenant {{fee}} % du prix, sauf "
        "si vous êtes malade."
    ),
    manage="Confirmer, déplacer ou annuler",
    book_again="Pour trouver une autre heure, appelez-nous au {{phone}}.",
    why_you_get_this="Vous recevez ce message parce qu’un rendez-vous a été pris pour vous chez {{practice}}.",
    stop="Ne plus recevoir de rappels",
    event_title="Rendez-vous avec {{therapist}}",
    answer="Voir et répondre",
    answer_until=(
        "Elle est à vous si vous l’acceptez avant le {{answer_until}} ; après, nous la proposons à quelqu’un d’autre."
    ),
    why_offered="Vous recevez ce message parce que vous avez demandé à {{practice}} de vous signaler une heure libre.",
    stop_offers="Ne plus recevoir ces offres",
    choice="Vous pouvez avoir",
    choose="Choisir une de ces heures",
    choose_until=(
        "Nous gardons ces heures pour vous jusqu’au {{answer_until}}. Si aucune ne vous convient, appelez-nous."
    ),
    fill_in="Remplir le formulaire",
    fill_in_else="Si vous préférez le remplir ici, merci de venir un peu plus tôt.",
    subjects_of_several={
        MessageKind.CONFIRMATION: "Vos rendez-vous, le premier le {{day}} à {{clock}}",
        MessageKind.MOVED: "Changement : vos rendez-vous, le premier maintenant le {{day}} à {{clock}}",
        MessageKind.CANCELLED: "Annulé : vos rendez-vous, le premier du {{day}} à {{clock}}",
    },
    subject_of_changes="Changements de vos rendez-vous",
    leads_of_several={
        MessageKind.CONFIRMATION: "Ces rendez-vous sont réservés.",
        MessageKind.MOVED: "Ces rendez-vous ont changé. Voici ce qui est vrai maintenant.",
        MessageKind.CANCELLED: "Ces rendez-vous sont annulés. Vous n’avez pas besoin de venir.",
    },
    tentative_lead_of_several="Nous gardons ces heures pour vous. Merci de nous appeler avant votre visite.",
    about_several="Il s’agit des rendez-vous de {{client}}.",
    free_then_fee_of_several=(
        "Vous pouvez annuler ou déplacer chacun d’eux sans frais jusqu’à {{notice}} avant ; "
        "après, une annulation coûte {{fee}} % du prix."
    ),
    no_fee_of_several="Si vous ne pouvez pas venir à l’un d’eux, merci de nous le dire au moins {{notice}} avant.",
)
