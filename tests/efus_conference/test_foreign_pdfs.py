"""PDFs that strangers send: what is more than pages is refused with a reason, in bounded time, and no byte is touched."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from efus_conference import apart
from efus_conference.apart import Unwanted
from efus_conference.checks import the_trusted_certificates_can_be_read
from efus_conference.foreign_pdfs import look_into
from efus_conference.foreign_pdfs.sentences import UNWANTED
from efus_conference.uploads import PREVIEW_PIXELS, CheckedDocument, check_document

pytestmark = pytest.mark.slow

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>"


def pdf(
    *more: bytes, catalog: bytes = b"", page: bytes = b"", pages: bytes = b"", trailer: bytes = b""
) -> bytes:
    """One page, a catalog with what is given, and objects from number 4 on; with a table of objects that is right."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        pages or b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE[:-2] + page + b">>",
        *more,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += (
        b"trailer<</Size %d/Root 1 0 R" % (len(objects) + 1) + trailer + b">>\nstartxref\n%d\n%%%%EOF" % table
    )
    return bytes(out)


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    body = zlib.compress(data, 9) if packed else data
    packing = b"/Filter/FlateDecode" if packed else b""
    return b"<</Length %d" % len(body) + packing + entries + b">>stream\n" + body + b"\nendstream "


