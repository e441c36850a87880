from __future__ import annotations

import hashlib
import io
import resource
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from efus_conference import apart
from efus_conference.uploads import (
    MAX_BYTES,
    PREVIEW_PIXELS,
    SLIDES,
    check_document,
    ending_of,
    sound_document,
    squares,
)


def upload(content: bytes, name: str = "page.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would become a picture of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf_of(width: str, height: str) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 " + f"{width} {height}".encode() + b"]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (picture("PDF"), "application/pdf"),
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("PNG") + b"trailing", "image/png"),
    ],
)
@pytest.mark.parametrize("name", ["page.pdf", "page.exe", "../../page", "page"])
def test_a_document_is_known_by_its_content_and_kept_to_the_byte(
    content: bytes, content_type: str, name: str
) -> None:
    checked = check_document(upload(content, name))
    assert [checked.content, checked.content_type, checked.sha256] == [
        content,
        content_type,
        hashlib.sha256(content).hexdigest(),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_readable"),
        (b"<!doctype html><script>alert(1)</script>", "not_readable"),
        (b"<!doctype html>%PDF-1.4", "not_readable"),
        (b"%PDF-1.7\nnothing", "not_readable"),
        (b"%PDF-<html><script>alert(1)</script></html>", "not_readable"),
        (picture("PDF")[:300], "not_readable"),
        (picture("PNG")[:60], "not_readable"),
        (picture("JPEG")[:100], "not_readable"),
        (picture("GIF"), "not_readable"),
        (picture("TIFF"), "not_readable"),
        (b"\0" * 100, "not_readable"),
        (png_that_claims(60_000, 60_000), "pixels"),
        (png_that_claims(10_000, 10_000), "pixels"),
        (png_that_claims(2_000_000_000, 2_000_000_000), "pixels"),
        (picture("PNG") + b"\0" * MAX_BYTES, "too_large"),
    ],
)
@pytest.mark.parametrize("check", [check_document, sound_document])
def test_anything_else_is_refused_with_its_reason(check: Any, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(upload(content))
    assert caught.value.code == code


def with_a_remark(kind: str, remark: bytes) -> bytes:
    """A picture that holds some more, where programs that show pictures do not look."""
    content = picture(kind)
    if kind == "JPEG":
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(remark) + 2) + remark + content[2:]
    return content[:33] + chunk(b"tEXt", b"k\0" + remark) + content[33:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("check", [check_document, sound_document])
def test_a_picture_is_no_pdf_and_no_web_page_besides(check: Any, kind: str) -> None:
    page = picture("PDF")
    for content in (with_a_remark(kind, page), picture(kind) + page, with_a_remark(kind, b"<html><script>")):
        with pytest.raises(ValidationError) as caught:
            check(upload(content))
        assert caught.value.code == "two_kinds"
    check(upload(with_a_remark(kind, b"Made by a scanner")))


@pytest.mark.parametrize("mode", ["RGBA", "I;16", "L", "1", "P"])
def test_a_scan_of_fifty_megapixels_takes_no_memory_of_ours(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (7071, 7071)).save(out, "PNG")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    preview = check_document(upload(out.getvalue())).preview
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert [Image.open(io.BytesIO(preview)).size, (after - before) // 1024 < 50] == [(1600, 1600), True]


@pytest.mark.parametrize("content", [picture("PDF"), picture("JPEG"), picture("PNG")])
def test_what_needs_no_preview_is_taken_as_with_one(content: bytes) -> None:
    checked = check_document(upload(content))
    assert sound_document(upload(content)) == (checked.content, checked.content_type)


def test_a_picture_that_needs_no_preview_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[int] = []
    load = ImageFile.ImageFile.load

    def measured(image: ImageFile.ImageFile) -> Any:
        unpacked.append(image.width * image.height)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", measured)
    for kind in ("PNG", "JPEG"):
        sound_document(upload(picture(kind, (800, 800))))
    assert sum(unpacked) <= 100 * 100


def test_the_limit_is_ten_megabytes_to_the_byte() -> None:
    content = picture("PNG")
    at_limit = content + b"\0" * (MAX_BYTES - len(content))
    assert [MAX_BYTES, check_document(upload(at_limit)).content == at_limit] == [10_485_760, True]
    with pytest.raises(ValidationError, match="larger than 10 MB"):
        check_document(upload(at_limit + b"\0"))


@pytest.mark.parametrize(("width", "height"), [("14400", "14400"), ("1", "14400"), ("595", "842")])
def test_a_page_of_any_size_gets_a_preview_of_one_size(width: str, height: str) -> None:
    with Image.open(io.BytesIO(check_document(upload(pdf_of(width, height))).preview)) as preview:
        assert [preview.format, max(preview.size) <= PREVIEW_PIXELS] == ["PNG", True]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_sound_picture_with_broken_notes_of_the_camera_is_taken(kind: str) -> None:
    content = picture(kind, exif=b"Exif\0\0no such notes")
    made = [check_document(upload(content)).preview, squares(upload(content), 20)[20, "jpg"]]
    assert [(Image.open(io.BytesIO(one)).size, b"no such notes" in one) for one in made] == [
        ((40, 30), False),
        ((20, 20), False),
    ]


def test_a_preview_and_a_portrait_carry_nothing_of_the_original_but_its_look() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    content = picture("JPEG", (3000, 1000), exif=exif) + b"SECRET-TAIL"
    assert b"SECRET-PLACE" in content
    portraits = squares(upload(content), 144, 432)
    preview = check_document(upload(content)).preview
    assert [b"SECRET" in outcome for outcome in (preview, *portraits.values())] == [False] * 7
    seen = [Image.open(io.BytesIO(outcome)) for outcome in (preview, *portraits.values())]
    assert [(one.format, one.size, dict(one.getexif())) for one in seen] == [
        ("PNG", (1600, 533), {}),
        *((kind, (size, size), {}) for size in (144, 432) for kind in ("AVIF", "WEBP", "JPEG")),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (picture("GIF"), "not_readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_readable"),
        (picture("PNG", (143, 400)), "too_small"),
        (png_that_claims(60_000, 60_000), "pixels"),
        (b"", "empty"),
        (b"\xff\xd8" + b"0" * MAX_BYTES, "too_large"),
    ],
)
def test_no_portrait_is_made_of_what_is_none(content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        squares(upload(content, "me.jpg"), 144, 432)
    assert [error.code for error in refused.value.error_list] == [code]


def office_file(*parts: str, mimetype: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for part in parts:
            archive.writestr(part, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (picture("PDF"), "pdf"),
        (office_file("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (office_file("[Content_Types].xml", "word/document.xml"), "docx"),
        (office_file(mimetype=b"application/vnd.oasis.opendocument.presentation"), "odp"),
        (office_file(mimetype=b"application/vnd.oasis.opendocument.text"), "odt"),
    ],
)
def test_slides_are_known_by_their_content(content: bytes, ending: str) -> None:
    assert ending_of(upload(content, "holiday.exe")) == ending


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 broken", "not_readable"),
        (b"<!doctype html><script>alert(1)</script>", "not_readable"),
        (b"PK\x03\x04 broken", "not_readable"),
        (office_file("evil.html"), "not_readable"),
        (office_file(mimetype=b"text/html"), "not_readable"),
        (office_file("[Content_Types].xml", "ppt/presentation.xml", "ppt/vbaProject.bin"), "not_readable"),
        (office_file("[Content_Types].xml", "xl/workbook.xml"), "not_readable"),
        (b"%PDF-" + b"0" * 2048, "too_large"),
    ],
)
def test_what_is_no_presentation_is_refused(content: bytes, code: str, settings: Any) -> None:
    settings.MATERIALS_MAX_BYTES = 2048
    with pytest.raises(ValidationError) as refused:
        ending_of(upload(content, "slides.pdf"))
    assert [error.code for error in refused.value.error_list] == [code]


PARTS = ("[Content_Types].xml", "ppt/presentation.xml")
LONG_NAMES = [f"{number:05}{'x' * 300}" for number in range(14_000)]


def with_a_long_end(content: bytes) -> bytes:
    """The same ZIP file with the records for archives beyond 4 GB, whose list is as long as they say."""
    record, end = content[:-22], content[-22:]
    count, size, at = struct.unpack_from("<HLL", end, 10)
    long_end = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
    place = struct.pack("<4sLQL", b"PK\6\7", 0, len(record), 1)
    return record + long_end + place + end[:12] + bytes(4) + end[16:]


@pytest.mark.parametrize(
    "content",
    [office_file(*PARTS, *LONG_NAMES), with_a_long_end(office_file(*PARTS))],
    ids=["too long", "of unknown length"],
)
def test_a_list_of_parts_that_would_take_long_to_read_is_not_read(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert set(PARTS) <= set(archive.namelist())  # it is a sound file
    with pytest.raises(ValidationError, match="can be read"):
        ending_of(upload(content))


def test_a_remark_at_the_end_of_an_office_file_does_not_matter() -> None:
    out = io.BytesIO(office_file(*PARTS))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"Made by a program that says so. PK"
    assert ending_of(upload(out.getvalue())) == "pptx"


def test_a_speaker_hands_in_slides_and_no_letters() -> None:
    letter = office_file("[Content_Types].xml", "word/document.xml")
    with pytest.raises(ValidationError, match="PDF, PPTX, ODP"):
        ending_of(upload(letter), allowed=SLIDES)


def test_pages_are_read_by_several_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WAIT", 600)
    content = picture("PDF", (400, 300))
    with ThreadPoolExecutor(8) as threads:
        previews = set(threads.map(lambda _: check_document(upload(content)).preview, range(12)))
    assert len(previews) == 1


@pytest.mark.parametrize("mode", ["I;16", "RGBA", "LA"])
def test_a_preview_shows_ink_on_paper_for_scans_of_every_kind(mode: str) -> None:
    """Sixteen bits of grey came out white, and ink on a transparent page black."""
    if mode == "I;16":
        paper, ink = (60000).to_bytes(2, "little"), (2000).to_bytes(2, "little")
        rows = [paper * 80] * 20 + [paper * 20 + ink * 40 + paper * 20] * 40 + [paper * 80] * 20
        page = Image.frombytes(mode, (80, 80), b"".join(rows))
    else:
        page = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
        page.paste((0, 0, 0, 255), (20, 20, 60, 60))
        page = page.convert(mode)
    out = io.BytesIO()
    page.save(out, "PNG")
    preview = Image.open(io.BytesIO(check_document(upload(out.getvalue())).preview)).convert("L")
    assert preview.getpixel((5, 5)) > 200  # type: ignore[operator]
    assert preview.getpixel((40, 40)) < 50  # type: ignore[operator]
