"""Pictures of the library: what is taken, what becomes of it, and what is left of the file that was sent."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageCms

from archive.models import Partner, Photo, Picture
from archive.pictures import made_anew, sources, store_picture, widths_of
from tests import factories
from tests.archive.pictures import added, drawn, upload_of

pytestmark = pytest.mark.django_db


def refused(content: bytes, name: str = "picture.jpg", *, is_drawing: bool = False) -> str:
    with pytest.raises(ValidationError) as refusal:
        made_anew(SimpleUploadedFile(name, content), is_drawing=is_drawing)
    return str(refusal.value.messages[0])


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


# --- what is made ------------------------------------------------------------------------------------


def test_a_photograph_is_kept_in_three_widths_and_three_formats() -> None:
    made, files = made_anew(upload_of(drawn(2000, 1000)))
    assert (made.width, made.height) == (1600, 800)
    assert {name.removeprefix(f"pictures/{made.digest}-"): opened(files[name]).size for name in files} == {
        f"{width}.{ending}": (width, width // 2)
        for width in (480, 960, 1600)
        for ending in ("avif", "webp", "jpg")
    }


@pytest.mark.parametrize(
    ("width", "widths"), [(300, [300]), (480, [480]), (700, [480, 700]), (1600, [480, 960, 1600])]
)
def test_no_picture_is_made_wider_than_it_was(width: int, widths: list[int]) -> None:
    assert widths_of(width) == widths


def test_a_drawing_is_kept_to_the_pixel_and_on_white() -> None:
    drawing = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    drawing.putpixel((10, 10), (10, 20, 30, 255))
    _made, files = made_anew(upload_of(drawing, "PNG"), is_drawing=True)
    seen = {}
    for name, content in files.items():
        picture = opened(content).convert("RGB")
        seen[name.rpartition(".")[2]] = picture.getpixel((10, 10)), picture.getpixel((0, 0))
    assert seen == dict.fromkeys(["webp", "png"], ((10, 20, 30), (255, 255, 255)))


def test_the_same_picture_has_the_same_address_and_a_drawing_of_it_another() -> None:
    one, again = (made_anew(upload_of(drawn(100, 80), "PNG")) for _ in range(2))
    drawing = made_anew(upload_of(drawn(100, 80), "PNG"), is_drawing=True)
    assert one.made.digest == again.made.digest != drawing.made.digest


def test_where_and_when_a_photograph_was_taken_is_in_none_of_its_files() -> None:
    exif = Image.Exif()
    exif[0x0110] = "Telephone 9000"
    exif[0x9286] = "a note that stays with the camera"
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (50.0, 38.0, 24.0), 3: "E", 4: (5.0, 34.0, 12.0), 29: "2026:11:21"}
    )
    content = written(drawn(700, 500), "JPEG", exif=exif, comment=b"at the back door")
    assert b"Telephone 9000" in content
    assert b"2026:11:21" in content
    _made, files = made_anew(SimpleUploadedFile("a.jpg", content))
    marks = (b"Exif", b"Telephone", b"2026:11:21", b"note that stays", b"back door", b"GPS", b"ICC_PROFILE")
    assert [mark for mark in marks for file in files.values() if mark in file] == []


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (600, 400)), (3, (600, 400)), (6, (400, 600)), (8, (400, 600))]
)
def test_a_photograph_taken_sideways_stands_upright(orientation: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = made_anew(SimpleUploadedFile("a.jpg", written(drawn(600, 400), "JPEG", exif=exif))).made
    assert (made.width, made.height) == size


def test_a_large_one_taken_sideways_is_as_wide_as_any_other() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = written(drawn(3000, 2000), "JPEG", exif=exif)
    made = made_anew(SimpleUploadedFile("a.jpg", content)).made
    assert (made.width, made.height) == (1600, 2400)


def test_a_photograph_in_inks_has_the_colours_it_had_on_paper() -> None:
    made, files = made_anew(
        SimpleUploadedFile("a.jpg", written(Image.new("CMYK", (100, 100), (0, 255, 255, 0)), "JPEG"))
    )
    red, green, blue = opened(files[f"pictures/{made.digest}-100.jpg"]).convert("RGB").getpixel((50, 50))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 60


def test_a_colour_profile_is_followed_and_a_broken_one_does_no_harm() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab, b"no profile at all"):
        content = written(Image.new("RGB", (100, 100), (200, 30, 40)), "PNG", icc_profile=profile)
        made, files = made_anew(SimpleUploadedFile("a.png", content), is_drawing=True)
        pixel = opened(files[f"pictures/{made.digest}-100.png"]).convert("RGB").getpixel((50, 50))
        assert all(abs(one - two) < 3 for one, two in zip(pixel, (200, 30, 40), strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("P", "GIF")],
)
def test_a_picture_in_any_mode_becomes_one_that_browsers_show(mode: str, kind: str) -> None:
    made = made_anew(upload_of(Image.new("L", (90, 60), 128).convert(mode), kind)).made
    assert (made.width, made.height) == (90, 60)


# --- what is refused ---------------------------------------------------------------------------------


def header_of_png(width: int, height: int) -> bytes:
    """A PNG that says how large it is and has nothing in it."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"")) + part(b"IEND", b"")


