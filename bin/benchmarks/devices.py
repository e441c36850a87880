"""Telephones at the desk: what the desk's page does, without the page: opens by link, PIN and passphrase, and sends.

Python's standard library alone. One connection each.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from threading import Lock
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 60  # seconds for one answer
MOST_ATTEMPTS = 5  # at one request whose answer was lost
DAY = "day"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Morning:
    """What all devices were told: whom they checked in, with what answer, after how many milliseconds."""

    promised: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    single: list[float] = field(default_factory=list)
    bulk: list[float] = field(default_factory=list)
    begun_at: float = field(default_factory=time.monotonic)
    ended_at: float = 0.0
    lock: Lock = field(default_factory=Lock)

    @property
    def seconds(self) -> float:
        return self.ended_at - self.begun_at

    def note(self, refs: Sequence[int], results: dict[str, str], took: float) -> None:
        with self.lock:
            self.answers.update(results.values())
            self.promised += refs
            (self.single if len(refs) == 1 else self.bulk).append(took)
            self.ended_at = time.monotonic()


class Device:
    def __init__(self, port: int, number: int, begun: dict[str, Any]) -> None:
        self.number = number
        self.opening = 0.0  # milliseconds until the list was there
        self._port = port
        self._begun = begun
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._cursor: str | None = None
        self._hashes: dict[int, str] = {}
        self._there: set[int] = set()
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    @property
    def knows(self) -> int:
        """How many it knows to be there, after what the site told it last."""
        return len(self._there)

    def open(self) -> None:
        path = f"/en/desk/enter/{self._begun['token']}/"
        token = _TOKEN.search(self._ask("GET", path)[1])
        assert token, "the page of the link has no form"
        sent = {"csrfmiddlewaretoken": token[1], "pin": self._begun["pin"], "name": f"Desk {self.number + 1}"}
        status, said = self._ask("POST", path, urlencode(sent), "application/x-www-form-urlencoded")
        if status != 302:
            raise RuntimeError(f"The link did not let device {self.number + 1} in: {status}. {said[:300]}")
        self._csrf = json.loads(self._ask("GET", "/desk/me.json")[1])["csrf"]
        begun = time.monotonic()
        told = self._post("/desk/list.json", {"passphrase": self._begun["passphrase"]})
        self.opening = (time.monotonic() - begun) * 1000
        self._cursor = told["cursor"]
        self._hashes = {person["ref"]: person["hash"] for person in told["people"]}

    def check_in_all(self, refs: Sequence[int], morning: Morning, cut_off: int) -> None:
        """One after the other; with `cut_off` the first so many are sent in one delivery, as after a cut."""
        if cut_off:
            self._send(refs[:cut_off], morning)
        for ref in refs[cut_off:]:
            self._send([ref], morning)
        # What the others did last comes with one more, as it does every 20 seconds.
        deadline = time.monotonic() + PATIENCE
        while len(self._there) < len(self._begun["people"]) and time.monotonic() < deadline:
            self._take(self._sync([]))
            time.sleep(0.05)

    def _send(self, refs: Sequence[int], morning: Morning) -> None:
        check_ins = [
            {
                "id": str(uuid.uuid4()),
                "ref": ref,
                "hash": self._hashes[ref],
                "scope": DAY,
                "at": _now(),
                "how": "scan",
            }
            for ref in refs
        ]
        begun = time.monotonic()
        told = self._sync(check_ins)
        morning.note(refs, told["results"], (time.monotonic() - begun) * 1000)
        self._there.update(refs)
        self._take(told)

    def _sync(self, check_ins: list[dict[str, Any]]) -> dict[str, Any]:
        return self._post("/desk/sync.json", {"now": _now(), "cursor": self._cursor, "check_ins": check_ins})

    def _take(self, told: dict[str, Any]) -> None:
        self._cursor = told["cursor"]
        self._there.update(ref for ref, _scope, _at in told["changes"]["checked"])

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, said = self._ask("POST", path, json.dumps(body), "application/json")
        if status != 200:
            raise RuntimeError(f"{path} answered with status {status}: {said[:300]}")
        told: dict[str, Any] = json.loads(said)
        return told

    def _ask(self, method: str, path: str, body: str | None = None, kind: str = "") -> tuple[int, str]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Origin": f"http://{HOST}:{self._port}",
        }
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self._csrf}
        answer, said = self._answer(method, path, body, headers)
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.coded_value
        return answer.status, said

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        """Sent again where the connection was lost: the ids make one check-in of two deliveries."""
        for _attempt in range(MOST_ATTEMPTS):
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                return answer, answer.read().decode()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE)
        raise RuntimeError(f"{path} did not answer {MOST_ATTEMPTS} times.")


def share_out(refs: Sequence[int], devices: int, shown_twice: int) -> list[list[int]]:
    """Each one's people, and some of a neighbour's as well, at about the same moment."""
    shares = [list(refs[number::devices]) for number in range(devices)]
    for position in range(shown_twice):
        mine, place = position % devices, position // devices
        theirs = refs[(mine + 1) % devices :: devices]
        shares[mine].insert(2 * place, theirs[place])
    return shares


def _now() -> str:
    return datetime.now(UTC).isoformat()
