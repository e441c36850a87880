"""The partners of the demonstration edition, invented as it is, with logos drawn here."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from archive.models import Partner, Picture
from archive.pictures import store_picture
from efus_conference.management.content.files import record, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation

WIDTH, HEIGHT = 960, 480  # pixels
BARS = 7
# An organisation of the content, in which part, and the two colours of its logo.
PARTNERS = (
    ("demo-org-council-of-hypothetical-cities", Partner.Kind.AUSPICES, "#17408f", "#f2926a"),
    ("demo-org-sample-region", Partner.Kind.PARTNER, "#0d6659", "#b9c8e8"),
    ("demo-org-university-of-placeholder", Partner.Kind.PARTNER, "#7c2a72", "#ecc274"),
    ("demo-org-mock-up-mobility", Partner.Kind.PARTNER, "#835400", "#7fcdbf"),
)
ALT = {
    "en": "Invented logo of {name}: coloured bars of different heights.",
    "fr": "Logo inventé de {name} : des barres de couleur de hauteurs différentes.",
    "nl": "Verzonnen logo van {name}: gekleurde balken van verschillende hoogte.",
}


def load_demo_partners(ledger: Ledger) -> None:
    """Once; what organisers do with them afterwards is theirs."""
    edition = ledger.found(record("demo/edition")["key"], Edition)
    for order, (organisation_key, kind, first, second) in enumerate(PARTNERS, start=1):
        key = organisation_key.replace("demo-org-", "demo-partner-")
        organisation = ledger.found(organisation_key, Organisation)
        if edition is None or organisation is None or ledger.knows(key):
            continue
        if Partner.objects.filter(edition=edition, organisation=organisation).exists():
            continue
        logo = _logo(organisation, order, first, second)
        made = Partner.objects.create(
            edition=edition, organisation=organisation, kind=kind, order=order, logo=logo
        )
        ledger.note(key, made)


def _logo(organisation: Organisation, number: int, first: str, second: str) -> Picture:
    out = io.BytesIO()
    drawn_bars(number, first, second).save(out, "PNG")
    stored = store_picture(SimpleUploadedFile("logo.png", out.getvalue()), is_drawing=True)
    there = Picture.objects.filter(digest=stored.digest).first()
    words = {code: text.format(name=organisation.name) for code, text in ALT.items()}
    return there or Picture.objects.create(**stored._asdict(), **translated("alt", words))


def drawn_bars(number: int, first: str, second: str) -> Image.Image:
    """Bars whose heights follow the number, so that no two logos are alike."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    step = WIDTH // (BARS + 1)
    for bar in range(BARS):
        height = 90 + (bar * (37 + 58 * number)) % 290
        left = step // 2 + bar * step + 12
        draw.rounded_rectangle(
            [left, HEIGHT - 50 - height, left + step - 24, HEIGHT - 50],
            radius=30,
            fill=second if (bar + number) % 3 == 0 else first,
        )
    return picture
