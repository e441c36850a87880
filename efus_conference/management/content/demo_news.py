"""News of the demonstration edition, with a picture drawn here: both say of themselves that they are invented."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from archive.models import NewsItem, Picture
from archive.pictures import store_picture
from efus_conference.management.content.files import record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition

WIDTH, HEIGHT = 1600, 800  # pixels
FINER = 2  # drawn larger by this, so that its edges are smooth
SKY, GROUND, FAR, NEAR, LIT = "#e9eef8", "#12316f", "#b9c8e8", "#17408f", "#f2926a"


def load_demo_news(ledger: Ledger) -> None:
    """Once; what organisers do with it afterwards is theirs. Its days are counted from the first time."""
    edition = ledger.found(record("demo/edition")["key"], Edition)
    for item in records("demo/news"):
        if edition is None or ledger.knows(item["key"]):
            continue
        if NewsItem.objects.filter(slug=item["slug"]).exists():
            continue
        days = item["days_ago"]
        made = NewsItem.objects.create(
            edition=edition,
            slug=item["slug"],
            is_press_release=item.get("is_press_release", False),
            picture=_picture(ledger, item["picture"]) if "picture" in item else None,
            published_at=timezone.now() - timedelta(days=days) if days is not None else None,
            **translated("title", item["title"]),
            **translated("lead", item["lead"]),
            **translated("text", item["text"]),
        )
        ledger.note(item["key"], made)


def _picture(ledger: Ledger, words: dict[str, Any]) -> Picture:
    out = io.BytesIO()
    drawn_city().save(out, "PNG")
    made = store_picture(SimpleUploadedFile("city.png", out.getvalue()), is_drawing=True)
    there = Picture.objects.filter(digest=made.digest).first()
    if there is not None:
        return there
    picture = Picture.objects.create(
        **made._asdict(), **translated("alt", words["alt"]), credit=words["credit"]
    )
    ledger.note("demo-picture-city", picture)
    return picture


def drawn_city() -> Image.Image:
    """A town that is nowhere, behind a half circle of seats: by rule, so that it is always the same."""
    picture = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), SKY)
    draw = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float, colour: str) -> None:
        draw.rectangle([side * FINER for side in (left, top, right, bottom)], fill=colour)

    for number in range(26):
        height = 150 + (number * 73) % 190
        box(number * 64 - 20, 560 - height, number * 64 + 36, 560, FAR)
    for number in range(17):
        left, height = number * 98 - 10, 90 + (number * 131) % 170
        box(left, 620 - height, left + 76, 620, NEAR)
        for window in range(height // 34):
            for column in range(2):
                if (number * 5 + window * 3 + column) % 4 == 0:
                    box(
                        left + 16 + 28 * column,
                        632 - height + 30 * window,
                        left + 30 + 28 * column,
                        646 - height + 30 * window,
                        LIT,
                    )
    box(0, 600, WIDTH, HEIGHT, GROUND)
    middle, floor = WIDTH / 2, HEIGHT + 40
    for radius in (150, 250, 350, 450):
        edges = (middle - radius, floor - radius, middle + radius, floor + radius)
        draw.arc([side * FINER for side in edges], 180, 360, fill=SKY, width=26 * FINER)
    voice = (middle - 46, floor - 140, middle + 46, floor - 48)
    draw.ellipse([side * FINER for side in voice], fill=LIT)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
