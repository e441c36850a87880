from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Appearance, Session, Theme, Venue
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def publish(edition: Edition) -> None:
    release(edition=edition, by=None)


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(f"/en/editions/{address}")
    assert response.status_code == status
    return str(response.content.decode())


LISTS = ["programme/", "programme/changes/", "speakers/"]


@pytest.mark.parametrize("address", LISTS)
def test_drafts_never_show(client: Client, edition: Edition, address: str) -> None:
    speaker = factories.speaker(name="Draft Person")
    factories.session(edition, title="Draft only", speakers=(speaker,))

    body = page(client, f"liege-2031/{address}")

    assert ["Draft only" in body, "Draft Person" in body] == [False, False]


def test_a_changed_draft_shows_the_released_text(client: Client, edition: Edition) -> None:
    session = factories.session(edition, title="As released", code="TRUST1")
    publish(edition)
    session.title_en, session.title_fr = "Draft text", "Brouillon"
    session.save()

    pages = [page(client, f"liege-2031/{address}") for address in ("programme/", "sessions/TRUST1/")] + [
        client.get("/fr/editions/liege-2031/sessions/TRUST1/").content.decode()
    ]

    assert [("As released" in body, "Draft" in body, "Brouillon" in body) for body in pages] == [
        (True, False, False)
    ] * 3


def test_a_session_shows_time_at_the_venue_room_languages_and_people(client: Client) -> None:
    edition = factories.edition(slug="athens-2031", timezone="Europe/Athens")
    room = factories.room(edition, name="Stoa", address="Adrianou 24")
    session = factories.session(
        edition, code="ATHENS", room=room, floor_languages=["el"], interpretation_languages=["en", "fr"]
    )
    person = factories.speaker(name="Νίκη Παράδειγμα", slug="niki")
    Appearance.objects.create(
        session=session, speaker=person, role="chair", function_en="Deputy mayor", is_to_be_confirmed=True
    )
    publish(edition)

    body = page(client, "athens-2031/sessions/ATHENS/")

    expected = [
        "Wednesday 14 May 2031",
        'datetime="2031-05-14T10:00:00+03:00">10:00<',
        "Stoa",
        "Adrianou 24",
        "Greek, interpreted into English and French",
        "Νίκη Παράδειγμα",
        "Deputy mayor",
        "Chair",
        "To be confirmed",
        "/en/my/sessions/ATHENS/",
    ]
    assert [text for text in expected if text not in body] == []


def test_a_cancelled_session_stays_and_says_so(client: Client, edition: Edition) -> None:
    session = factories.session(edition, title="Night", code="NGHT22")
    publish(edition)
    session.is_cancelled = True
    session.save()
    publish(edition)

    timetable, shown, changes = (
        page(client, f"liege-2031/{address}")
        for address in ("programme/", "sessions/NGHT22/", "programme/changes/")
    )

    assert ["is-cancelled" in timetable, "Cancelled</span>" in timetable] == [True, True]
    assert ["This session is cancelled." in shown, "/en/my/sessions/" in shown] == [True, False]
    assert "It was planned for Wednesday 14 May 2031, 09:00 to 10:00." in changes


def test_nothing_is_booked_at_an_edition_that_is_over(client: Client) -> None:
    edition = factories.edition(
        slug="nice-2021", year=2021, starts_on=date(2021, 10, 20), ends_on=date(2021, 10, 22)
    )
    factories.session(edition, code="9PEN99", starts_at=datetime(2021, 10, 20, 12, tzinfo=UTC))
    publish(edition)

    assert "/en/my/sessions/" not in page(client, "nice-2021/sessions/9PEN99/")


def test_a_withdrawn_consent_acts_everywhere_at_once(client: Client, edition: Edition) -> None:
    speaker = factories.speaker(name="Withdrawn Person", slug="withdrawn")
    session = factories.session(edition, code="WTHDRN")
    publish(edition)
    Appearance.objects.create(session=session, speaker=speaker)
    publish(edition)
    addresses = [
        "programme/",
        "programme/changes/",
        "sessions/WTHDRN/",
        "speakers/",
    ]
    named = [address for address in addresses if "Withdrawn Person" in page(client, f"liege-2031/{address}")]
    assert named == ["sessions/WTHDRN/", "speakers/"]
    assert "Withdrawn Person" in page(client, "liege-2031/speakers/withdrawn/")

    speaker.consent_withdrawn_at = NINE + timedelta(days=400)
    speaker.save()

    bodies = [page(client, f"liege-2031/{address}") for address in addresses]
    bodies.append(page(client, "liege-2031/speakers/withdrawn/", status=404))
    bodies.append(client.get("/editions/liege-2031/schedule.ics").content.decode())
    assert ["Withdrawn" in body for body in bodies] == [False] * 6


