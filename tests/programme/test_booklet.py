from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Venue, WalkingTime
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    # A line may end anywhere.
    return " ".join(text.replace("\ufffe", "").split())


def booklet(client: Client, query: str = "") -> Any:
    return client.get(f"/editions/liege-2031/programme.pdf{query}")


def test_the_booklet_tells_the_whole_released_programme(client: Client, edition: Edition) -> None:
    halls = Venue.objects.create(edition=edition, slug="halls", name="Halls", address="1 Square")
    tower = Venue.objects.create(edition=edition, slug="tower", name="Tower", order=20)
    WalkingTime.objects.create(first=halls, second=tower, minutes=12)
    chair = factories.speaker(name="Ada Shown", function="Mayor")
    factories.session(
        edition,
        title="Trust",
        abstract="Why cities trust.",
        room=factories.room(edition, name="Agora", venue=halls),
        speakers=(chair,),
    )
    factories.session(
        edition,
        title="By the river",
        starts_at=factories.NINE + timedelta(hours=2),
        hours=3,
        meeting_point="Sign A",
        departs_at=factories.NINE + timedelta(hours=2, minutes=10),
        returns_at=factories.NINE + timedelta(hours=4),
        wheelchair_places=2,
        what_to_bring="Shoes",
    )
    release(edition=edition, by=None)

    answer = booklet(client)

    text = text_of(answer.content)
    assert [answer.status_code, answer["Content-Type"], answer["Access-Control-Allow-Origin"]] == [
        200,
        "application/pdf",
        "*",
    ]
    told = [
        "Wednesday 14 May 2031", "Trust", "Why cities trust.", "09:00 to 10:00 · Agora, Halls", "Ada Shown, Mayor",
        "As of release 1 of the programme", "1 Square", "12", "Sign A", "Departure 11:10", "Return 13:00",
        "2 places", "What to bring Shoes",
    ]  # fmt: skip
    assert [part for part in told if part not in text] == []


@pytest.mark.parametrize(
    "title", ["🎉", "\u200d", "\u200b", "\u00ad", "ab\u00ad" * 66, "Veilig\u00adheids\u00adconferentie " * 8]
)
def test_no_title_stops_the_booklet(client: Client, edition: Edition, title: str) -> None:
    factories.session(edition, title=title, speakers=(factories.speaker(name="Ada Shown"),))
    release(edition=edition, by=None)

    answer = booklet(client)

    assert (answer.status_code, "Ada Shown" in text_of(answer.content)) == (200, True)


def test_who_has_not_agreed_or_has_withdrawn_is_not_in_the_booklet(client: Client, edition: Edition) -> None:
    shown = factories.speaker(name="Ada Shown")
    hidden = factories.speaker(name="Bea Hidden", consented_at=None)
    leaving = factories.speaker(name="Cem Leaving")
    factories.session(edition, title="Trust", speakers=(shown, hidden, leaving))
    release(edition=edition, by=None)
    before = text_of(booklet(client).content)

    leaving.consent_withdrawn_at = factories.NINE + timedelta(days=1)
    leaving.save()
    after = text_of(booklet(client).content)

    names = ["Ada Shown", "Bea Hidden", "Cem Leaving"]
    assert [[name in text for name in names] for text in (before, after)] == [
        [True, False, True],
        [True, False, False],
    ]


def test_a_draft_is_not_in_the_booklet_and_a_cancelled_session_is_marked(
    client: Client, edition: Edition
) -> None:
    cancelled = factories.session(edition, title="Called off", abstract="It was planned.")
    release(edition=edition, by=None)
    cancelled.is_cancelled = True
    cancelled.save()
    release(edition=edition, by=None)
    factories.session(edition, title="Still secret")

    text = text_of(booklet(client).content)

    assert ["Called off" in text, "Cancelled" in text, "Still secret" in text] == [True, True, False]


def test_the_booklet_speaks_the_language_asked_for(client: Client, edition: Edition) -> None:
    factories.session(edition, title_en="Trust", title_fr="Confiance", title_nl="Vertrouwen")
    release(edition=edition, by=None)

    days = {
        language: text_of(booklet(client, f"?lang={language}").content) for language in ("en", "fr", "nl")
    }

    assert [
        "Wednesday 14 May 2031" in days["en"] and "Trust" in days["en"],
        "Mercredi 14 mai 2031" in days["fr"] and "Confiance" in days["fr"],
        "Woensdag 14 mei 2031" in days["nl"] and "Vertrouwen" in days["nl"],
    ] == [True, True, True]


def test_the_booklet_is_tagged_the_same_each_time_and_not_sent_twice(
    client: Client, edition: Edition
) -> None:
    factories.session(edition, title="Trust")
    release(edition=edition, by=None)

    first, second = booklet(client), booklet(client)
    again = client.get("/editions/liege-2031/programme.pdf", headers={"If-None-Match": first["ETag"]})

    document = pypdfium2.PdfDocument(first.content)
    assert [document.is_tagged(), b"<pdfuaid:part>1" in first.content, first.content == second.content] == [
        True
    ] * 3
    document.close()
    assert again.status_code == 304


def test_every_page_of_a_demonstration_says_so(client: Client, edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(is_demonstration=True)
    factories.session(edition, title="Trust", abstract="About it.", speakers=(factories.speaker(),))
    release(edition=edition, by=None)

    document = pypdfium2.PdfDocument(booklet(client).content)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()

    assert [page for page in pages if "sessions and speakers are invented" not in page] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/editions/liege-2031/programme.pdf", 404),
        ("/editions/liege-2031/programme.pdf?lang=xx", 404),
        ("/editions/nowhere/programme.pdf", 404),
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(
    client: Client, edition: Edition, address: str, status: int
) -> None:
    answer = client.get(address)

    assert [answer.status_code, answer["Content-Type"]] == [status, "text/plain; charset=utf-8"]


def test_a_booklet_takes_few_queries_however_long(
    client: Client, edition: Edition, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        factories.session(
            edition,
            title=f"Session {number}",
            starts_at=factories.NINE + timedelta(hours=number),
            speakers=(factories.speaker(),),
        )
    release(edition=edition, by=None)

    with django_assert_max_num_queries(14):
        booklet(client)
