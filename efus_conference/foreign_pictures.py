"""Pictures that strangers send: decoded in a process of their own (`efus_conference.apart`).

Fifty megapixels take a second and hundreds of megabytes, which would be those of the public pages.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import Any

from PIL import Image, ImageCms, ImageOps

from efus_conference import apart

NO_PICTURE = (OSError, SyntaxError, ValueError)
SIDEWAYS = {5, 6, 7, 8}  # values of “Orientation” (Exif 2.32, 4.6.4) by which width and height change places
ORIENTATION = 0x0112


def preview_of(content: bytes, *, formats: tuple[str, ...], pixels: int) -> bytes:
    """The picture upright and in colour, its longer side at most `pixels` (PNG); Unwanted for what is none."""
    return _made(content, "preview", formats, pixels)


def square_of(content: bytes, *, formats: tuple[str, ...], pixels: int) -> bytes:
    """The same cut to a square of at most `pixels` a side."""
    return _made(content, "square", formats, pixels)


def page_picture_of(content: bytes, *, formats: tuple[str, ...], pixels: int) -> bytes:
    """The picture upright, in the colours that screens take for granted (sRGB), at most `pixels` wide.

    It is never more than twice as high as `pixels`. Unwanted("moves") for an animated one.
    """
    return _made(content, "page", formats, pixels)


def _made(content: bytes, what: str, formats: tuple[str, ...], pixels: int) -> bytes:
    _said, made = apart.opened(__name__, what, " ".join(formats), str(pixels), content=content)
    return made


def answer(content: bytes, what: str, formats: str, pixels: str) -> tuple[dict[str, Any], bytes]:
    """What the child does."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=formats.split()) as picture:
            if what == "page" and picture.format != "MPO" and getattr(picture, "is_animated", False):
                return {"refused": "moves"}, b""
            MADE[what](picture, int(pixels)).save(out, "PNG")
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


def _page(picture: Image.Image, pixels: int) -> Image.Image:
    picture = _with_shades(picture)
    box = (pixels, 2 * pixels)
    try:
        is_sideways = picture.getexif().get(ORIENTATION) in SIDEWAYS
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        is_sideways = False
    picture.thumbnail(box[::-1] if is_sideways else box)
    return _in_colour(_upright(_in_colours_of_screens(picture)))


def _in_colours_of_screens(picture: Image.Image) -> Image.Image:
    """What was taken in the wider colours of a telephone, or in inks, in sRGB; as it is where its profile is broken."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        # An opaque picture has no transparency to lose, and one with some keeps it.
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, *NO_PICTURE):
        return picture
    assert made is not None
    made.info = {name: value for name, value in picture.info.items() if name != "icc_profile"}
    return made


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


MADE = {"preview": _small, "square": _square, "page": _page}

if __name__ == "__main__":
    apart.answering(answer)