def test_who_did_not_agree_yet_is_not_named(client: Client, edition: Edition) -> None:
    factories.session(edition, speakers=(factories.speaker(name="Silent Person", consented_at=None),))
    publish(edition)

    assert "Silent Person" not in page(client, "liege-2031/speakers/")


def test_a_speaker_s_page_gathers_all_editions_the_newest_first(client: Client, edition: Edition) -> None:
    older = factories.edition(slug="old-2021", number=7, year=2021, is_current=False)
    speaker = factories.speaker(slug="ada")
    factories.session(older, title="Then", speakers=(speaker,), starts_at=datetime(2021, 10, 20, tzinfo=UTC))
    factories.session(edition, title="Now", speakers=(speaker,))
    publish(older)
    publish(edition)

    body = page(client, "liege-2031/speakers/ada/")

    assert 0 < body.index(">Now<") < body.index(">Then<")


def test_a_speaker_of_another_edition_is_sent_there(client: Client, edition: Edition) -> None:
    older = factories.edition(slug="old-2021", number=7, is_current=False)
    factories.session(older, speakers=(factories.speaker(slug="ada"),))
    publish(older)

    response = client.get("/en/editions/liege-2031/speakers/ada/")

    assert (response.status_code, response["Location"]) == (301, "/en/editions/old-2021/speakers/ada/")


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("liege-2031/sessions/trust1/", "liege-2031/sessions/TRUST1/"),
        ("Liege-2031/sessions/TRUST1/", "liege-2031/sessions/TRUST1/"),
        ("old-2021/sessions/TRUST1/", "liege-2031/sessions/TRUST1/"),
        ("LIEGE-2031/programme/", "liege-2031/programme/"),
    ],
)
def test_a_mistyped_address_leads_to_the_right_one(
    client: Client, edition: Edition, asked: str, right: str
) -> None:
    factories.edition(slug="old-2021", number=7, is_current=False)
    factories.session(edition, code="TRUST1")
    publish(edition)

    response = client.get(f"/en/editions/{asked}")

    assert (response.status_code, response["Location"]) == (301, f"/en/editions/{right}")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("atlantis/programme/", "There is no such edition"),
        ("hidden-2040/programme/", "There is no such edition"),
        ("liege-2031/sessions/ZZZZZZ/", "There is no such session"),
        ("liege-2031/sessions/<script>/", "There is no such session"),
        ("liege-2031/sessions/%F0%9F%98%80/", "There is no such session"),
        ("liege-2031/speakers/nobody/", "This page names nobody"),
    ],
)
def test_an_unknown_address_gets_a_helpful_page(
    client: Client, edition: Edition, asked: str, sentence: str
) -> None:
    factories.edition(slug="hidden-2040", is_current=False, is_published=False)

    body = page(client, asked, status=404)

    assert [sentence in body, "<script>/" in body, "/en/editions/liege-2031/" in body] == [True, False, True]


@pytest.fixture
def filtered(client: Client, edition: Edition) -> Callable[[str], tuple[list[str], list[str]]]:
    """Titles shown and sentences about ignored values, for a query."""
    theme = Theme.objects.create(slug="night", name_en="Night")
    workshop, visit = factories.kind(slug="workshop"), factories.kind(slug="visit")
    day = timedelta(days=1)
    for title, kind, start, languages, themes in (
        ("One", workshop, NINE, (["en"], ["fr"]), [theme]),
        ("Two", workshop, NINE + day, (["fr"], []), []),
        ("Three", visit, NINE + day, (["nl"], ["en"]), [theme]),
    ):
        session = factories.session(
            edition,
            title=f"Title {title}",
            kind=kind,
            starts_at=start,
            floor_languages=languages[0],
            interpretation_languages=languages[1],
        )
        session.themes.set(themes)
    publish(edition)

    def ask(query: str) -> tuple[list[str], list[str]]:
        response = client.get(f"/en/editions/liege-2031/programme/?{query}")
        assert response.status_code == 200
        body = response.content.decode()
        shown = [title for title in ("One", "Two", "Three") if f"Title {title}" in body]
        return shown, response.context["filters"].ignored

    return ask


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["One", "Two", "Three"]),
        ("day=2031-05-15", ["Two", "Three"]),
        ("kind=workshop", ["One", "Two"]),
        ("theme=night", ["One", "Three"]),
        ("language=fr", ["One", "Two"]),
        ("language=en&day=2031-05-15", ["Three"]),
        ("kind=workshop&theme=night&language=fr&day=2031-05-14", ["One"]),
        ("kind=visit&language=fr", []),
        ("day=&kind=&theme=&language=", ["One", "Two", "Three"]),
        ("utm_source=mail", ["One", "Two", "Three"]),
    ],
)
def test_filters_combine(filtered: Callable[[str], Any], query: str, shown: list[str]) -> None:
    assert filtered(query) == (shown, [])


