"""Time-stamping authorities (RFC 3161) on 127.0.0.1 that are honest, broken or lie."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.timestamps import DummyTimeStamper

REPLY = "application/timestamp-reply"
HONEST = "honest"
# What each of these answers counts for nothing.
LIARS = (
    "another hash",
    "another nonce",
    "hours behind",
    "hours ahead",
    "self-made certificate",
    "certificate for something else",
    "altered signature",
    "refuses",
    "nonsense",
    "nothing",
    "huge",
    "endless",
    "compressed",
    "slow drip",
    "redirects",
    "another type",
    "error",
)


@dataclass
class Trial:
    """`url` to ask at, `roots` the certificate to know it by; `behaves` may change while it runs."""

    roots: Path
    behaves: str = HONEST
    url: str = ""
    asked: int = 0
    stampers: dict[str, DummyTimeStamper] = field(default_factory=dict)

    def answer(self, request: tsp.TimeStampReq) -> bytes:
        how = self.behaves
        if how == "another hash":
            request["message_imprint"]["hashed_message"] = b"\x07" * 32
        if how == "another nonce":
            request["nonce"] = 7
        response: tsp.TimeStampResp = self.stampers.get(how, self.stampers[HONEST]).request_tsa_response(
            request
        )
        if how == "refuses":
            return bytes(tsp.TimeStampResp({"status": {"status": "rejection"}}).dump())
        if how == "altered signature":
            signer = response["time_stamp_token"]["content"]["signer_infos"][0]
            signer["signature"] = b"\x07" * len(signer["signature"].native)
        return bytes(response.dump())


def _stamper(purpose: Any, *, at: datetime | None = None) -> tuple[DummyTimeStamper, bytes]:
    key, now = generate_private_key(65537, 2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trial authority")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    [read] = load_certs_from_pemder_data(certificate.public_bytes(serialization.Encoding.DER))
    stamper = DummyTimeStamper(read, load_private_key_from_pemder_data(pem, None), fixed_dt=at)
    return stamper, certificate.public_bytes(serialization.Encoding.PEM)


@contextmanager
def authority(folder: Path, behaves: str = HONEST) -> Iterator[Trial]:
    """One that is known by the certificates in `roots`, whatever it answers."""
    now = datetime.now(UTC)
    honest, root = _stamper(ExtendedKeyUsageOID.TIME_STAMPING)
    other, other_root = _stamper(ExtendedKeyUsageOID.CODE_SIGNING)
    path = folder / "tsa-roots.pem"
    path.write_bytes(root + other_root)
    trial = Trial(path, behaves)
    trial.stampers = {
        HONEST: honest,
        "self-made certificate": _stamper(ExtendedKeyUsageOID.TIME_STAMPING)[0],
        "certificate for something else": other,
    }
    for how, hours in (("hours behind", -3), ("hours ahead", 3)):
        trial.stampers[how] = DummyTimeStamper(
            honest.tsa_cert, honest.tsa_key, fixed_dt=now + timedelta(hours=hours)
        )
    stopped = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            trial.asked += 1
            with suppress(OSError):  # who asked went away
                self.reply(trial.behaves, asked)

        def reply(self, how: str, asked: tsp.TimeStampReq) -> None:
            body = {"nonsense": b"banana", "nothing": b"", "huge": b"\x30" * 3_000_000}.get(how)
            body = trial.answer(asked) if body is None else body
            if how == "compressed":
                body = gzip.compress(body)
            if how == "redirects" and self.path != "/honest":
                self.send_response(307)
                self.send_header("Location", "/honest")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(500 if how == "error" else 200)
            self.send_header("Content-Type", "text/html" if how == "another type" else REPLY)
            if how == "compressed":
                self.send_header("Content-Encoding", "gzip")
            if how != "endless":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if how == "endless":
                while not stopped.is_set():
                    self.wfile.write(b"\x30" * 8192)
            elif how == "slow drip":
                for byte in body:
                    if stopped.wait(0.05):
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
            else:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    trial.url = f"http://127.0.0.1:{server.server_port}/tsa"
    try:
        yield trial
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
