"""Badges in three formats: what stands on them, whatever the name, and that their codes can be read."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pypdfium2
import pytest
import segno
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from efus_conference import qr
from efus_conference.models import Edition, User
from programme.actions import release
from registration import actions, qr_batch
from registration.badges import Format, badges_pdf, written
from registration.models import Consent, ConsentText, Delegation, Place, Registration, Ticket
from registration.ticket_keys import signed
from tests import factories

pytestmark = pytest.mark.django_db
FORMATS: tuple[Format, ...] = get_args(Format)
FACES = {"a6": 1, "a4": 1, "folded": 2}  # times that each name and code stands in the file


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def sizes_of(content: bytes) -> list[tuple[int, int]]:
    """Of each page, in millimetres."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [
            (round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) for page in document
        ]
    finally:
        document.close()


def codes_on(content: bytes, folder: Path, *, dpi: int = 150) -> list[str]:
    """What zbarimg, which is none of ours, reads on each page as a printer at that resolution shows it."""
    document, found = pypdfium2.PdfDocument(content), []
    for number, page in enumerate(document):
        picture = folder / f"page-{number}.png"
        page.render(scale=dpi / 72).to_pil().save(picture)
        read = subprocess.run(
            ["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=False
        )
        found += read.stdout.split()
    document.close()
    return found


def agree_to_photos(person: Registration) -> Consent:
    text, _is_new = ConsentText.objects.get_or_create(edition=person.edition, purpose="photos", text="Yes.")
    return Consent.objects.create(registration=person, text=text, language="en")


LONG_NAMES = {
    "200 characters": ("Maria Immaculata Theodora " * 4, "von Beispielshausen zu Musterberg " * 3),
    "one long word": ("W" * 100, "x" * 100),
    "Greek": ("Παραδειγματική", "Παραδειγματοπουλοπούλου"),
    "Cyrillic": ("Їжакевич", "Приклад-Зразкова"),
    "accents": ("Ǻřẑūļ Ệžőğņ", "Ķṝṩṭẵŵ-Ỹǽ"),
    "combining": ("e\u0301\u0323\u0328" * 20, "Ş̌a̱ḏ"),
    "Arabic": ("محمد", "عبد الرحمن المثال"),
    "one long word from right to left": ("مثال" * 25, "ا" * 100),
    "both directions": ("محمد (Momo)", "Example"),
    "no family name": ("Robin", " "),
    "an alphabet we lack": ("דוגמה", "例子"),
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_of_any_length_and_script_leaves_every_format_its_pages(
    edition: Edition, form: Format, tmp_path: Path
) -> None:
    people = [
        factories.registration(
            edition,
            given_name=given[:100],
            family_name=family[:100],
            organisation_name="O" * 200 if number % 2 else "",
            function="f" * 200 if number % 3 else "",
            country="BE",
        )
        for number, (given, family) in enumerate(LONG_NAMES.values())
    ]

    content = badges_pdf(people, form)

    count = len(people)
    assert (
        sizes_of(content)
        == {
            "a6": [(105, 148)] * count,
            "a4": [(210, 297)] * -(-count // 4),
            "folded": [(210, 148)] * count * 2,
        }[form]
    )
    codes = [code for code in codes_on(content, tmp_path) if code]
    tickets = Ticket.objects.filter(registration__in=people)
    assert sorted(codes) == sorted([signed(ticket) for ticket in tickets] * FACES[form])
    shown = "".join(pages_of(content)).replace("\N{ZERO WIDTH SPACE}", "").replace(" ", "")
    for name in ("Παραδειγματοπουλοπούλου", "Приклад-Зразкова", "Ķṝṩṭẵŵ-Ỹǽ", "محمد"):
        assert unicodedata.normalize("NFC", name) in unicodedata.normalize("NFC", shown)


def test_a_face_says_who_it_is_of_where_from_and_as_what(edition: Edition) -> None:
    person = factories.registration(
        edition,
        family_name="Ó Súilleabháin",
        organisation_name="City of Example",
        function="Deputy mayor",
        country="IE",
        category=factories.category(edition, name="elected official"),
    )

    (page,) = pages_of(badges_pdf([person], "a6"))

    ticket = Ticket.objects.get(registration=person)
    wanted = [
        "Security, Democracy & Cities", edition.place, "14–16 May 2031", "Robin", "Ó Súilleabháin",
        "City of Example", "Ireland", "Deputy mayor", "Elected official", ticket.shown_code, "No photos",
    ]  # fmt: skip
    assert [part for part in wanted if part not in page] == []


def test_only_a_standing_consent_takes_the_no_photo_mark_away(edition: Edition) -> None:
    never, agrees, withdrew, other = (factories.registration(edition) for _number in range(4))
    agree_to_photos(agrees)
    withdrawn = agree_to_photos(withdrew)
    Consent.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    news = ConsentText.objects.create(edition=edition, purpose="news", text="Yes.")
    Consent.objects.create(registration=other, text=news, language="en")

    pages = pages_of(badges_pdf([never, agrees, withdrew, other], "a6"))

    assert ["No photos" in page for page in pages] == [True, False, True, True]


def test_companions_are_what_they_come_as_and_not_with_whom(edition: Edition) -> None:
    person = factories.registration(edition, family_name="Accompanied")
    place = Place.objects.create(edition=edition, accompanies=person.place, companion_kind="assistant")
    companion = factories.registration(edition, place=place, category=person.category)

    (page,) = pages_of(badges_pdf([companion], "a6"))

    assert ["Personal assistant" in page, "Accompanied" in page, "Researcher" in page] == [True, False, False]


def test_without_an_organisation_the_delegation_says_where_one_is_from(edition: Edition) -> None:
    city = factories.organisation(name="Exampleville")
    delegation = Delegation.objects.create(edition=edition, organisation=city)
    place = Place.objects.create(edition=edition, delegation=delegation)

    (page,) = pages_of(badges_pdf([factories.registration(edition, place=place)], "a6"))

    assert "Exampleville" in page


def test_the_folded_badge_has_the_name_twice_and_the_booked_seats_inside_in_the_person_s_language(
    edition: Edition, robin: User
) -> None:
    room = factories.room(edition, name="Blue Room")
    session = factories.session(edition, title_en="Night-time economy", title_fr="La nuit", room=room)
    other = factories.session(edition, title="Elsewhere", starts_at=factories.NINE + timedelta(hours=3))
    factories.pool(session), factories.pool(other)
    release(edition=edition, by=None)
    person = factories.registration(edition, managed_by=robin, family_name="Example", language="fr")
    actions.book_seat(place=person.place, session=session, by=robin)
    nothing = factories.registration(edition, language="en")

    with translation.override("en"):
        outer, inside, _outer, empty = pages_of(badges_pdf([person, nothing], "folded"))

    assert [outer.count("Robin"), outer.count("Example"), "La nuit" in outer] == [2, 2, False]
    assert [part in inside for part in ("La nuit", "Mercredi 14 mai", "09:00–10:00", "Blue Room")] == [
        True
    ] * 4
    assert [part in inside for part in ("Night-time", "Elsewhere")] == [False, False]
    assert "You have not booked a seat." in empty


def test_who_does_not_take_part_has_no_badge(edition: Edition) -> None:
    here, gone = factories.registration(edition), factories.registration(edition)
    waiting = factories.registration(edition, status="submitted")
    Registration.objects.filter(pk=gone.pk).update(status="cancelled", cancelled_at=timezone.now())

    assert len(pages_of(badges_pdf([waiting, gone, here], "a6"))) == 1
    with pytest.raises(LookupError):
        badges_pdf([gone, waiting], "a6")


def test_badges_are_tagged_and_can_be_kept(edition: Edition) -> None:
    content = badges_pdf([factories.registration(edition)], "folded")
    assert [name in content for name in (b"<pdfuaid:part>1", b"<pdfaid:part>2")] == [True, True]


def test_printing_notes_the_moment_once(edition: Edition) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    first, second = factories.registration(edition), factories.registration(edition)

    actions.print_badges(registrations=[first], form="a6", by=organiser)
    before = Ticket.objects.get(registration=first).printed_at
    actions.print_badges(registrations=[first, second], form="a4", by=organiser)

    after = dict(Ticket.objects.values_list("registration", "printed_at"))
    assert before is not None
    assert [after[first.pk], after[second.pk] is not None] == [before, True]


def test_printing_needs_the_right_and_somebody(edition: Edition) -> None:
    person = factories.registration(edition)
    with pytest.raises(actions.NotYours):
        actions.print_badges(registrations=[person], form="a6", by=factories.user(is_staff=True))
    with pytest.raises(actions.NobodyToPrint):
        actions.print_badges(registrations=[], form="a6", by=factories.user(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("form", FORMATS)
def test_many_badges_cost_as_many_queries_as_one(edition: Edition, form: Format) -> None:
    category = factories.category(edition)
    people = [factories.registration(edition, category=category) for _number in range(50)]
    badges_pdf(people[:1], form)
    counts = []
    for several in (people[1:2], people[2:]):
        with CaptureQueriesContext(connection) as queries:
            badges_pdf(several, form)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("text", ["A", "AB", "SDC1.12." + "K7" * 60, "$%*+-./: Z" * 15, "0" * 154])
def test_codes_made_in_a_batch_are_the_library_s_to_the_last_module(text: str) -> None:
    expected = segno.make_qr(
        text, version=6, error="m", mask=0, boost_error=False, mode="alphanumeric"
    ).matrix
    (made,) = qr_batch.pngs([text])
    assert dark_in(made) == [bool(module) for row in expected for module in row]


@pytest.mark.parametrize("text", ["0" * 155, "é", "lower"])
def test_what_fits_no_ticket_s_code_is_drawn_by_the_library(text: str) -> None:
    assert list(qr_batch.pngs([text])) == [qr.png(text)]


def dark_in(picture: bytes) -> list[bool]:
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("L")
    inner = image.crop((4, 4, image.width - 4, image.height - 4))
    return [value == 0 for value in inner.tobytes()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Robin  Example ", {"text": "Robin Example", "broken": "Robin Example", "rtl": False}),
        ("١٢ محمد", {"text": "١٢ محمد", "broken": "١٢ محمد", "rtl": True}),
        ("", {"text": "", "broken": "", "rtl": False}),
    ],
)
def test_a_text_says_its_direction_by_its_first_letter(text: str, expected: dict[str, Any]) -> None:
    assert written(text) == expected


def test_zbarimg_is_there() -> None:
    assert shutil.which("zbarimg")


def test_no_two_categories_have_the_same_strip(edition: Edition) -> None:
    people = [
        factories.registration(edition, category=factories.category(edition, name=f"Category {number}"))
        for number in range(14)
    ]
    document = pypdfium2.PdfDocument(badges_pdf(people, "a6"))
    strips = set()
    for page in document:
        picture = page.render(scale=4).to_pil().convert("RGB")
        per_mm = picture.height / 148
        # Just above the strip's lower edge, where no letter reaches.
        row = [picture.getpixel((int(x * per_mm), int(142 * per_mm))) for x in range(6, 99)]
        white = sum(pixel == (255, 255, 255) for pixel in row)
        strips.add((row[0], white // 2))
    document.close()

    assert len(strips) == 14