def test_a_value_the_programme_does_not_have_is_left_out_with_a_sentence(
    filtered: Callable[[str], Any],
) -> None:
    assert filtered("day=2031-13-45&kind=<b>&theme=night&language=xx") == (
        ["One", "Three"],
        [
            "This programme has no day “2031-13-45”, so all days are shown.",
            "This programme has no kind of session “<b>”, so all kinds are shown.",
            "No session of this programme can be followed in a language “xx”, so all are shown.",
        ],
    )
    assert filtered("day=" + "9" * 500)[0] == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=liege", ["Liège by night"]),
        ("q=LIÈGE+night", ["Liège by night"]),
        ("q=bruit", ["Liège by night"]),  # a word of the French text
        ("q=lodz", ["Łódź"]),
        ("q=niki", ["Łódź"]),
        ("q=hidden", []),
        ("q=night&language=sfb", ["Liège by night"]),
        ("q=night&language=vgt", []),
        ("q=night&day=2031-05-15", []),
        ("q=+++", ["Liège by night", "Łódź"]),
        ("q=100%25+_", []),
        ("q=<script>", []),
    ],
)
def test_words_are_looked_for_in_texts_and_in_the_names_of_who_is_shown(
    client: Client, edition: Edition, query: str, titles: list[str]
) -> None:
    people = factories.speaker(name="Niki Příklad"), factories.speaker(name="Hidden", consented_at=None)
    factories.session(
        edition,
        title="Liège by night",
        abstract_fr="Contre le bruit",
        interpretation_languages=["sfb"],
        caption_languages=["en"],
    )
    factories.session(
        edition,
        title="Łódź",
        speakers=people,
        interpretation_languages=["vgt"],
        starts_at=NINE + timedelta(days=1),
    )
    publish(edition)

    body = page(client, f"liege-2031/programme/?{query}")

    assert [title for title in ("Liège by night", "Łódź") if title in body] == titles
    assert "<script>" not in body


def test_a_very_long_search_is_shortened_with_a_sentence(client: Client, edition: Edition) -> None:
    factories.session(edition)
    publish(edition)

    long = client.get("/en/editions/liege-2031/programme/", {"q": "é" * 10_000})
    null = client.get("/en/editions/liege-2031/programme/?q=%00")

    assert [long.status_code, null.status_code] == [200, 400]
    assert long.context["filters"].ignored == [
        "That is very long, so only its first 100 characters were looked for."
    ]


def test_each_filter_can_be_left_out_by_itself(client: Client, edition: Edition) -> None:
    factories.session(edition, title="Trust", kind=factories.kind(slug="workshop"), floor_languages=["en"])
    publish(edition)

    filters = client.get(
        "/en/editions/liege-2031/programme/?kind=workshop&language=en&q=tru+st&day=banana"
    ).context["filters"]

    assert [(chip.name, chip.query) for chip in filters.chips] == [
        ("workshop", "language=en&q=tru+st"),
        ("English", "kind=workshop&q=tru+st"),
        ("tru st", "kind=workshop&language=en"),
    ]


def test_a_search_costs_no_more_queries(client: Client, edition: Edition) -> None:
    fill(edition, 3)
    assert queries(client, "/en/editions/liege-2031/programme/?q=session") == 6


def test_a_field_visit_says_how_to_come_along(client: Client, edition: Edition) -> None:
    venue = Venue.objects.create(
        edition=edition,
        slug="palace",
        name_en="Palace",
        address="Place 1",
        accessibility_en="Step-free",
        latitude="50.64510",
        longitude="5.57340",
    )
    factories.session(
        edition,
        code="VXSXT2",
        room=factories.room(edition, name="Court", slug="court", venue=venue),
        hours=4,
        meeting_point_en="Sign A",
        how_to_get_there_en="By bus",
        accessibility_en="A lift",
        what_to_bring_en="Good shoes",
        wheelchair_places=0,
        departs_at=NINE + timedelta(minutes=10),
        returns_at=NINE + timedelta(hours=3),
        identity_by=NINE - timedelta(days=7),
    )
    publish(edition)

    body = page(client, "liege-2031/sessions/VXSXT2/")

    expected = [
        "Sign A",
        "By bus",
        "A lift",
        "Good shoes",
        "Wheelchair places</dt><dd>0</dd>",
        ">09:10</time>",
        ">12:00</time>",
        "until Wednesday 7 May 2031, 09:00.",
        '<a href="/en/editions/liege-2031/rooms/court/">Court</a>, <span>Palace</span>',
        "Place 1",
        "Step-free",
        'href="https://www.openstreetmap.org/?mlat=50.64510&amp;mlon=5.57340#map=18/50.64510/5.57340"',
    ]
    assert [text for text in expected if text not in body] == []


