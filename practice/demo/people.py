"""The clients of the demo practice besides the stories: people whom a desk would believe. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from practice.core.text import fold_word

AREA_CODES = (416, 647, 905, 289)

# Name and age; every sixth has no mail address, as at a real desk.
NEIGHBOURS = """
Adaeze Nwosu 34 | Albert Fairweather 78 | Alejandra Ruiz 41 | Amrit Sandhu 29 | Andrea Baumgartner 52
Anil Deshpande 47 | Asel Bekova 26 | Beatriz Carvalho 38 | Benedict Osei 61 | Bronwyn Pugh 55
Caleb Whitehorse 31 | Camille Tremblay 44 | Carmen Delgado 67 | Cecilia Lindgren 36 | Chinonso Eze 25
Claire Abernathy 58 | Dalia Mansour 33 | Daniel Rosenthal 49 | Deepa Iyer 42 | Dimitri Papadakis 70
Dorothy Penhaligon 81 | Edward Blackwood 64 | Elif Yilmaz 30 | Emily Cardinal 23 | Esther Mbeki 46
Ewa Nowak 39 | Farah Siddiqui 35 | Felix Moreau 28 | Fiona Gallagher 53 | Francis Adjei 57
George Hatzis 74 | Giulia Ferri 32 | Grace Okello 45 | Gurpreet Gill 50 | Hana Kobayashi 27
Harold Pickering 79 | Hector Salazar 48 | Imogen Thwaite 22 | Ingrid Solberg 69 | Isaac Friedman 37
Ivana Petrovic 43 | Jacob Running 24 | Jasmine Clarke 31 | Jean Baptiste 66 | Jiho Park 34
Joan Whitcombe 72 | Jorge Medina 54 | Josephine Amoah 40 | Kamal Haidar 59 | Karin Schaefer 63
Keisha Brown 29 | Kenji Watanabe 56 | Laila Farouk 38 | Lars Eriksen 65 | Leticia Gomez 47
Liam O'Rourke 33 | Ludmila Horak 76 | Malcolm Tate 60 | Manon Bergeron 36 | Marcus Bell 41
Maria Santangelo 71 | Martha Greyeyes 49 | Mei-Ling Chow 44 | Michael Dufresne 26 | Mina Tehrani 30
Monique Cyr 62 | Nadine Achebe 35 | Naveed Chaudhry 51 | Neil Sutherland 68 | Nora Haugen 28
Olga Marchenko 57 | Oliver Trask 19 | Olumide Bankole 39 | Paloma Vega 32 | Patrick Doherty 46
Petra Vogel 54 | Priya Menon 37 | Quentin Lacroix 43 | Rafael Ortega 25 | Rashida Karim 48
Rebecca Stein 31 | Roger Ouellette 73 | Rosa Caruso 84 | Ruth Kiplagat 52 | Sanjay Kulkarni 45
Sasha Volkov 27 | Shirin Rostami 40 | Siobhan Keane 34 | Stefan Ionescu 58 | Sunita Rao 61
Tamsin Hartley 29 | Tariq Aziz 36 | Thandiwe Dube 42 | Theodore Lam 33 | Ursula Brandl 75
Valentina Rossi 38 | Victor Nakamura 50 | Wendy Charron 47 | William Tootoosis 63 | Xiomara Luna 24
Yasmin Rahal 35 | Zofia Wieczorek 41
"""


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who speaks for a client: another of these people, by key."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One client; ``key`` names her within the demo, ``alert`` is a desk alert (kind, text)."""

    key: str
    first_name: str
    last_name: str
    born_on: date
    email: str = ""
    phone: str = ""
    preferred_name: str = ""
    pronouns: str = ""
    language: str = "en"
    alert: tuple[str, str] | None = None
    guardian: Guardian | None = None
    agrees_to_mail: bool = True
    desk_note: str = ""


