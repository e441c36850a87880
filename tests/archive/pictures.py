"""Pictures for tests, drawn by rule."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from archive.models import Picture
from archive.pictures import store_picture


def drawn(width: int, height: int) -> Image.Image:
    """Shades from corner to corner: no two sides are alike."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90)))


def upload_of(picture: Image.Image, kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    picture.save(out, kind)
    return SimpleUploadedFile(f"picture.{kind.lower()}", out.getvalue())


def added(
    picture: Image.Image, *, alt: str = "Shades from corner to corner", is_drawing: bool = False
) -> Picture:
    """A picture in the library."""
    kind = "PNG" if is_drawing else "JPEG"
    made = store_picture(upload_of(picture, kind), is_drawing=is_drawing)
    return Picture.objects.create(**made._asdict(), alt_en=alt)