def test_a_picture_of_sixty_megapixels_is_refused_before_it_is_opened() -> None:
    sentence = "This picture has more than 50 megapixels. Send a smaller one."
    assert refused(header_of_png(10_000, 6_000)) == sentence
    assert refused(header_of_png(100_000, 100_000)) == sentence


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(kind: str) -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "green", "blue")]
    content = written(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert refused(content, "a.gif") == (
        "This picture moves. Send one still of it, as JPEG or PNG; a film belongs to the videos of an edition."
    )


NO_PICTURE = (
    "This is not a JPEG, PNG, WebP or AVIF picture that can be read. Save it as JPEG and send it again."
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"MZ\x90\x00 a program by the name of picture.jpg", NO_PICTURE),
        (b"%PDF-1.7\n%%EOF", NO_PICTURE),
        (b"\xff\xd8\xff\xe0" + b"\0" * 400, NO_PICTURE),
        (header_of_png(400, 400), NO_PICTURE),
        (
            b"\0\0\0\x18ftypheic" + b"\0" * 64,
            (
                "This is a HEIC picture, as iPhones take them, which few programs read. Save or send it as JPEG and choose "
                "that file."
            ),
        ),
        (
            b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "This is an SVG drawing. Save it as PNG, at least 1600 pixels wide, and send that.",
        ),
        (
            written(Image.new("RGB", (39, 400)), "PNG"),
            "This picture is smaller than 40 by 40 pixels. Send a larger one.",
        ),
        (
            b"\xff\xd8\xff\xe0" + b"\0" * (25 * 1024 * 1024),
            "This picture is larger than 25 MB. Save it as JPEG, and send that.",
        ),
    ],
    ids=["nothing", "program", "pdf", "broken", "hollow", "heic", "svg", "tiny", "heavy"],
)
def test_what_is_no_picture_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    assert refused(content) == sentence


def test_of_a_picture_that_is_a_page_as_well_only_the_picture_is_kept() -> None:
    page = b"<html><script>alert(1)</script></html>"
    content = written(drawn(100, 100), "JPEG", comment=page) + page + b"PK\x05\x06" + b"\0" * 18
    _made, files = made_anew(SimpleUploadedFile("a.jpg", content))
    assert [name for name, file in files.items() if b"script" in file or b"PK\x05\x06" in file] == []


# --- what is read of it ------------------------------------------------------------------------------


def test_its_addresses_name_each_width_of_each_format() -> None:
    picture = Picture(digest="abc", width=700, height=350)
    assert vars(sources(picture)) == {
        "avif": "/pictures/abc-480.avif 480w, /pictures/abc-700.avif 700w",
        "webp": "/pictures/abc-480.webp 480w, /pictures/abc-700.webp 700w",
        "jpg": "/pictures/abc-480.jpg 480w, /pictures/abc-700.jpg 700w",
        "src": "/pictures/abc-700.jpg",
        "width": 700,
        "height": 350,
    }


