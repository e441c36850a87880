"""Pictures that strangers send: decoded in a process of their own (`efus_conference.apart`).

Fifty megapixels take a second and hundreds of megabytes, which would be those of the public pages.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import Any

from PIL import Image, ImageOps

from efus_conference import apart

NO_PICTURE = (OSError, SyntaxError, ValueError)


def preview_of(content: bytes, *, formats: tuple[str, ...], pixels: int) -> bytes:
    """The picture upright and in colour, its longer side at most `pixels` (PNG); Unwanted for what is none."""
    return _made(content, "preview", formats, pixels)


def square_of(content: bytes, *, formats: tuple[str, ...], pixels: int) -> bytes:
    """The same cut to a square of at most `pixels` a side."""
    return _made(content, "square", formats, pixels)


def _made(content: bytes, what: str, formats: tuple[str, ...], pixels: int) -> bytes:
    _said, made = apart.opened(__name__, what, " ".join(formats), str(pixels), content=content)
    return made


def answer(content: bytes, what: str, formats: str, pixels: str) -> tuple[dict[str, Any], bytes]:
    """What the child does."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=formats.split()) as picture:
            made = _square(picture, int(pixels)) if what == "square" else _small(picture, int(pixels))
            made.save(out, "PNG")
    except MemoryError:
        return {"refused": "heavy"}, b""
    except NO_PICTURE:
        return {"refused": "not_readable"}, b""
    return {"refused": ""}, out.getvalue()


def _small(picture: Image.Image, pixels: int) -> Image.Image:
    """Small first: every step on the full picture would take its memory again."""
    picture = _with_shades(picture)
    picture.thumbnail((pixels, pixels))
    return _in_colour(_upright(picture))


def _square(picture: Image.Image, pixels: int) -> Image.Image:
    picture = _with_shades(picture)
    shorter = min(picture.size)
    if shorter > pixels:
        width, height = (-(-side * pixels // shorter) for side in picture.size)
        picture.thumbnail((width, height))
    side = min(*picture.size, pixels)
    # Of a portrait in upright format the upper part stays: that is where the face is.
    return ImageOps.fit(_in_colour(_upright(picture)), (side, side), centering=(0.5, 0.3))


def _with_shades(picture: Image.Image) -> Image.Image:
    """What cannot be made smaller as it is: sixteen bits of grey are scaled, ink and palettes get shades."""
    if picture.mode in ("1", "P"):
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if not picture.mode.startswith("I"):
        return picture
    grey = picture.convert("F").point(lambda value: value * (255 / 65535) + 0).convert("L")
    grey.info = dict(picture.info)
    return grey


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        return picture  # what the camera noted is broken; the picture itself is sound


def _in_colour(picture: Image.Image) -> Image.Image:
    """As it is seen on paper: transparent parts white."""
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    return picture.convert("RGB")


if __name__ == "__main__":
    apart.answering(answer)