def born(today: date, age: int, offset: int = 0) -> date:
    """Return a birthday on which the person is *age* years old today; *offset* spreads them over the year."""
    return today - timedelta(days=age * 365 + age // 4 + 20 + offset % 300)


def telephone(number: int) -> str:
    """Return one of the numbers that are kept free for fiction."""
    return f"{AREA_CODES[number // 100 % len(AREA_CODES)]} 555-01{number % 100:02d}"


def mail_address(first_name: str, last_name: str) -> str:
    """Return the fictional address of a person."""
    return f"{fold_word(first_name)}.{fold_word(last_name)}@example.com"


def neighbours(today: date) -> list[Person]:
    """Return the many whom nothing sets apart."""
    entries = [entry.strip() for line in NEIGHBOURS.strip().splitlines() for entry in line.split("|")]
    return [_neighbour(today, number, entry) for number, entry in enumerate(entries)]


def _neighbour(today: date, number: int, entry: str) -> Person:
    name, age = entry.rsplit(" ", 1)
    first, last = name.split(" ", 1)
    return Person(
        key=fold_word(name),
        first_name=first,
        last_name=last,
        born_on=born(today, int(age), number * 7),
        email="" if number % 6 == 5 else mail_address(first, last),
        phone=telephone(number),
    )


def remarkable(today: date) -> list[Person]:
    """Return the people who put a desk to the test: namesakes, families, no mail, accents, alerts."""
    return [*_namesakes(today), *_couple(today), *_family(today), *_hard_to_reach(today), *_with_alerts(today)]


def _namesakes(today: date) -> list[Person]:
    one = Person(
        key="anna-elder",
        first_name="Anna",
        last_name="Kowalski",
        born_on=born(today, 62),
        email="a.kowalski@example.com",
        phone=telephone(201),
    )
    other = replace(
        one, key="anna-younger", born_on=born(today, 35, 40), email="anna.kowalski@example.com", phone=telephone(202)
    )
    return [one, other]


def _couple(today: date) -> list[Person]:
    mailbox = "marsh.family@example.com"
    helen = Person(
        key="helen",
        first_name="Helen",
        last_name="Marsh",
        born_on=born(today, 58),
        email=mailbox,
        phone=telephone(203),
    )
    return [helen, replace(helen, key="robert", first_name="Robert", born_on=born(today, 60, 90))]


def _family(today: date) -> list[Person]:
    mother = Person(
        key="ifeoma",
        first_name="Ifeoma",
        last_name="Balogun",
        born_on=born(today, 41),
        email="ifeoma.balogun@example.com",
        phone=telephone(204),
    )
    child = Person(
        key="tobi",
        first_name="Tobi",
        last_name="Balogun",
        born_on=born(today, 15, 120),
        guardian=Guardian("ifeoma"),
    )
    return [mother, child, replace(child, key="ada", first_name="Ada", born_on=born(today, 12, 30))]


def _hard_to_reach(today: date) -> list[Person]:
    return [
        Person(
            key="walter",
            first_name="Walter",
            last_name="Ackroyd",
            born_on=born(today, 77),
            phone=telephone(205),
            desk_note="Landline only; best before noon.",
        ),
        Person(
            key="genevieve",
            first_name="Geneviève",
            last_name="Lefèbvre-Côté",
            born_on=born(today, 46),
            email="genevieve.lefebvre@example.com",
            phone=telephone(206),
            language="fr",
        ),
        Person(
            key="bounced",
            first_name="Curtis",
            last_name="Hollowell",
            born_on=born(today, 44),
            email="curtis.hollowell@bounce.example.com",
            phone=telephone(207),
        ),
        Person(
            key="declined",
            first_name="Margit",
            last_name="Sorensen",
            born_on=born(today, 66),
            email="margit.sorensen@example.com",
            phone=telephone(208),
            agrees_to_mail=False,
        ),
        Person(
            key="curious",
            first_name="Desmond",
            last_name="Achterhof",
            born_on=born(today, 53),
            phone=telephone(212),
            desk_note="Came in without an appointment.",
        ),
    ]


def _with_alerts(today: date) -> list[Person]:
    return [
        Person(
            key="stepfree",
            first_name="Bernard",
            last_name="Quigley",
            preferred_name="Bernie",
            born_on=born(today, 80),
            phone=telephone(209),
            email="bernard.quigley@example.com",
            alert=("step_free", "Walks with a frame: room on the ground floor"),
        ),
        Person(
            key="scentfree",
            first_name="Alexandra",
            last_name="Winter",
            preferred_name="Alex",
            pronouns="they/them",
            born_on=born(today, 33),
            phone=telephone(210),
            email="alex.winter@example.com",
            alert=("scent_free", "No scented oil or candle in the room"),
        ),
        Person(
            key="interpreter",
            first_name="Bao",
            last_name="Tran",
            born_on=born(today, 59),
            phone=telephone(211),
            email="bao.tran@example.com",
            alert=("interpreter", "Her daughter interprets on the phone"),
        ),
    ]
