from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Room
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


@pytest.fixture(autouse=True)
def _organiser(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = True
    client.force_login(factories.user(is_staff=True, is_superuser=True))


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def chosen(client: Client, rooms: list[Room], what: str = "door_sheets_a4") -> Any:
    return client.post(
        reverse("admin:programme_room_changelist"),
        {"action": what, "_selected_action": [room.pk for room in rooms]},
    )


def test_there_is_a_page_for_each_room_and_day(client: Client, edition: Edition) -> None:
    agora, market = factories.room(edition, name="Agora"), factories.room(edition, name="Market", order=20)
    day = timedelta(days=1)
    factories.session(edition, title="Trust", title_fr="Confiance", room=agora)
    factories.session(edition, title="Night", room=agora, starts_at=factories.NINE + day)
    factories.session(edition, title="Drugs", room=market)
    gone = factories.session(
        edition, title="Gone", room=market, starts_at=factories.NINE + timedelta(hours=3)
    )
    release(edition=edition, by=None)
    gone.is_cancelled = True
    gone.save()
    release(edition=edition, by=None)
    factories.session(edition, title="Draft", room=market, starts_at=factories.NINE + timedelta(hours=5))

    answer = chosen(client, [market, agora])

    pages = pages_of(answer.content)
    told = [
        [
            word
            for word in ("Agora", "Market", "Trust", "Confiance", "Night", "Drugs", "Gone", "Draft")
            if word in page
        ]
        for page in pages
    ]
    assert told == [["Agora", "Trust", "Confiance"], ["Agora", "Night"], ["Market", "Drugs"]]
    assert all("09:00 to 10:00" in page and "English" in page for page in pages)


def test_a_full_day_stays_on_one_page_of_either_size(client: Client, edition: Edition) -> None:
    room = factories.room(edition, name="Agora")
    for number in range(9):
        title = f"Session {number} of a day that is far too long for anyone to follow from its morning to its evening"
        factories.session(
            edition, title=title, title_fr=title + " fr", room=room,
            starts_at=factories.NINE + timedelta(hours=number),
        )  # fmt: skip
    release(edition=edition, by=None)

    sizes = []
    for what in ("door_sheets_a4", "door_sheets_a3"):
        document = pypdfium2.PdfDocument(chosen(client, [room], what).content)
        sizes.append([len(document), *(round(side) for side in document[0].get_size())])
        document.close()

    assert sizes == [[1, 595, 842], [1, 842, 1191]]


def test_the_button_prints_all_rooms_of_the_current_edition(client: Client, edition: Edition) -> None:
    for name in ("Agora", "Market"):
        factories.session(edition, room=factories.room(edition, name=name))
    release(edition=edition, by=None)

    answer = client.get(reverse("admin:programme_room_all_door_sheets"))

    assert [answer["Content-Type"], len(pages_of(answer.content))] == ["application/pdf", 2]


def test_where_there_is_nothing_to_print_a_sentence_says_so(client: Client, edition: Edition) -> None:
    empty = factories.room(edition)
    other = factories.room(factories.edition(is_current=False))

    answers = [chosen(client, [empty]), chosen(client, [empty, other])]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert client.get(reverse("admin:programme_room_all_door_sheets")).status_code == 302
