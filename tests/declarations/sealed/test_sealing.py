"""The sealed PDF of a declaration: what it says, when it is made anew, and what alters it is seen."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from declarations.actions import forget_signer, sealing, verify
from declarations.actions.sealing import (
    content_of,
    forget_sealed,
    seal_declaration,
    seal_what_changed,
    sweep_sealed,
)
from declarations.log import entries, notes, tree
from declarations.models import Declaration, LogKey, SealedDocument, Signature, TextVersion
from efus_conference.private_files import private_storage
from efus_conference.seal import examined, seal_key, self_signed
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer, published, submitted, withdrawn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A test that changes the settings gives the site another storage than the one its fields were made with.
    for storage in {private_storage(), SealedDocument._meta.get_field("file").storage}:
        monkeypatch.setattr(storage, "location", str(tmp_path))


def sealed_now(at: datetime) -> int:
    """How many the worker would make: within one transaction the public version rises once, so it is not asked."""
    cache.delete(sealing.SEEN)
    return seal_what_changed(at=at)


def signed(declaration: Declaration, name: str, **fields: Any) -> Signature:
    """A signature that the register shows."""
    signatory = office(declaration, organisation=factories.organisation(name=name), **fields)
    return verify(signature=submitted(signatory), by=officer())


def sealed_in(declaration: Declaration, language: str = "en") -> bytes:
    document = SealedDocument.objects.get(declaration=declaration, language=language)
    content = content_of(document)
    assert content is not None
    return content


def seal(declaration: Declaration, language: str = "en") -> bytes:
    seal_declaration(declaration=declaration, language=language, at=timezone.now(), is_anew=True)
    return sealed_in(declaration, language)


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_of(content: bytes) -> str:
    return " ".join(pages_of(content))


# --- what it says ------------------------------------------------------------------------------------


def test_it_holds_the_text_the_signatories_and_what_the_log_says(tmp_path: Path) -> None:
    declaration = published(adopted_place="Exempleville")
    signed(declaration, "Sampleham")
    log = logged(declaration, tmp_path / "memory")
    checkpoint = log.checkpoints.get()
    said = text_of(seal(declaration))
    together = said.replace(" ", "").replace("\u200b", "")
    for words in (
        declaration.title,
        "Adopted in Exempleville",
        "Cities act.",
        "1 signatory",
        "Sampleham",
        "Robin Example",
    ):
        assert words in said
    assert "evidence checked" in said
    assert "It is the register’s record and not the hand of a mayor." in said
    assert declaration.text_hash in together
    assert log.origin in together
    assert f"Entries {checkpoint.size}" in said
    document = SealedDocument.objects.get(declaration=declaration, language="en")
    assert (document.signatures, document.checkpoint, document.stamped_at) == (1, checkpoint, None)
    assert f"/en/declarations/{declaration.slug}/verify/" in together


@pytest.mark.parametrize(("language", "words"), [("en", "Preamble"), ("fr", "Préambule")])
def test_each_language_has_its_own_text(language: str, words: str) -> None:
    content = seal(published(), language)
    assert words in text_of(content)
    assert PdfFileReader(io.BytesIO(content)).root["/Lang"].split("-")[0] == language


def test_behind_a_translation_stand_the_texts_that_were_signed() -> None:
    declaration = factories.declaration()
    TextVersion.objects.create(
        declaration=declaration, language="nl", status="translation", body="1. Steden doen.\n"
    )
    declaration.title_nl = "Verklaring"
    declaration.title_fr = "Déclaration"
    declaration.save()
    factories.publish(declaration)
    assert [
        [
            words in text_of(seal(declaration, language))
            for words in ("Steden doen.", "Cities act.", "Les villes agissent.")
        ]
        for language in ("nl", "en", "fr")
    ] == [[True, True, True], [False, True, False], [False, False, True]]


def test_a_demonstration_says_so_on_every_page(settings: Any) -> None:
    settings.DEMONSTRATION = False
    mark = "Demonstration – no real declaration"
    invented, real = published(is_demonstration=True), published()
    assert {mark in page for page in pages_of(seal(invented))} == {True}
    assert {mark in page for page in pages_of(seal(real))} == {False}


def test_markup_of_the_text_is_set_and_no_markup_of_the_typesetter_is_read() -> None:
    declaration = factories.declaration()
    body = "# *Head* #let\n\nSee [the site](https://efus.eu/page) $x$ `raw` @ref <label>.\n\n- one\n- two\n\n07. Seventh\n\n12. Twelfth\n"
    declaration.texts.filter(language="en").update(body=body)
    declaration.title_fr = "Titre"
    declaration.save()
    content = seal(factories.publish(declaration))
    said = text_of(content)
    for words in ("*Head* #let", "See the site $x$ `raw` @ref <label>.", "07. Seventh", "12. Twelfth"):
        assert words in said
    assert b"https://efus.eu/page" in content


def test_letters_that_our_typefaces_lack_are_told_of() -> None:
    declaration = factories.declaration()
    declaration.texts.filter(language="en").update(body="1. 東京 acts.\n")
    declaration.title_fr = "Titre"
    declaration.save()
    said = [text_of(seal(one)) for one in (factories.publish(declaration), published())]
    assert ["Our typefaces lack some characters" in each for each in said] == [True, False]


def test_who_is_not_public_stands_in_no_document() -> None:
    declaration = published()
    signed(declaration, "Sampleham")
    waiting = office(declaration, organisation=factories.organisation(name="Waitingham"))
    submitted(waiting)
    withdrawn(signed(declaration, "Leftham"))
    said = text_of(seal(declaration))
    assert [name in said for name in ("Sampleham", "Waitingham", "Leftham")] == [True, False, False]


# --- when it is made ---------------------------------------------------------------------------------


def test_it_is_made_once_and_again_only_when_it_would_say_something_else(tmp_path: Path) -> None:
    declaration, now = published(), timezone.now()
    assert [sealed_now(at=now), sealed_now(at=now), sealed_now(at=now)] == [3, 0, 0]
    before = sealed_in(declaration)
    signature = signed(declaration, "Sampleham")
    assert sealed_now(at=now + timedelta(minutes=1)) == 3
    assert "Sampleham" in text_of(sealed_in(declaration))
    withdrawn(signature)
    assert sealed_now(at=now + timedelta(minutes=2)) == 3
    assert "Sampleham" not in text_of(sealed_in(declaration))
    logged(declaration, tmp_path / "memory")
    assert sealed_now(at=now + timedelta(minutes=3)) == 3
    assert sealed_in(declaration) != before
    assert SealedDocument.objects.filter(declaration=declaration).count() == 3


def test_what_did_not_change_is_left_as_it_is_whatever_else_becomes_public() -> None:
    declaration, now = published(), timezone.now()
    sealed_now(at=now)
    before = sealed_in(declaration)
    other = published()
    assert sealed_now(at=now) == 3
    assert sealed_in(declaration) == before
    assert SealedDocument.objects.filter(declaration=other).count() == 3


def test_nothing_of_a_draft_or_of_a_declaration_without_its_text_is_sealed() -> None:
    factories.declaration()
    historical = Declaration.objects.create(slug="old", title="Old", is_historical=True)
    factories.publish(historical)
    assert sealed_now(at=timezone.now()) == 0
    assert SealedDocument.objects.count() == 0


def test_a_file_that_was_lost_or_altered_on_the_disk_is_made_again() -> None:
    declaration, now = published(), timezone.now()
    sealed_now(at=now)
    document = SealedDocument.objects.get(declaration=declaration, language="en")
    private_storage().delete(str(document.file.name))
    other = SealedDocument.objects.get(declaration=declaration, language="fr")
    Path(other.file.path).write_bytes(b"%PDF-1.7 of somebody else")
    assert [sealed_now(at=now + timedelta(minutes=1)), sealed_now(at=now)] == [2, 0]
    assert examined(sealed_in(declaration)).holds
    assert examined(sealed_in(declaration, "fr")).holds


def test_the_key_in_it_is_the_one_that_signed_its_checkpoint(tmp_path: Path) -> None:
    declaration = published()
    log = logged(declaration, tmp_path / "memory")
    [first], now, new = LogKey.objects.all(), timezone.now(), notes.fingerprint(b"\x07" * 32)
    # Another key follows, and has signed nothing yet.
    tree.append(log, [entries.of_key(old=first.fingerprint, new=new, size=1, is_stolen=False, at=now)])
    LogKey.objects.update(retired_at=now)
    second = LogKey.objects.create(public_key="07" * 32, fingerprint=new)
    together = text_of(seal(declaration)).replace(" ", "")
    assert [key.fingerprint in together for key in (first, second)] == [True, False]


def test_another_seal_seals_anew(settings: Any, tmp_path: Path) -> None:
    declaration, now = published(), timezone.now()
    sealed_now(at=now)
    assert sealed_now(at=now) == 0
    path = tmp_path / "seal.p12"
    path.write_bytes(self_signed("Another seal"))
    settings.SEAL_P12 = str(path)
    assert sealed_now(at=now + timedelta(minutes=1)) == 3
    assert examined(sealed_in(declaration)).signed_by == "Another seal"


def test_while_there_is_no_seal_nothing_is_made_and_nothing_breaks(settings: Any, tmp_path: Path) -> None:
    declaration = published()
    settings.SEAL_P12 = str(tmp_path / "none.p12")
    assert sealed_now(at=timezone.now()) == 0
    settings.SEAL_P12 = ""
    assert sealed_now(at=timezone.now()) == 3
    assert examined(sealed_in(declaration)).holds


def test_one_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = published(), published()
    folder = sealing.contents_of

    def failing(declaration: Declaration) -> Any:
        if declaration == bad:
            raise ValueError("a disk is full")
        return folder(declaration)

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "contents_of", failing)
        assert sealed_now(at=timezone.now()) == 3
    assert SealedDocument.objects.filter(declaration=good).count() == 3
    assert sealed_now(at=timezone.now()) == 3
    assert SealedDocument.objects.filter(declaration=bad).count() == 3


def test_the_older_file_goes_with_its_row_and_a_newer_one_stays(
    django_capture_on_commit_callbacks: Any,
) -> None:
    declaration, now = published(), timezone.now()
    seal_declaration(declaration=declaration, language="en", at=now)
    old = SealedDocument.objects.get(declaration=declaration)
    with django_capture_on_commit_callbacks(execute=True):
        later = now + timedelta(minutes=1)
        seal_declaration(declaration=declaration, language="en", at=later, is_anew=True)
    new = SealedDocument.objects.get(declaration=declaration)
    assert (Path(private_storage().path(str(old.file.name))).exists(), Path(new.file.path).exists()) == (
        False,
        True,
    )
    seal_declaration(declaration=declaration, language="en", at=now, is_anew=True)
    assert SealedDocument.objects.get(declaration=declaration).sha256 == new.sha256


def test_documents_go_at_once_where_a_name_in_them_is_erased(django_capture_on_commit_callbacks: Any) -> None:
    declaration = published()
    sealed_now(at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        forget_sealed(declaration_ids=[declaration.pk])
    assert private_storage().listdir("sealed")[1] == []
    assert Client().get(f"/declarations/{declaration.slug}/declaration.pdf").status_code == 503
    assert sealed_now(at=timezone.now()) == 3


def test_who_signed_and_was_erased_is_in_no_document_any_more(
    django_capture_on_commit_callbacks: Any,
) -> None:
    declaration = published()
    signature = signed(declaration, "Sampleham")
    sealed_now(at=timezone.now())
    [old] = SealedDocument.objects.filter(language="en")
    assert "Robin Example" in text_of(sealed_in(declaration))
    with django_capture_on_commit_callbacks(execute=True):
        forget_signer(signature=signature, by=officer(), reason="They asked by letter.")
    assert (SealedDocument.objects.count(), Path(old.file.path).exists()) == (0, False)
    sealed_now(at=timezone.now())
    said = text_of(sealed_in(declaration))
    assert [words in said for words in ("Robin Example", "name erased", "Sampleham")] == [False, True, True]


def test_a_document_whose_signer_is_erased_while_it_is_made_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declaration = published()
    signature, read = signed(declaration, "Sampleham"), sealing.contents_of

    def erased_after(one: Declaration) -> Any:
        contents = read(one)
        forget_signer(signature=signature, by=officer(), reason="They asked by letter.")
        return contents

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "contents_of", erased_after)
        assert not seal_declaration(declaration=declaration, language="en", at=timezone.now())
    assert SealedDocument.objects.count() == 0
    assert "Robin Example" not in text_of(seal(declaration))


def test_files_that_no_row_names_are_swept_after_hours_and_others_stay() -> None:
    declaration = published()
    sealed_now(at=timezone.now())
    named = {document.file.name for document in SealedDocument.objects.all()}
    left = Path(private_storage().path("sealed/left.pdf"))
    left.write_bytes(b"%PDF")
    assert [sweep_sealed(at=timezone.now() + timedelta(hours=hours)) for hours in (1, 7, 8)] == [0, 1, 0]
    assert {f"sealed/{name}" for name in private_storage().listdir("sealed")[1]} == named
    assert SealedDocument.objects.filter(declaration=declaration).count() == 3


# --- what the seal is worth --------------------------------------------------------------------------


def judged(content: bytes) -> tuple[Any, ...]:
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    [root] = load_certs_from_pemder_data(seal_key().der())
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    return status.bottom_line, status.coverage, status.modification_level, bool(status.docmdp_ok)


def revised(content: bytes) -> bytes:
    """With a revision behind the seal that gives the document another language."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/Lang"] = writer.root["/Type"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(content: bytes) -> bytes:
    at = content.index(b"stream") + 40
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def pdfsig(content: bytes, path: Path) -> list[str]:
    """What poppler says of the signature."""
    path.write_bytes(content)
    done = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False)
    return [
        line.strip(" -")
        for line in done.stdout.splitlines()
        if "Signature Validation" in line or "document signed" in line
    ]


