"""Which words tell what a visit is for."""

import pytest

from practice.clinic.neutrality import telling_words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your massage on Monday", ("massage",)),
        ("Votre séance de massothérapie", ("séance", "massothérapie")),
        ("VISIT 4 of 10", ("4 of 10",)),
        ("rendez-vous 3 sur 12", ("3 sur 12",)),
        ("Your sciatica treatment", ("sciatica", "treatment")),
        ("How is your back?", ("your back",)),
        ("Votre ordonnance du médecin", ("médecin",)),
        ("Do your exercises", ("exercises",)),
    ],
)
def test_a_word_that_tells_is_found_as_it_was_written(text: str, found: tuple[str, ...]) -> None:
    assert set(found) <= set(telling_words(text))


@pytest.mark.parametrize(
    "text",
    [
        "We look forward to seeing you back on Monday at 2:00 p.m.",
        "Please ring the bell at the blue door; parking is behind the house.",
        "Sauf si vous êtes malade, merci de nous le dire avant lundi.",
        "If you are ill, tell us. A cancellation costs 50 % of the price.",
        "Nous nous réjouissons de vous voir, rue du Parc, au 2e étage.",
    ],
)
def test_plain_words_pass(text: str) -> None:
    assert telling_words(text) == ()
