from __future__ import annotations

import pytest

from declarations.names import flags_of, skeleton
from tests import factories


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("Gdańsk", []),
        ("Πειραιάς", []),
        ("Київ", []),
        ("Saint-Étienne", []),
        ("Ville d’Évry-Courcouronnes", []),
        ("Rīga", []),
        ("София / Sofia", []),
        ("Mairie de Παρίσι", []),
        ("Gd\u0430ńsk", ["mixed_scripts"]),  # a Cyrillic а
        ("Ρiraeus", ["mixed_scripts"]),  # a Greek Ρ
        ("Li\u200bège", ["invisible"]),
        ("Li\u00adège", ["invisible"]),
        ("Liège\u3164", ["invisible"]),
        ("Liège\U000e0041", ["invisible"]),
        ("Liège\ufe0f", ["invisible"]),
        ("\u202eegèiL", ["direction"]),
        ("Liège\u200f", ["direction"]),
        ("Lie\u0300ge", ["not_composed"]),
        ("Gd\u0430\u200bn\u0301sk\u202e", ["mixed_scripts", "invisible", "direction", "not_composed"]),
        ("", []),
        ("\x00", []),
    ],
)
def test_a_name_by_itself(name: str, flags: list[str]) -> None:
    assert flags_of(name) == flags


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "Раris"),  # Cyrillic Ра
        ("Paris", "РАRIS"),
        ("Paris", "PARIS"),
        ("Paris", "Ｐａｒｉｓ"),  # full width
        ("Liège", "Liege"),
        ("Liège", "Lie\u0300ge"),
        ("Liège", "Li\u200bège"),
        ("Liège", "\u202eLiège"),
        ("Łódź", "Lodz"),
        ("ΒΕΡΝ", "BEPN"),
        ("Nîmes", "Nirnes"),
        ("Ville-de-Lyon", "Ville de Lyon"),
        ("Köln 1", "Koln l"),
        ("İzmir", "Izmir"),
        ("НОМ", "HOM"),
    ],
)
def test_names_that_may_be_taken_for_each_other(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other) != ""


def test_different_names_are_different() -> None:
    names = [
        "Paris",
        "Riga",
        "Rīga Region",
        "Athens",
        "Αθήνα",
        "Sofia",
        "София",
        "Brest (FR)",
        "Brest (BY)",
        "",
    ]
    assert len({skeleton(name) for name in names}) == len(names)


def test_what_has_no_letter_looks_like_nothing() -> None:
    assert [skeleton(name) for name in ("", "  ", "--")] == ["", "", ""]


def test_what_a_name_looks_like_does_not_change_when_it_is_looked_at_again() -> None:
    names = ["Gd\u0430ńsk", "ΠΕΙΡΑΙΆΣ", "Straße", "Łódź", "Œuvre", "١٢"]
    assert [skeleton(skeleton(name)) for name in names] == [skeleton(name) for name in names]


@pytest.mark.django_db
def test_names_are_stored_composed() -> None:
    apart, composed = "Lie\u0300ge", "Li\u00e8ge"
    names = ("name_en", "name_fr", "name_nl", "full_name_en", "full_name_fr", "full_name_nl", "endonym")
    city = factories.organisation(**dict.fromkeys(names, apart), other_names=["Luik", apart])
    city.refresh_from_db()
    assert [getattr(city, name) for name in names] == [composed] * len(names)
    assert city.other_names == ["Luik", composed]
    assert factories.organisation(other_names=[]).other_names == []
