"""The demonstration's speaker with a link to try, and what remains of a few invented sessions."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from efus_conference.mail import site_address
from efus_conference.management.content.demo_accounts import has_link_of
from efus_conference.management.content.files import Record, record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition
from programme.actions import hand_over_link
from programme.models import Material, Session, Speaker

PAGE = (960, 540)  # of a slide, in dots


def load_demo_materials(ledger: Ledger) -> None:
    """Slides that say of themselves that they are invented; their files are made here."""
    for item in records("demo/materials"):
        session = ledger.row(item["session"], Session)
        if session is None or ledger.knows(item["key"]):
            continue
        speaker = ledger.row(item["handed_in_by"], Speaker) if item["handed_in_by"] else None
        material = Material.objects.create(
            session=session,
            kind=item["kind"],
            **translated("title", item["title"]),
            language=item["language"],
            file=ContentFile(_slides(item["title"]["en"]), f"{item['key']}.pdf"),
            is_published=item["is_published"],
            handed_in_by=speaker,
        )
        ledger.note(item["key"], material)


def speaker_link(ledger: Ledger) -> str | None:
    """The address by which one plays the demonstration's speaker.

    None where the file holds one: a new one would make it useless.
    """
    item = _played()
    key = f"{item['speaker']}/link"
    speaker = ledger.row(item["speaker"], Speaker)
    edition = ledger.row("demo-edition", Edition)
    if speaker is None or edition is None or (has_link_of("speaker") and ledger.knows(key)):
        return None
    if not speaker.email:
        speaker.email = item["email"]
        speaker.save(update_fields=["email"])
    link, token = hand_over_link(speaker=speaker, edition=edition, language=item["language"], by=None)
    if not ledger.knows(key):
        ledger.note(key, link)
    return site_address(reverse("programme_machine:speak", args=[token]))


def _played() -> Record:
    played: Record = record("demo/accounts")["speaker"]
    return played


def _slides(title: str) -> bytes:
    pages = []
    large, small = ImageFont.load_default(40), ImageFont.load_default(22)
    for number, line in enumerate((title, "An invented slide, to try the archive with."), start=1):
        page = Image.new("RGB", PAGE, "white")
        drawing = ImageDraw.Draw(page)
        drawing.rectangle((0, 0, PAGE[0], 16), fill="#2f5fb0")
        drawing.text((60, 180), line, font=large, fill="black")
        drawing.text((60, 470), f"Demonstration - {number}", font=small, fill="#555555")
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()
