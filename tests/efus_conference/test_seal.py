from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from efus_conference import pades
from efus_conference.checks import the_seal_can_be_made
from efus_conference.seal import DEMONSTRATION_NAME, SealError, examined, seal_key, sealed, self_signed
from tests.authorities import authority


@pytest.fixture(scope="module")
def pdf() -> bytes:
    made = typst.compile(b'#set document(title: "A page")\n= A page', format="pdf")
    assert isinstance(made, bytes)
    return made


def names_only(issuer: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])


def of_rsa(tmp_path: Path) -> Path:
    """As `openssl req -x509` makes one: RSA, and no word of what the key is for."""
    key, now = generate_private_key(65537, 2048), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(names_only("Trial seal"), names_only("Trial seal"), key.public_key(), 7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "rsa.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(None, key, certificate, None, serialization.NoEncryption())
    )
    return path


# --- what a seal is worth ----------------------------------------------------------------------------


def judged(content: bytes) -> tuple[bool, SignatureCoverageLevel, ModificationLevel, bool]:
    """What pyHanko's own validator says, when it trusts our certificate and nobody else's."""
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    [root] = load_certs_from_pemder_data(seal_key().der())
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    return status.bottom_line, status.coverage, status.modification_level, bool(status.docmdp_ok)


ACCEPTED = (True, SignatureCoverageLevel.ENTIRE_FILE, ModificationLevel.NONE, True)


@pytest.mark.parametrize("kind", ["demonstration", "rsa"])
def test_a_sealed_pdf_is_accepted_by_the_library_s_own_validator(
    kind: str, pdf: bytes, settings: Any, tmp_path: Path
) -> None:
    if kind == "rsa":
        settings.SEAL_P12 = str(of_rsa(tmp_path))
    done = sealed(pdf, reason="A trial")
    verdict = examined(done)
    assert judged(done) == ACCEPTED
    assert (verdict.holds, verdict.signed_by, verdict.fingerprint, verdict.is_stamped) == (
        True,
        seal_key().name,
        hashlib.sha256(seal_key().der()).hexdigest(),
        False,
    )
    assert done.startswith(pdf)


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler-utils is not installed.")
@pytest.mark.parametrize("kind", ["demonstration", "rsa"])
def test_another_program_accepts_it_too(kind: str, pdf: bytes, settings: Any, tmp_path: Path) -> None:
    if kind == "rsa":
        settings.SEAL_P12 = str(of_rsa(tmp_path))
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(pdf, reason="A trial"))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert [line.strip(" -") for line in said.splitlines() if "Type" in line or "document" in line] == [
        "Signature Type: ETSI.CAdES.detached",
        "Total document signed",
    ]
    assert "Signature Validation: Signature is Valid." in said
    assert f"Signer Certificate Common Name: {seal_key().name}" in said