def test_rooms_stand_under_their_building(client: Client, edition: Edition) -> None:
    venue = Venue.objects.create(edition=edition, slug="palace", name_en="Palace", address="Place 1")
    factories.room(edition, name="Court", slug="court", venue=venue)
    factories.room(edition, name="Garden", slug="garden", address="Quai <2>")

    body = page(client, "liege-2031/rooms/")

    places = [body.find(text) for text in (">Palace<", ">Court<", ">Garden<", "Quai &lt;2&gt;")]
    assert places == sorted(places)
    assert -1 not in places
    assert "There is no such room" in page(client, "liege-2031/rooms/%3Cb%3E/", status=404)
    assert client.get("/en/editions/liege-2031/rooms/COURT/")["Location"].endswith("/rooms/court/")


def test_pages_are_the_same_bytes_for_every_visitor(client: Client, edition: Edition) -> None:
    factories.session(edition, code="TRUST1", speakers=(factories.speaker(slug="ada"),))
    publish(edition)
    known = Client()
    known.force_login(factories.user(is_staff=True))
    for address in (*LISTS, "sessions/TRUST1/", "speakers/ada/", "rooms/", "programme/?q=a"):
        mine, yours = (one.get(f"/en/editions/liege-2031/{address}") for one in (known, client))
        assert mine.content == yours.content
        assert ["Set-Cookie" in yours.headers, "Cookie" in yours.get("Vary", "")] == [False, False]


def fill(edition: Edition, count: int) -> None:
    city = factories.organisation()
    for number in range(count):
        session = factories.session(
            edition,
            room=factories.room(edition),
            starts_at=NINE + timedelta(hours=number % 30),
            kind=factories.kind(),
        )
        session.themes.add(Theme.objects.create(slug=f"theme-{session.pk}", name_en="Theme"))
        for _ in range(2):
            Appearance.objects.create(session=session, speaker=factories.speaker(), organisation=city)
    publish(edition)


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("is_current", [True, False])
def test_lists_cost_the_same_queries_at_any_size(client: Client, is_current: bool) -> None:
    """Seven at most, header and footer included."""
    edition = factories.edition(slug="liege-2031", is_current=is_current)
    addresses = [f"/en/editions/liege-2031/{address}" for address in LISTS]
    addresses.append("/editions/liege-2031/schedule.ics")
    counts = []
    for size in (2, 20):
        fill(edition, size)
        counts.append([queries(client, address) for address in addresses])

    assert counts == [[7, 6, 6, 4], [7, 6, 6, 4]]


def test_one_session_costs_the_same_queries_with_one_speaker_and_with_twenty(
    client: Client, edition: Edition
) -> None:
    counts = []
    for code, size in (("SMALL2", 1), ("LARGE2", 20)):
        session = factories.session(edition, code=code)
        session.themes.add(Theme.objects.create(slug=f"theme-{size}", name_en="Theme"))
        for _ in range(size):
            Appearance.objects.create(
                session=session, speaker=factories.speaker(), organisation=factories.organisation()
            )
        publish(edition)
        Session.objects.filter(pk=session.pk).update(title_en="Changed")
        publish(edition)
        counts.append(queries(client, f"/en/editions/liege-2031/sessions/{code}/"))

    assert counts == [10, 10]


def test_the_changelog_tells_release_by_release(client: Client, edition: Edition) -> None:
    left, right = factories.room(edition, name="Left"), factories.room(edition, name="Right")
    session = factories.session(edition, room=left, title="Trust")
    release(edition=edition, by=None, note={"en": "The first programme.", "fr": "Le premier programme."})
    session.room, session.title_en = right, "Trust and night"
    session.save()
    release(edition=edition, by=None)

    body = page(client, "liege-2031/programme/changes/")
    in_french = client.get("/fr/editions/liege-2031/programme/changes/").content.decode()

    sentences = [
        "Release 2",
        "Now: Wednesday 14 May 2031, 09:00 to 10:00, Right.",
        "Before: Wednesday 14 May 2031, 09:00 to 10:00, Left.",
        "Changed: title.",
        "Release 1",
        "The first programme.",
        "Wednesday 14 May 2031, 09:00 to 10:00, Left.",
    ]
    places = [body.find(sentence) for sentence in sentences]
    assert -1 not in places
    assert "Le premier programme." in in_french
    assert timezone.localtime(timezone=edition.zone).strftime("%Y") in body


def test_a_long_list_of_new_sessions_is_told_as_a_number(client: Client, edition: Edition) -> None:
    kind = factories.kind()
    for _ in range(13):
        factories.session(edition, kind=kind)
    publish(edition)

    assert "13 sessions came into the programme." in page(client, "liege-2031/programme/changes/")