def test_pyhanko_s_validator_accepts_it_and_tells_what_was_altered() -> None:
    content = seal(published())
    assert judged(content) == (True, SignatureCoverageLevel.ENTIRE_FILE, ModificationLevel.NONE, True)
    assert judged(flipped(content))[0] is False
    assert judged(revised(content))[1:] == (
        SignatureCoverageLevel.ENTIRE_REVISION,
        ModificationLevel.OTHER,
        False,
    )
    assert [examined(one).holds for one in (content, flipped(content), revised(content), content + b"\n%")] == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler-utils is not installed.")
def test_pdfsig_accepts_it_and_tells_what_was_altered(tmp_path: Path) -> None:
    content, path = seal(published()), tmp_path / "a.pdf"
    assert [pdfsig(one, path) for one in (content, flipped(content))] == [
        ["Total document signed", "Signature Validation: Signature is Valid."],
        ["Total document signed", "Signature Validation: Digest Mismatch."],
    ]
    assert pdfsig(revised(content), path)[0] == "Not total document signed"


# --- the address -------------------------------------------------------------------------------------


def test_it_is_handed_out_in_the_language_that_is_asked_for() -> None:
    declaration = published()
    address = f"/declarations/{declaration.slug}/declaration.pdf"
    waiting = Client().get(address)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (503, "60")
    assert "The sealed PDF is being made" in waiting.content.decode()
    sealed_now(at=timezone.now())
    for query, language in (("", "en"), ("?lang=fr", "fr"), ("?lang=nl", "nl"), ("?lang=banana", "en")):
        answer = Client().get(address + query)
        assert answer.content == sealed_in(declaration, language)
        assert (
            answer.status_code,
            answer.headers["Content-Type"],
            answer.headers["Content-Disposition"],
        ) == (
            200,
            "application/pdf",
            f'inline; filename="{declaration.slug}-{language}.pdf"',
        )
        assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert not answer.cookies