def in_object_stream(body: bytes) -> bytes:
    """The objects of a file packed as newer programs do, the fourth of them being `body`."""
    packed = b"4 0 " + body
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE,
        b"null",
        stream(packed, b"/Type/ObjStm/N 1/First 4", packed=True),
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + one + b"endobj\n"
    table = len(out)
    rows = b"\0\0\0\0\0\0"[:6]
    for number, place in enumerate(places, start=1):
        rows += b"\2" + (5).to_bytes(4) + b"\0" if number == 4 else b"\1" + place.to_bytes(4) + b"\0"
    rows += b"\1" + table.to_bytes(4) + b"\0"
    out += b"6 0 obj" + stream(rows, b"/Type/XRef/W[1 4 1]/Size 7/Root 1 0 R") + b"endobj\n"
    return bytes(out) + b"startxref\n%d\n%%%%EOF" % table


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
WIDGET = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A %s>>"
BAD: dict[str, tuple[bytes, str]] = {
    "a script when it opens": (pdf(catalog=b"/OpenAction" + SCRIPT), "script"),
    "a script by name": (pdf(SCRIPT, catalog=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>"), "script"),
    "a script when a page is shown": (pdf(page=b"/AA<</O" + SCRIPT + b">>"), "script"),
    "a script under an escaped name": (pdf(catalog=b"/OpenAction<</S/JavaScrip#74/J#53(x)>>"), "script"),
    "a script in a packed object": (in_object_stream(SCRIPT), "script"),
    "a script nothing leads to": (pdf(SCRIPT), "script"),
    "a script that a mended table would find": (pdf().replace(b"xref\n0", b"4 0 obj" + SCRIPT + b"endobj\nxref\n0"), "script"),
    "a script in a file without its table": (pdf(SCRIPT).partition(b"xref\n0")[0] + b"trailer<</Root 1 0 R>>\n%%EOF", "script"),
    "a program that is started": (pdf(catalog=b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "action"),
    "a program behind a link": (pdf(WIDGET % b"<</S/Launch/F(cmd.exe)>>", page=b"/Annots[4 0 R]"), "action"),
    "a website that is opened by itself": (pdf(catalog=b"/OpenAction<</S/URI/URI(https://example.org/)>>"), "action"),
    "a link to a file of the reader": (pdf(WIDGET % b"<</S/URI/URI(file:///etc/passwd)>>", page=b"/Annots[4 0 R]"), "action"),
    "a link that is a script": (pdf(WIDGET % b"<</S/URI/URI( JavaScript:x)>>", page=b"/Annots[4 0 R]"), "action"),
    "answers that are sent": (pdf(WIDGET % b"<</S/SubmitForm/F(https://example.org)>>", page=b"/Annots[4 0 R]"), "action"),
    "another file inside": (pdf(stream(b"MZ", b"/Type/EmbeddedFile"), b"<</Type/Filespec/F(a.exe)/EF<</F 4 0 R>>>>", catalog=b"/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>"), "inside"),
    "a file pinned to the page": (pdf(b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]>>", page=b"/Annots[4 0 R]"), "inside"),
    "a film": (pdf(b"<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>", page=b"/Annots[4 0 R]"), "inside"),
    "a form in XML": (pdf(stream(b"<xdp/>"), catalog=b"/AcroForm<</XFA 4 0 R/Fields[]>>"), "form"),
    "a key": (pdf(b"<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>", trailer=b"/Encrypt 4 0 R/ID[(a)(a)]"), "encrypted"),
    "a web page before": (pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%<html><script>alert(1)</script>\n", 1), "two_kinds"),
    "a web page behind": (pdf() + b"\n<script>alert(1)</script>", "two_kinds"),
    "a website that is opened after a move": (pdf(catalog=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI(https://example.org/)>>>>"), "action"),
    "a website that is opened after two": (pdf(b"[<</S/GoTo>> 5 0 R]", b"<</S/URI/URI(https://example.org/)>>", catalog=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>"), "action"),
    "moves without an end": (pdf(b"<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>", catalog=b"/OpenAction 4 0 R"), "action"),
    "a drawing that is fetched": (pdf(stream(b"", b"/F(\\\\\\\\example.org\\\\share)"), page=b"/Contents 4 0 R"), "action"),
    "a page of another file": (pdf(stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Ref<</F(x.pdf)/Page 0>>"), page=b"/Resources<</XObject<</X 4 0 R>>>>"), "action"),
    "no pages": (pdf(pages=b"<</Type/Pages/Kids[]/Count 0>>"), "not_readable"),
}  # fmt: skip


HIDING = b"<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a)" + SCRIPT + b"]>>>>>>"


def packed_catalog(packing: bytes, pack: Any, *, is_first: bool = False, end: bytes = b"") -> bytes:
    """A catalog with a script, packed in an object beside a stream, and a table of objects that lies elsewhere."""
    body = pack(b"1 0 " + HIDING)
    objects = [
        b"4 0 obj" + stream(b"q Q") + b"endobj\n",
        b"9 0 obj<</Type/ObjStm/N 1/First 4/Length %d" % len(body)
        + packing + b">>stream" + (end or b"\n") + body + b"\nendstream endobj\n",
    ]  # fmt: skip
    return (
        b"%PDF-1.7\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj" + PAGE + b"endobj\n"
        + b"".join(reversed(objects) if is_first else objects)
        + b"trailer<</Size 10/Root 1 0 R>>\nstartxref\n99999999\n%%EOF"
    )  # fmt: skip


def in_hex(data: bytes) -> bytes:
    return zlib.compress(data).hex().encode() + b">"


def without_its_sum(data: bytes) -> bytes:
    return zlib.compress(data)[:-4] + b"sum?"


def orphan(packing: bytes, pack: Any) -> bytes:
    """A sound file in whose table nothing leads to the packed script."""
    return pdf(stream(b"q Q"), stream(pack(b"1 0 " + HIDING), b"/Type/ObjStm/N 1/First 4" + packing))


FLATE, HEX = b"/Filter/FlateDecode", b"/Filter[/ASCIIHexDecode/FlateDecode]"
# Scripts that a reader which mends finds, and one that goes by the standard does not.
HIDDEN: dict[str, tuple[bytes, str]] = {
    **{
        f"packed {how} {where} another stream, without a table": (packed_catalog(packing, pack, is_first=is_first), "not_readable")
        for how, packing, pack in (("once", FLATE, zlib.compress), ("twice", HEX, in_hex))
        for where, is_first in (("before", True), ("behind", False))
    },
    "packed behind a line that ends otherwise": (packed_catalog(FLATE, zlib.compress, end=b"\r"), "not_readable"),
    "packed with nothing leading to it": (orphan(FLATE, zlib.compress), "script"),
    "packed with nothing leading to it, in another way": (orphan(HEX, in_hex), "not_readable"),
    "packed with parameters": (orphan(FLATE + b"/DecodeParms<</Predictor 12>>", zlib.compress), "not_readable"),
    "packed and damaged": (orphan(FLATE, without_its_sum), "not_readable"),
    "packed in no way": (orphan(b"", bytes), "script"),
    "packed under an escaped name": (orphan(HEX, in_hex).replace(b"/ObjStm", b"/Obj#53tm"), "not_readable"),
    "an object in a drawing": (pdf(stream(b"9 0 obj<</S/J 5 0 R>>endobj")), "inside"),
    "a stream that begins in a title": (pdf(b"<</T(a stream\n)/S/JavaScript/J 7 0 R>>\nendstream"), "script"),
    "a name before a comment": (pdf(b"<</JS%\n(x)>>"), "script"),
    "a website behind the second of two equal keys": (pdf(catalog=b"/OpenAction[3 0 R/Fit]/OpenAction<</S/URI/URI(https://example.org)>>"), "not_readable"),
    "a script behind the second of two equal keys": (pdf(stream(b"q Q"), SCRIPT, catalog=b"/OpenAction[3 0 R/Fit]/OpenAction 5 0 R"), "not_readable"),
    "a name before a zero": (pdf(b"<</JS\0(x)>>"), "script"),
}  # fmt: skip


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("page.pdf", content)


def checked(content: bytes) -> CheckedDocument:
    return check_document(upload(content))


def refusal(content: bytes) -> str:
    try:
        checked(content)
    except ValidationError as error:
        return str(error.code)
    return ""


@pytest.mark.parametrize("what", list(BAD))
def test_what_is_more_than_a_page_is_refused(what: str) -> None:
    content, code = BAD[what]
    assert refusal(content) == code


@pytest.mark.parametrize("what", list(HIDDEN))
def test_a_script_is_found_by_whatever_reader_would_find_it(what: str) -> None:
    content, code = HIDDEN[what]
    assert refusal(content) == code


def test_every_refusal_has_a_sentence_that_says_what_to_do() -> None:
    assert {code for _content, code in (*BAD.values(), *HIDDEN.values())} - {"two_kinds"} <= set(UNWANTED)
    assert [str(sentence) for sentence in UNWANTED.values() if "end" not in str(sentence)] == []


def test_what_a_signed_page_has_is_taken_and_stays_as_it_came() -> None:
    content = pdf(
        WIDGET % b"<</S/URI/URI(https://example.org/JS)>>",
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[3 0 R/Fit]>>>>",
        stream(b"(/JS /Launch /EmbeddedFile in a drawing is no more than words) Tj /JS /EF", b""),
        catalog=b"/OpenAction[3 0 R/Fit]",
        page=b"/Annots[4 0 R 5 0 R]",
    )
    document = checked(content)
    assert [document.content == content, document.sha256, document.content_type, document.findings] == [
        True,
        hashlib.sha256(content).hexdigest(),
        "application/pdf",
        [],
    ]


def test_a_file_without_its_table_of_objects_is_mended_as_scanners_need_it() -> None:
    assert refusal(pdf().partition(b"xref\n0")[0] + b"trailer<</Root 1 0 R>>\n%%EOF") == ""


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.html", "<script>alert(1)</script>")
    return out.getvalue()


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PDF", "JPEG", "PNG"])
@pytest.mark.parametrize("tail", [archive(), b"<html><script>alert(1)</script>"], ids=["archive", "web page"])
def test_a_document_is_no_archive_and_no_web_page_besides(kind: str, tail: bytes) -> None:
    assert [refusal(picture(kind)), refusal(picture(kind) + tail)] == ["", "two_kinds"]


def pages(number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (4 + one) for one in range(number))
    return pdf(*[PAGE] * number, pages=b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % number)


def deep(levels: int) -> bytes:
    """A tree of pages with one branch at each level."""
    nodes = [b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (3 + n, 5 + n) for n in range(levels)]
    return pdf(*nodes, PAGE, pages=b"<</Type/Pages/Kids[4 0 R]/Count 1>>")


def nested(levels: int) -> bytes:
    return pdf(b"[" * levels + b"]" * levels)


def looped() -> bytes:
    return pdf(b"<</Type/Pages/Kids[2 0 R]/Count 1>>", pages=b"<</Type/Pages/Kids[4 0 R 2 0 R]/Count 1>>")


def bomb(entries: bytes = b"") -> bytes:
    """Ten thousand times as much as was sent, packed twice."""
    inner = zlib.compress(b"\0" * 300_000_000, 9)
    packed = zlib.compress(inner, 9)
    length = b"<</Length %d/Filter[/FlateDecode/FlateDecode]" % len(packed)
    return length + entries + b">>stream\n" + packed + b"\nendstream "


def heavy_objects() -> bytes:
    return pdf(bomb(b"/Type/ObjStm/N 1/First 4"))


def heavy_page() -> bytes:
    return pdf(bomb(), page=b"/Contents 4 0 R")


def heavy_picture() -> bytes:
    image = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8"
    return pdf(
        stream(b"q 200 0 0 300 0 0 cm /I Do Q"),
        bomb(image),
        page=b"/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>",
    )


def laughs() -> bytes:
    """Drawings that draw the next one ten times, nine deep: a thousand million strokes."""
    forms = [
        stream(
            b"/X Do " * 10 if n < 8 else b"0 0 m 200 300 l S",
            b"/Type/XObject/Subtype/Form/BBox[0 0 200 300]/Resources<</XObject<</X %d 0 R>>>>" % (6 + n),
        )
        for n in range(9)
    ]
    return pdf(stream(b"/X Do"), *forms, page=b"/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>")


def heavy_objects_in_one() -> bytes:
    return pdf(stream(b"\0" * 40_000_000, b"/Type/ObjStm/N 1/First 4", packed=True))


BOMBS: dict[str, tuple[Callable[[], bytes], int | str]] = {
    "objects packed twice": (heavy_objects, "not_readable"),
    "many objects": (heavy_objects_in_one, "heavy"),
    "a page": (heavy_page, PREVIEW_PIXELS),
    "a picture": (heavy_picture, PREVIEW_PIXELS),
    "drawings in drawings": (laughs, "heavy"),
    "pages in a circle": (looped, "not_readable"),
    "a deep tree of pages": (lambda: deep(5_000), "not_readable"),
    "lists in lists": (lambda: nested(200_000), PREVIEW_PIXELS),
}


@pytest.mark.parametrize("what", list(BOMBS))
def test_a_bomb_ends_soon_and_harms_nobody(what: str) -> None:
    """Refused, or drawn as far as its first page goes: in bounded time either way, and in no memory of ours."""
    made, expected = BOMBS[what]
    content = made()
    outcome: int | str
    try:
        outcome = max(Image.open(io.BytesIO(look_into(content, pixels=PREVIEW_PIXELS).preview)).size)
    except Unwanted as unwanted:
        outcome = unwanted.code
    assert outcome == expected


def test_hundreds_of_pages_are_too_many() -> None:
    assert [refusal(pages(500)), refusal(pages(501)), refusal(pages(4_000))] == ["", "pages", "pages"]


@pytest.mark.parametrize("box", [b"14401 10", b"10 999999999"])
def test_a_page_is_no_larger_than_paper(box: bytes) -> None:
    content = pdf().replace(b"0 0 200 300", b"0 0 " + box)
    assert refusal(content) in ("giant", "not_readable")


def test_a_page_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock ends what the child's own limits would let go on."""
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    assert refusal(pdf()) == "heavy"


def test_the_process_that_opens_a_pdf_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    real = apart.subprocess.run

    def noted(*arguments: Any, **named: Any) -> Any:
        asked.append(named["env"])
        return real(*arguments, **named)

    monkeypatch.setattr(apart.subprocess, "run", noted)
    checked(pdf())
    assert [sorted(one) for one in asked] == [["LANG", "PYTHONPATH"]]


# --- digital signatures ------------------------------------------------------------------------------


def certified(name: str) -> tuple[SimpleSigner, bytes]:
    """A signer with a certificate that it made itself, and that certificate (PEM)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Town")]
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, True, False, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    [read] = load_certs_from_pemder_data(pem)
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(read, PrivateKeyInfo.load(der), SimpleCertificateStore()), pem


def signed(content: bytes, signer: SimpleSigner, field: str = "One") -> bytes:
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    out: io.BytesIO = PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
    return out.getvalue()


def found(content: bytes, *names: str) -> list[list[Any]]:
    return [[finding.get(name) for name in names] for finding in checked(content).findings]


def test_a_signed_pdf_says_who_when_and_that_nothing_changed() -> None:
    signer, _pem = certified("Robin Example")
    content = signed(pdf(), signer)
    [finding] = checked(content).findings
    at = datetime.fromisoformat(finding.pop("signed_at"))
    assert [abs(datetime.now(UTC) - at) < timedelta(minutes=5), len(finding.pop("certificate"))] == [True, 64]
    assert finding == {
        "is_readable": True,
        "signed_by": "Robin Example",
        "organisation": "Town",
        "issued_by": "Robin Example",
        "is_stamped": False,
        "is_intact": True,
        "covers": "whole",
        "changes": "none",
        "revisions_after": 0,
        "is_trusted": False,
        "is_self_signed": True,
    }
    assert checked(content).content == content


def test_a_signature_is_trusted_by_the_certificates_of_this_site_alone(tmp_path: Path, settings: Any) -> None:
    signer, pem = certified("Robin Example")
    content, roots = signed(pdf(), signer), tmp_path / "roots.pem"
    roots.write_bytes(certified("Somebody Else")[1])
    settings.SIGNATURE_ROOTS = str(roots)
    before = found(content, "is_trusted")
    roots.write_bytes(pem)
    assert [before, found(content, "is_trusted")] == [[[False]], [[True]]]


def test_a_byte_that_was_changed_shows() -> None:
    content = signed(pdf(), certified("Robin Example")[0])
    assert found(content.replace(b"200 300", b"200 299", 1), "is_intact") == [[False]]


def test_what_was_added_after_the_signature_shows() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed(pdf(), certified("Robin Example")[0])))
    writer.root["/Lang"] = writer.root["/Pages"]["/Kids"][0]["/MediaBox"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert found(out.getvalue(), "is_intact", "covers", "changes", "revisions_after") == [
        [True, "earlier", "other", 1]
    ]


def test_two_signatures_stand_in_their_order() -> None:
    first, second = certified("Ada Example")[0], certified("Robin Example")[0]
    content = signed(signed(pdf(), first, "One"), second, "Two")
    assert found(content, "signed_by", "is_intact", "covers", "changes") == [
        ["Ada Example", True, "earlier", "allowed"],
        ["Robin Example", True, "whole", "none"],
    ]


def test_a_signature_that_is_none_is_said_to_be_unreadable() -> None:
    field = b"<</FT/Sig/T(One)/V 5 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R>>"
    value = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>"
    )
    content = pdf(field, value, catalog=b"/AcroForm<</Fields[4 0 R]/SigFlags 3>>")
    assert checked(content).findings == [{"is_readable": False}]


def test_a_signature_in_a_file_that_was_mended_is_said_to_be_unreadable() -> None:
    """And the file is taken, as it is without a signature."""
    content = signed(pdf(), certified("Robin Example")[0])
    mended = (
        content.partition(b"xref\n0")[0]
        + b"9 0 obj<</ByteRange[0 1 2 3]>>endobj trailer<</Root 1 0 R>>\n%%EOF"
    )
    assert checked(mended).findings == [{"is_readable": False}]


def test_certificates_that_cannot_be_read_refuse_nobody_and_are_noted(
    tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"no certificate")
    settings.SIGNATURE_ROOTS = str(roots)
    assert checked(signed(pdf(), certified("Robin Example")[0])).findings == [{"is_readable": False}]
    assert ["efus_conference.apart", "Traceback" in caplog.text] == [caplog.records[-1].name, True]
    assert [(found.id, found.is_serious()) for found in the_trusted_certificates_can_be_read()] == [
        ("efus_conference.E003", True)
    ]
    roots.write_bytes(certified("Robin Example")[1])
    assert the_trusted_certificates_can_be_read() == []


def test_who_would_wait_long_is_asked_to_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that waits for somebody else's file answers no page."""
    monkeypatch.setattr(apart, "WAIT", 0.01)
    with apart.room:
        assert [refusal(pdf()), refusal(picture("JPEG"))] == ["busy", "busy"]
    assert [refusal(pdf()), refusal(picture("JPEG"))] == ["", ""]


def test_the_first_page_is_what_is_shown() -> None:
    document = checked(pdf(stream(b"1 0 0 rg 0 0 200 300 re f"), page=b"/Contents 4 0 R"))
    shown = Image.open(io.BytesIO(document.preview))
    assert [max(shown.size), shown.getpixel((5, 5)), len(pypdfium2.PdfDocument(document.content))] == [
        PREVIEW_PIXELS,
        (255, 0, 0),
        1,
    ]
