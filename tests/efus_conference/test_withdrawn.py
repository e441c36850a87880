"""Whoever withdrew the consent to be named is named nowhere: every public address is asked.

The addresses come from the URL conf itself, so that a new page is asked too. A page with a parameter that
is not known here fails the first test: say in `VALUES` what it stands for.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from PIL import Image

from archive.models import NewsItem, Page, Video, Voice
from efus_conference.models import Edition, Organisation
from programme.actions import give_consent, release, set_portrait, withdraw_consent
from programme.models import Appearance, Material, Session, Speaker
from programme.portraits import SIZES
from tests import factories
from tests.declarations.making import published

pytestmark = pytest.mark.django_db

NAME = "Zdzisława Niewidoczna"
TRACES = ["zdzisława", "zdzislawa", "niewidoczna"]
# Behind a login or a secret address, or of others than speakers.
# Of the desk only the page that is the same for everyone.
NOT_PUBLIC = re.compile(r"^/(admin|sign|speak|media|my)/|^/../((accounts|my|register)/|desk/.)")
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def person() -> Speaker:
    """Someone with everything the site can show of a person, in two releases and a past edition."""
    edition, past = factories.edition(), factories.edition(is_current=False, year=2021)
    city = factories.organisation()
    person = factories.speaker(
        name=NAME,
        slug="zdzislawa-niewidoczna",
        consented_at=None,
        organisation=city,
        function_en="Mayor Niewidoczna",
        biography_en="Niewidoczna was born in Zgierz.",
    )
    squares = {
        (size, ending): ending.encode() + bytes([size % 256])
        for size in SIZES
        for ending in ("avif", "webp", "jpg")
    }
    set_portrait(speaker=person, squares=squares)  # type: ignore[arg-type]
    room = factories.room(edition, slug="agora")
    for held in (edition, past):
        session = factories.session(held, speakers=(person,), room=room if held == edition else None)
        Appearance.objects.update(function_en="Mayor", organisation=city)
        release(edition=held, by=None)
        session.title_en = f"Another {session.title}"  # type: ignore[attr-defined]
        session.save()
        release(edition=held, by=None)
        Material.objects.create(
            session=session,
            kind="recording",
            title="A talk",
            address="https://video.example/1",
            is_published=True,
        )
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PDF")
    Material.objects.create(
        session=Session.objects.earliest("pk"),
        kind="slides",
        title="Slides of a talk",
        file=ContentFile(picture.getvalue(), "abc.pdf"),
        is_published=True,
        handed_in_by=person,
    )
    Voice.objects.create(edition=past, speaker=person, function="Mayor")
    Video.objects.create(
        edition=past, speaker=person, title=f"Message of {NAME}", address="https://video.example/2"
    )
    published(slug="declaration")
    return person


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        # Asked in English here, in all languages by `addresses`.
        prefix = "en/" if isinstance(each.pattern, LocalePrefixPattern) else str(each.pattern)
        route = before + prefix
        if NOT_PUBLIC.match(f"/{route}"):
            continue
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        elif isinstance(each, URLPattern):
            yield route


def values(name: str, before: str, person: Speaker) -> list[str]:
    """What a parameter of an address stands for, after the part of the address before it."""
    of_slug = {
        "editions/": list(Edition.objects.values_list("slug", flat=True)),
        "speakers/": [person.slug],
        "organisations/": [person.organisation.slug] if person.organisation else [],
        "declarations/": ["declaration"],
        "news/": list(NewsItem.objects.values_list("slug", flat=True)) or ["nothing"],
        "pages/": list(Page.objects.values_list("slug", flat=True)) or ["nothing"],
    }
    known = {
        "code": list(Session.objects.values_list("code", flat=True)),
        "speaker_slug": [person.slug],
        "organisation_slug": [person.organisation.slug] if person.organisation else ["agora"],
        "room_slug": ["agora"],
        "lang": LANGUAGES,
        "size": [str(size) for size in SIZES],
        "ending": ["avif", "webp", "jpg"],
        "number": [str(pk) for pk in Material.objects.values_list("pk", flat=True)],
        "filename": ["slides-of-a-talk.pdf"],
        "language": LANGUAGES,
        "edition_slug": list(Edition.objects.values_list("slug", flat=True)),
        # Of the library and the archive's files, which show nobody here.
        "digest": ["0" * 20],
        "width": ["480"],
        "pk": ["1"],
        "log_id": ["00000000-0000-4000-8000-000000000000"],
    }
    if before.endswith("countries/"):
        found: list[str] | None = list(
            Organisation.objects.exclude(country="").values_list("country", flat=True)
        )
    elif name == "slug":
        found = next((slugs for start, slugs in of_slug.items() if before.endswith(start)), None)
    else:
        found = known.get(name)
    assert found is not None, f"{before}<{name}>: say in `values` what this parameter stands for."
    return found


def filled(route: str, person: Speaker) -> Iterator[str]:
    found = re.search(r"<(?:\w+:)?(\w+)>", route)
    if not found:
        yield f"/{route}"
        return
    before = route[: found.start()]
    for value in values(found[1], before, person):
        yield from filled(before + value + route[found.end() :], person)


def addresses(person: Speaker) -> list[str]:
    made: dict[str, None] = {}
    for route in patterns(get_resolver()):
        for address in filled(route, person):
            if address.startswith("/en/"):
                for code in LANGUAGES:
                    made[f"/{code}/{address.removeprefix('/en/')}"] = None
                # The beginning of the name and a word of the biography: what is typed is said again.
                made[f"{address}?q=Zdzis"] = made[f"{address}?q=Zgierz"] = None
            else:
                made[address] = None
                for code in LANGUAGES:
                    made[f"{address}?lang={code}"] = None
    return list(made)


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.headers.get("Content-Type", "").startswith("application/pdf"):
        with pypdfium2.PdfDocument(body) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
            return text.casefold()
    # Lines of calendars are folded (RFC 5545, 3.1).
    return str(body.decode("utf-8", "replace")).replace("\r\n ", "").casefold()


def where_named(person: Speaker) -> dict[str, int]:
    """The addresses that name the person in any way, with their status; and no address answers with an error."""
    found = {}
    for address in addresses(person):
        response = Client().get(address)
        assert response.status_code < 500 or "Retry-After" in response.headers, address
        text = text_of(response)
        if response.status_code == 404:
            # What was asked for in the address is said again and names nobody.
            text = text.replace("zdzislawa-niewidoczna", "")
        if any(trace in text for trace in TRACES):
            found[address] = response.status_code
    return found


@pytest.mark.slow
def test_a_consent_shows_a_person_and_its_withdrawal_hides_them_everywhere(person: Speaker) -> None:
    assert where_named(person) == {}
    give_consent(speaker=person, through="link")
    named = {re.sub(r"^/../|\?.*", "/", address).replace("//", "/") for address in where_named(person)}
    current = Edition.objects.get(is_current=True)
    # The walk sees a name where there is one: pages, feeds and files alike.
    expected = {
        f"/editions/{current.slug}/speakers/",
        f"/editions/{current.slug}/schedule.xml/",
        f"/editions/{current.slug}/schedule.json/",
    }
    assert expected <= {address if address.endswith("/") else f"{address}/" for address in named}
    picture = f"/speakers/{person.slug}/portrait-144.avif"
    assert Client().get(picture).status_code == 200
    withdraw_consent(speaker=person, through="link")
    assert where_named(person) == {}
    assert Client().get(picture).status_code == 404


def test_the_cards_of_a_session_are_those_of_one_without_the_person(person: Speaker) -> None:
    """Pictures have no text to search: the same bytes as if nobody spoke."""
    session = Session.objects.earliest("pk")
    address = f"/editions/{session.edition.slug}/sessions/{session.code}/card.png"
    silent = Client().get(address)
    if silent.status_code == 404:
        pytest.skip("There are no cards.")
    give_consent(speaker=person, through="link")
    withdraw_consent(speaker=person, through="link")
    assert Client().get(address).content == silent.content