def test_the_part_of_a_page_shows_it_with_its_words() -> None:
    picture = Picture(digest="abc", width=300, height=200, is_drawing=True, alt_en='The mark of "Efus"')
    assert render_to_string("archive/_picture.html", {"picture": picture, "sizes": "20rem"}).strip() == (
        '<picture><source type="image/webp" srcset="/pictures/abc-300.webp 300w" sizes="20rem">'
        '<img src="/pictures/abc-300.png" srcset="/pictures/abc-300.png 300w" sizes="20rem" width="300" height="200"'
        ' alt="The mark of &quot;Efus&quot;" loading="lazy" decoding="async"></picture>'
    )


def test_a_file_may_be_kept_for_ever(client: Client) -> None:
    picture = added(drawn(500, 300))
    for ending, kind in (("avif", "image/avif"), ("webp", "image/webp"), ("jpg", "image/jpeg")):
        answer = client.get(f"/pictures/{picture.digest}-480.{ending}")
        assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
            200,
            kind,
            "public, max-age=31536000, immutable",
        )


def test_a_width_or_format_that_was_not_made_is_not_found(client: Client) -> None:
    picture = added(drawn(500, 300))
    wrong = ["960.jpg", "1.jpg", "480.png", "480.svg", "99999999999999999999.jpg"]
    assert [client.get(f"/pictures/{picture.digest}-{part}").status_code for part in wrong] == [404] * 5
    assert client.get("/pictures/nothing-480.jpg").status_code == 404


def test_what_is_stored_but_in_no_library_is_not_public(client: Client) -> None:
    made = store_picture(upload_of(drawn(500, 300)))
    assert default_storage.exists(f"pictures/{made.digest}-480.jpg")
    assert client.get(f"/pictures/{made.digest}-480.jpg").status_code == 404


# --- the library -------------------------------------------------------------------------------------


def test_the_list_counts_where_pictures_are_shown_however_many_there_are(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    edition = factories.edition()

    def one_more(width: int) -> None:
        picture = added(drawn(width, 50))
        Photo.objects.create(edition=edition, picture=picture)
        Partner.objects.create(edition=edition, organisation=factories.organisation(), logo=picture)

    added(drawn(60, 50), alt="Shown nowhere")
    one_more(61)
    client.get("/admin/archive/picture/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/archive/picture/")
    for width in range(62, 66):
        one_more(width)
    with django_assert_num_queries(len(few)):
        page = client.get("/admin/archive/picture/").content.decode()
    shown = re.findall(r"field-times_used[^>]*>\s*(?:<[^>]+>\s*)*([^<\s]+)", page)
    assert sorted(shown) == ["2", "2", "2", "2", "2", "–"]


def test_a_picture_that_is_a_strip_is_refused() -> None:
    assert "as wide as it is high" in refused(upload_of(drawn(900, 50)).read())
    assert "as wide as it is high" in refused(upload_of(drawn(50, 900)).read())


def test_a_partner_s_own_page_chooses_its_kind_and_its_logo_by_typing(client: Client) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    edition, patron = factories.edition(), factories.organisation()
    logo = added(drawn(40, 40), alt="The mark of a patron", is_drawing=True)
    added(drawn(41, 40), alt="Another")
    fields = {
        "edition": edition.pk,
        "organisation": patron.pk,
        "kind": "auspices",
        "logo": logo.pk,
        "order": 1,
    }
    assert client.post("/admin/archive/partner/add/", fields).status_code == 302
    made = Partner.objects.get()
    assert (made.organisation, made.kind, made.logo) == (patron, "auspices", logo)
    # The library does not come along: what is typed is looked up.
    for page in (
        f"/admin/archive/partner/{made.pk}/change/",
        f"/admin/efus_conference/edition/{edition.pk}/change/",
    ):
        text = client.get(page).content.decode()
        assert ("The mark of a patron" in text, "Another" in text) == (True, False)
