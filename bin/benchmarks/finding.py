"""Finding people by name on the device: the desk's own module, in a browser, with a list of its size."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from bootstrap import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60  # seconds
SEED = 7
SOUGHT = 400
PAGE = """<!doctype html><meta charset="utf-8"><script type="module">
import { find, index } from "/static/js/desk/search.js";
const { people, sought } = await (await fetch("/people.json")).json();
let begun = performance.now();
const entries = index(people);
const prepared = performance.now() - begun;
const took = [];
let unfound = 0;
for (const { typed, ref } of sought) {
  const tries = [0, 1, 2].map(() => {
    begun = performance.now();
    find(entries, typed);
    return performance.now() - begun;
  });
  took.push(tries.sort((one, other) => one - other)[1]);
  if (!find(entries, typed, people.length).some((person) => person.ref === ref)) unfound += 1;
}
await fetch("/told", { method: "POST", body: JSON.stringify({ index: prepared, took, unfound }) });
</script>"""
# Syllables of names that nobody has, in four scripts, as the desk meets them.
SYLLABLES = (
    ["ma", "ri", "an", "el", "ka", "lo", "vé", "nü", "ço", "šta", "gda", "łu", "ser", "bel", "tor", "wen"],
    ["μα", "ρί", "αν", "ελ", "κώ", "στα", "νί", "δη", "παπ", "λος"],
    ["ма", "ри", "ан", "ев", "ко", "ста", "ни", "да", "пе", "ло"],
    ["مح", "مود", "عل", "سا", "ره", "يو", "سف", "نور", "دين"],
)


def milliseconds(count: int) -> dict[str, float] | None:
    """Of finding each of some names (the middle of three tries) among `count` people; None without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    people = _people(count)
    with _served(people) as (port, told), tempfile.TemporaryDirectory() as profile:
        command = [browser, *OPTIONS, f"--user-data-dir={profile}", f"http://127.0.0.1:{port}/"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            try:
                answer = told.get(timeout=PATIENCE)
            except Empty:
                return None
            finally:
                program.terminate()
    took = sorted(answer["took"])
    return {
        "index": answer["index"],
        "p50": took[len(took) // 2],
        "most": took[-1],
        "count": len(took),
        "unfound": answer["unfound"],
    }


def _people(count: int) -> dict[str, Any]:
    """The same ones at every run; sought by a name of theirs, whole or its first letters, as one types them."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    people = []
    for ref in range(count):
        syllables = SYLLABLES[0] if chance.random() < 0.8 else chance.choice(SYLLABLES[1:])
        names = ["".join(chance.choices(syllables, k=3)).capitalize() for _name in range(3)]
        people.append(
            {"ref": ref, "name": " ".join(names), "organisation": f"City of {names[1]}", "delegation": ""}
        )
    sought = []
    for person in chance.sample(people, SOUGHT):
        given, *_rest, family = str(person["name"]).split()
        sought.append(
            {
                "typed": chance.choice([family, family[:3], f"{given} {family}", family.lower()]),
                "ref": person["ref"],
            }
        )
    return {"people": people, "sought": sought}


@contextmanager
def _served(people: dict[str, Any]) -> Iterator[tuple[int, Queue[dict[str, Any]]]]:
    """A page at a free port of this machine, and what it tells."""
    told: Queue[dict[str, Any]] = Queue()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                self._answer(PAGE.encode(), "text/html")
            elif self.path == "/people.json":
                self._answer(json.dumps(people).encode(), "application/json")
            else:
                super().do_GET()

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(b"{}", "application/json")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Silent: requests are none of the figures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(Path(ROOT))))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, told
    finally:
        server.shutdown()
        server.server_close()
