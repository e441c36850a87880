from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageFont

from efus_conference.models import Edition
from programme.actions import release
from programme.cards import FONTS, SERIF, cut, wrap
from programme.models import Session
from tests import factories

BASE = "/editions/liege-2031/"
FACE = ImageFont.truetype(FONTS / SERIF, 60)


@pytest.fixture
def edition(db: None) -> Edition:
    return factories.edition(slug="liege-2031")


@pytest.fixture
def session(edition: Edition) -> Session:
    made = factories.session(edition, code="NGHT22", title_en="Safe nights", title_fr="Nuits sûres")
    release(edition=edition, by=None)
    return made


def picture(response: Any) -> Image.Image:
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    return Image.open(io.BytesIO(response.content))


@pytest.mark.parametrize("address", ["card.png", "sessions/NGHT22/card.png"])
def test_a_card_has_the_size_that_other_sites_ask_for_and_is_small(
    client: Client, session: Session, address: str
) -> None:
    response = client.get(BASE + address)

    assert picture(response).size == (1200, 630)
    assert len(response.content) < 60_000


@pytest.mark.parametrize("address", ["card.png", "sessions/NGHT22/card.png"])
def test_the_same_content_is_the_same_picture_and_is_not_sent_twice(
    client: Client, session: Session, address: str
) -> None:
    first = client.get(BASE + address)
    again = client.get(BASE + address)
    unchanged = client.get(BASE + address, headers={"If-None-Match": first["ETag"]})

    assert [again.content == first.content, unchanged.status_code] == [True, 304]


def test_a_card_shows_what_is_released_in_the_language_asked_for(
    client: Client, edition: Edition, session: Session
) -> None:
    address = f"{BASE}sessions/NGHT22/card.png"
    english, french = client.get(address).content, client.get(f"{address}?lang=fr").content
    session.is_cancelled = True
    session.save()
    draft = client.get(address).content
    release(edition=edition, by=None)
    cancelled = client.get(address).content

    assert [french == english, draft == english, cancelled == english] == [False, True, False]


@pytest.mark.parametrize(
    "title",
    [
        "W" * 300,
        ("Safety by night and by day, " * 12)[:300],
        "Rechtsschutzversicherungsgesellschaftenangestelltenverband " * 5,
        "Ασφαλείς πόλεις και δημοκρατία",
        "Безопасность городов",
        "x",
    ],
    ids=["letters", "sentence", "long words", "greek", "cyrillic", "one letter"],
)
def test_any_title_fits(client: Client, edition: Edition, title: str) -> None:
    factories.session(edition, code="ANY222", title=title[:300])
    release(edition=edition, by=None)
    card = picture(client.get(f"{BASE}sessions/any222/card.png")).convert("L")

    # Nothing is drawn over the margin at the right.
    assert card.crop((1125, 0, 1200, 630)).getextrema()[0] > 200


def test_words_stay_whole_where_they_can_and_lines_within_their_width() -> None:
    lines = wrap("Trust between citizens and public institutions", FACE, 700)
    broken = wrap("Donaudampfschifffahrtsgesellschaftskapitän", FACE, 700)

    assert lines == ["Trust between citizens and", "public institutions"]
    assert [max(map(FACE.getlength, broken)) <= 700, "".join(broken)] == [
        True,
        "Donaudampfschifffahrtsgesellschaftskapitän",
    ]


def test_what_is_cut_says_so() -> None:
    assert [cut("Short", FACE, 700), cut("A" * 100, FACE, 700)[-2:]] == ["Short", "A…"]


@pytest.mark.parametrize(
    "address", ["/editions/atlantis/card.png", f"{BASE}sessions/NOSUCH/card.png", f"{BASE}card.png?lang=xx"]
)
def test_a_card_of_nothing_is_a_sentence(client: Client, session: Session, address: str) -> None:
    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