def test_a_byte_that_differs_breaks_it_wherever_it_stands(pdf: bytes) -> None:
    done = sealed(pdf, reason="A trial")
    start = done.index(b"/Contents <") + len(b"/Contents <")
    places = [20, len(pdf) // 2, len(pdf) - 10, start + 300, len(done) - 10]
    altered = [done[:at] + bytes([done[at] ^ 1]) + done[at + 1 :] for at in places]
    assert [examined(content).holds for content in altered] == [False] * len(places)


def test_what_is_added_behind_the_seal_counts_as_altered(pdf: bytes) -> None:
    """Bytes behind a signature leave it intact: only that it covers the whole file tells."""
    done = sealed(pdf, reason="A trial")
    writer = IncrementalPdfFileWriter(io.BytesIO(done))
    writer.root["/Lang"] = writer.root.get("/Lang", None) or writer.root["/Type"]
    writer.update_root()
    revised = io.BytesIO()
    writer.write(revised)
    assert [examined(one).holds for one in (done + b"\n% more", revised.getvalue(), b"%PDF-1.7 no", b"")] == [
        False
    ] * 4


def test_it_is_sealed_and_read_where_an_event_loop_runs_too(pdf: bytes) -> None:
    async def seal_and_read() -> bool:
        return examined(sealed(pdf, reason="A trial")).holds

    assert asyncio.run(seal_and_read()) is True


def test_the_key_of_the_demonstration_is_made_once_and_says_what_it_is(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert seal_key().name == DEMONSTRATION_NAME
    assert seal_key().fingerprint == seal_key().fingerprint
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


# --- a key that is missing or wrong ------------------------------------------------------------------


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


WRONG = {
    "missing": (lambda folder: str(folder / "none.p12"), "can't be read (No such file or directory)"),
    "a folder": (str, "can't be read (Is a directory)"),
    "rubbish": (lambda folder: written(folder / "a.p12", b"banana" * 2000), "is no PKCS 12 file"),
    "empty": (lambda folder: written(folder / "b.p12", b""), "is no PKCS 12 file"),
    "another password": (
        lambda folder: written(folder / "c.p12", self_signed("Trial", password=b"secret")),
        "SEAL_P12_PASSWORD is not its password",
    ),
    "no key": (
        lambda folder: written(
            folder / "d.p12",
            pkcs12.serialize_key_and_certificates(
                None, None, seal_key().certificate, None, serialization.BestAvailableEncryption(b"wrong")
            ),
        ),
        "lacks its certificate, or a private key",
    ),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_key_that_can_t_be_used_is_told_before_the_site_starts(
    why: str, settings: Any, tmp_path: Path, pdf: bytes
) -> None:
    make, sentence = WRONG[why]
    settings.SEAL_P12, settings.SEAL_P12_PASSWORD = make(tmp_path), "wrong"
    assert [(found.id, sentence in found.msg) for found in the_seal_can_be_made()] == [
        ("efus_conference.E001", True)
    ]
    with pytest.raises(SealError):
        sealed(pdf, reason="A trial")


def test_gunicorn_says_so_in_one_sentence_and_does_not_start(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": "postgresql://app@database.invalid/efus",
        **dict.fromkeys(("SECRET_KEY", "TICKET_KEY", "LOG_KEY"), "x" * 60),
        "ALLOWED_HOSTS": "conference.invalid",
        "SITE_URL": "https://conference.invalid",
        "EMAIL_URL": "smtp://mail.invalid:587",
        "DATA_DIR": str(tmp_path),
        "SEAL_P12": str(tmp_path / "none.p12"),
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:efus_conference.gunicorn_conf",
        "--check-config",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    path = environment["SEAL_P12"]
    said = f"SEAL_P12: the file {path} with the certificate that seals can't be read (No such file or directory)."
    assert (done.returncode, done.stderr.strip()) == (2, said)


@pytest.mark.parametrize(("days", "told"), [(1, "is valid from"), (15, "ends on"), (365, "")])
def test_a_certificate_near_its_end_warns_and_stops_no_start(
    days: int, told: str, settings: Any, tmp_path: Path
) -> None:
    settings.SEAL_P12 = written(tmp_path / "seal.p12", self_signed("Trial", days=days))
    found = the_seal_can_be_made()
    assert [one.id for one in found] == (["efus_conference.W001"] if told else [])
    assert all(told in one.msg for one in found)


def test_a_certificate_that_has_ended_seals_nothing(settings: Any, tmp_path: Path, pdf: bytes) -> None:
    settings.SEAL_P12 = written(tmp_path / "seal.p12", self_signed("Trial", days=1))
    with pytest.raises(SealError, match="is valid from"):
        sealed(pdf, reason="A trial")


def test_an_authority_that_is_no_address_is_told(settings: Any) -> None:
    settings.TSA_URL = "banana"
    assert [found.id for found in the_seal_can_be_made()] == ["efus_conference.E002"]


# --- the time-stamping authority ---------------------------------------------------------------------


@contextmanager
def silent() -> Iterator[tuple[str, list[int]]]:
    """Takes connections and never says a word; how many it took."""
    server, taken = socket.create_server(("127.0.0.1", 0)), [0]
    kept = []

    def take() -> None:
        while True:
            try:
                kept.append(server.accept()[0])
            except OSError:
                return
            taken[0] += 1

    thread = threading.Thread(target=take)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/tsa", taken
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()
    for connection in kept:
        connection.close()


def test_an_authority_that_never_answers_is_left_out_and_not_asked_by_everyone(
    settings: Any, pdf: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pades, "PATIENCE", 0.2)
    with authority(tmp_path) as trial:
        settings.TSA_ROOTS = str(trial.roots)
    with silent() as (url, taken):
        settings.TSA_URL = url
        done = [sealed(pdf, reason="A trial") for _person in range(5)]
        assert [(judged(one), examined(one).is_stamped) for one in done] == [(ACCEPTED, False)] * 5
        assert taken == [1]


def test_an_address_where_no_authority_is_stops_nothing(settings: Any, pdf: bytes, tmp_path: Path) -> None:
    with authority(tmp_path) as trial:
        settings.TSA_ROOTS = str(trial.roots)
    settings.TSA_URL = "http://127.0.0.1:1/tsa"
    assert judged(sealed(pdf, reason="A trial")) == ACCEPTED