def test_of_a_declaration_whose_text_we_do_not_hold_and_of_a_draft_there_is_none() -> None:
    historical = factories.publish(Declaration.objects.create(slug="old", title="Old", is_historical=True))
    draft = factories.declaration()
    client = Client()
    assert [
        client.get(f"/declarations/{one.slug}/declaration.pdf").status_code for one in (historical, draft)
    ] == [404, 404]
    assert "sealed-title" not in client.get(historical.get_absolute_url()).content.decode()


def test_the_page_links_it_and_says_that_nobody_confirmed_its_moment() -> None:
    declaration = published()
    page = Client().get(declaration.get_absolute_url()).content.decode()
    assert "It is being made, and will be here within a few minutes." in page
    sealed_now(at=timezone.now())
    SealedDocument.objects.filter(language="fr").update(stamped_at="2031-05-14T12:30:00Z")
    page = " ".join(Client().get(declaration.get_absolute_url()).content.decode().split())
    assert page.count("Not timestamped yet") == 2
    assert "Timestamped by an authority on 14 May 2031, 12:30 UTC." in page
    assert f"/declarations/{declaration.slug}/declaration.pdf?lang=nl" in page
    assert "It is the register’s record, and not the hand of a mayor" in page


def test_the_queries_do_not_grow_with_the_signatures(django_assert_max_num_queries: Any) -> None:
    declaration = published()
    counts = []
    for name in ("One", "Two", "Three"):
        signed(declaration, name)
        with translation.override("en"), django_assert_max_num_queries(30) as captured:
            sealing.contents_of(Declaration.objects.get(pk=declaration.pk))
        counts.append(len(captured))
    assert len(set(counts)) == 1
