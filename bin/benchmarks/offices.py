"""Mayors' offices that record a signature: the whole way of pages, with the code from the mailbox on the disk.

Python's standard library alone. One connection each.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import time
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Event, Lock
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 120  # seconds for one answer, or one mail
BOUNDARY = "a-boundary-that-no-page-contains"
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_FORM = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Hour:
    """What all of them saw: the receipts, and milliseconds by step; the mail is what the worker takes."""

    receipts: dict[int, str] = field(default_factory=dict)  # by signatory, the address of the receipt
    took: dict[str, list[float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def note(self, step: str, milliseconds: float) -> None:
        with self.lock:
            self.took.setdefault(step, []).append(milliseconds)


class Office:
    def __init__(self, port: int, number: int, told: dict[str, Any], hour: Hour, mails: Path) -> None:
        self._told, self._hour, self._mails = told, hour, mails
        self._cookies: dict[str, str] = {}
        # Each comes from an address of its own, as the proxy before the site would say.
        self._address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def record(self, page: bytes, today: str) -> None:
        """From the link to the receipt; pressed twice at the end, as people do."""
        path = f"/sign/{self._told['token']}"
        read = self._read("read", path)
        code_page = self._send("ask for the code", path, _hidden(read))
        begun = time.monotonic()
        code = self._code()
        self._hour.note("the mail with the code", (time.monotonic() - begun) * 1000)
        # The server lets go of who is silent for two seconds; a browser asks again by a new connection.
        self._connection.close()
        self._read("code", code_page)
        record = self._send("type the code", code_page, {"code": code})
        answers = {
            **_hidden(self._read("record", record)),
            "signer_name": f"Signer of {self._told['mailbox']}",
            "signer_office": "Mayor",
            "signed_on": today,
            "basis": "own_competence",
        }
        meaning = self._send("record with a file", record, answers, page)
        informed = {**_hidden(self._read("meaning", meaning)), "informed": "on"}
        check = self._send("have read it", meaning, informed)
        last = _hidden(self._read("check", check))
        receipt = self._send("submit", check, last)
        again = self._send("submit again", check, last)
        if again != receipt:
            raise RuntimeError(f"A second click led to {again}, the first to {receipt}.")
        self._read("receipt", receipt)
        with self._hour.lock:
            self._hour.receipts[self._told["signatory"]] = receipt
        self._connection.close()

    def _read(self, step: str, path: str) -> str:
        status, _to, page = self._ask(step, "GET", path)
        if status != 200:
            raise RuntimeError(f"“{step}” at {path} answered with status {status}.")
        return page

    def _send(self, step: str, path: str, fields: dict[str, str], file: bytes | None = None) -> str:
        """The address that the answer leads to."""
        if file is None:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(fields, file), f"multipart/form-data; boundary={BOUNDARY}"
        status, to, page = self._ask(step, "POST", path, body, kind)
        if status != 302:
            said = " ".join(re.sub(r"<[^>]+>", " ", page[page.find("<main") :]).split())
            raise RuntimeError(f"“{step}” at {path} answered with status {status}: {said[:300]}")
        return to

    def _ask(
        self, step: str, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, str, str]:
        headers = {"X-Forwarded-For": self._address, "Cookie": _cookie(self._cookies)}
        if body is not None:
            headers |= {"Content-Type": kind}
        begun = time.monotonic()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        self._hour.note(step, (time.monotonic() - begun) * 1000)
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.coded_value
        return answer.status, answer.headers.get("Location") or "", page

    def _code(self) -> str:
        """Out of the mail that lies in the folder that stands for mailboxes."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for file in self._mails.glob(f"*-{self._told['mailbox']}.eml"):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                text = message.get_body(("plain",))
                found = CODE.search(text.get_content()) if text else None
                if found:
                    return found[1]
            time.sleep(0.1)
        raise RuntimeError(f"No code came to {self._told['mailbox']} within {PATIENCE} seconds.")


def read_on(port: int, path: str, is_over: Event) -> list[float]:
    """The public, that reads the register meanwhile: milliseconds of each answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    took = []
    while not is_over.is_set():
        begun = time.monotonic()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered with status {answer.status}.")
        took.append((time.monotonic() - begun) * 1000)
        time.sleep(0.02)
    connection.close()
    return took


def a_signed_page() -> bytes:
    """A small PDF with one empty page, its table of offsets made as the format asks (ISO 32000-1, 7.5)."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begin)
    return bytes(out)


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of the first form that is sent."""
    form = _FORM.search(page)
    return {name: unescape(value) for name, value in _HIDDEN.findall(form[1])} if form else {}


def _cookie(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _multipart(fields: dict[str, str], file: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="signed_page"; filename="page.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return b"".join(parts) + head.encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()
