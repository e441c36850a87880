"""A speaker's portrait: squares in two sizes and three formats, stored beside each other.

`Speaker.portrait` names the large JPEG, `portraits/<hash>-432.jpg`; the others differ in size and ending. The
hash is that of the content, so that a replaced picture has another name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.urls import reverse

from efus_conference.uploads import ENDINGS, Ending
from programme.models import Speaker

Squares = Mapping[tuple[int, Ending], bytes]
# Lists show 68 pixels of the page, a person's own page 144; screens have up to three dots for each.
SMALL, LARGE = SIZES = (144, 432)
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
ONE_OF_SEVERAL = re.compile(rf"-{LARGE}\.jpg$")


def file_name(speaker: Speaker, size: int, ending: str) -> str:
    """The stored file's name; "" where the picture is not there in this size and format."""
    name = speaker.portrait.name or ""
    if ONE_OF_SEVERAL.search(name):
        return ONE_OF_SEVERAL.sub(f"-{size}.{ending}", name)
    return name if (size, ending) == (LARGE, "jpg") else ""


def store(squares: Squares, storage: Storage) -> str:
    """Writes what is not there yet; the name of the large JPEG."""
    digest = hashlib.sha256(squares[LARGE, "jpg"]).hexdigest()[:20]
    for (size, ending), content in squares.items():
        name = f"portraits/{digest}-{size}.{ending}"
        if not storage.exists(name):
            storage.save(name, ContentFile(content))
    return f"portraits/{digest}-{LARGE}.jpg"


def delete_files(name: str, storage: Storage) -> None:
    """Deletes a picture in all its sizes; one that someone else has too stays."""
    if not name or Speaker.objects.filter(portrait=name).exists():
        return
    storage.delete(name)
    if ONE_OF_SEVERAL.search(name):
        for size in SIZES:
            for ending in ENDINGS:
                storage.delete(ONE_OF_SEVERAL.sub(f"-{size}.{ending}", name))


@dataclass(frozen=True)
class Picture:
    """The addresses of a portrait as `<picture>` takes them; `base` is that of the JPEG without its ending."""

    base: str
    is_in_sizes: bool

    @property
    def src(self) -> str:
        return f"{self.base}-{SMALL}.jpg" if self.is_in_sizes else f"{self.base}.jpg"

    @property
    def avif(self) -> str:
        return self._set("avif")

    @property
    def webp(self) -> str:
        return self._set("webp")

    @property
    def jpg(self) -> str:
        return self._set("jpg")

    def _set(self, ending: str) -> str:
        return ", ".join(f"{self.base}-{size}.{ending} {size}w" for size in SIZES)


def picture_of(speaker: Speaker) -> Picture | None:
    """The public addresses; None without a portrait."""
    if not speaker.portrait:
        return None
    base = _base().replace("SLUG", speaker.slug)
    return Picture(base, bool(ONE_OF_SEVERAL.search(speaker.portrait.name or "")))


@lru_cache(maxsize=1)
def _base() -> str:
    # Reversed once: a list of a hundred people would pay for it a hundred times.
    return reverse("programme_machine:portrait", args=["SLUG"]).removesuffix(".jpg")
