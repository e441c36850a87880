"""The files of a picture of the library: in several widths and formats, so that each reader loads what they can show.

They lie beside each other as `pictures/<digest>-<width>.<ending>` and never change: whoever has one may keep it.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from PIL import Image

from archive.models import Picture
from efus_conference.uploads import still

Ending = Literal["avif", "webp", "jpg", "png"]
WIDTHS = (480, 960, 1600)  # pixels; none is wider than what was uploaded
LONGEST_STRIP = 10  # times the other side
TYPES: dict[str, str] = {
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
}
PHOTOGRAPH: dict[Ending, tuple[str, dict[str, Any]]] = {
    "avif": ("AVIF", {"quality": 55, "speed": 7}),
    "webp": ("WEBP", {"quality": 78}),
    "jpg": ("JPEG", {"quality": 82, "optimize": True, "progressive": True}),
}
# To the pixel: what is drawn has edges, which photographs' formats blur.
DRAWING: dict[Ending, tuple[str, dict[str, Any]]] = {
    "webp": ("WEBP", {"lossless": True}),
    "png": ("PNG", {"optimize": True}),
}


class MadePicture(NamedTuple):
    """What a `Picture` has of its files: `Picture(**made._asdict(), alt=…)`."""

    digest: str
    width: int  # pixels
    height: int
    is_drawing: bool


class FilesOfPicture(NamedTuple):
    """A picture in all its files, not stored yet."""

    made: MadePicture
    files: dict[str, bytes]  # by their names in the storage


def made_anew(upload: UploadedFile, *, is_drawing: bool = False) -> FilesOfPicture:
    """Every width and format of what was uploaded; ValidationError with a kind sentence for what is no picture.

    Takes a second or two. Nothing of the file survives but what is seen: no place, no date, no camera.
    """
    picture = still(upload, pixels=WIDTHS[-1])
    if max(picture.size) > LONGEST_STRIP * min(picture.size):
        raise ValidationError(
            _("This picture is more than %(times)s times as wide as it is high, or as high as it is wide."),
            code="strip",
            params={"times": LONGEST_STRIP},
        )
    kind = b"drawing" if is_drawing else b"photograph"
    digest = hashlib.sha256(kind + repr(picture.size).encode() + picture.tobytes()).hexdigest()[:20]
    made = MadePicture(digest, *picture.size, is_drawing)
    files = {}
    for width in widths_of(made.width):
        height = height_of(made.width, made.height, width)
        small = picture if width == made.width else picture.resize((width, height), Image.Resampling.LANCZOS)
        for ending, (format_, options) in endings_of(is_drawing=is_drawing).items():
            out = io.BytesIO()
            small.save(out, format_, **options)
            files[file_name(digest, width, ending)] = out.getvalue()
    return FilesOfPicture(made, files)


def store_picture(upload: UploadedFile, *, is_drawing: bool = False) -> MadePicture:
    """Makes a picture anew and writes its files; what is there already stays. ValidationError as `made_anew`."""
    anew = made_anew(upload, is_drawing=is_drawing)
    write(anew)
    return anew.made


def write(anew: FilesOfPicture, storage: Storage = default_storage) -> None:
    for name, content in anew.files.items():
        if not storage.exists(name):
            storage.save(name, ContentFile(content))


def delete_files(digest: str, width: int, *, is_drawing: bool, storage: Storage = default_storage) -> None:
    """Deletes a picture in all its files, unless it is in the library (again)."""
    if Picture.objects.filter(digest=digest).exists():
        return
    for each in widths_of(width):
        for ending in endings_of(is_drawing=is_drawing):
            storage.delete(file_name(digest, each, ending))


def endings_of(*, is_drawing: bool) -> dict[Ending, tuple[str, dict[str, Any]]]:
    return DRAWING if is_drawing else PHOTOGRAPH


def widths_of(width: int) -> list[int]:
    """Those in which a picture of this width is there: the smaller ones and its own."""
    return [*(each for each in WIDTHS if each < width), width]


def height_of(width: int, height: int, wanted: int) -> int:
    return max(1, round(height * wanted / width))


def file_name(digest: str, width: int, ending: str) -> str:
    return f"pictures/{digest}-{width}.{ending}"


@dataclass(frozen=True)
class PictureSources:
    """The addresses of a picture as `<picture>` takes them, and the size it is laid out in; "" for no such format."""

    avif: str
    webp: str
    jpg: str  # of a drawing: PNG
    src: str
    width: int
    height: int


def sources(picture: Picture) -> PictureSources:
    widths = widths_of(picture.width)
    endings = endings_of(is_drawing=picture.is_drawing)
    last = "png" if picture.is_drawing else "jpg"

    def srcset(ending: str) -> str:
        if ending not in endings:
            return ""
        return ", ".join(f"{address(picture, width, ending)} {width}w" for width in widths)

    # For programs that know no srcset, among them those that show a link's picture in a chat: not the smallest.
    middle = widths[min(1, len(widths) - 1)]
    return PictureSources(
        avif=srcset("avif"),
        webp=srcset("webp"),
        jpg=srcset(last),
        src=address(picture, middle, last),
        width=picture.width,
        height=picture.height,
    )


def largest(picture: Picture) -> str:
    """The address of the picture in full width, in the format that every program reads."""
    return address(picture, picture.width, "png" if picture.is_drawing else "jpg")


def address(picture: Picture, width: int, ending: str) -> str:
    # Reversed once: an album would pay for it a thousand times.
    return _base().replace("DIGEST-1.ENDING", f"{picture.digest}-{width}.{ending}")


@lru_cache(maxsize=1)
def _base() -> str:
    return reverse("archive_machine:picture", args=["DIGEST", 1, "ENDING"])
