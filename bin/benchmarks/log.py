"""The public log: what appending, proving, sealing and verifying cost, and that none of it reads the whole log."""

from __future__ import annotations

import math
import subprocess
import time
from pathlib import Path
from typing import Any

from bootstrap import PYTHON, ROOT

from benchmarks.copy import Copy, copy_of_the_site
from benchmarks.programme import Outcome

INSIDE = "log_inside"
SIGNATORIES, APPENDED = 2000, 10_000
SIZES = (1000, 10_000, 100_000)
MOST_MILLISECONDS = 5.0  # of a proof
MOST_SECONDS_SEALING, MOST_SECONDS_VERIFYING = 1.0, 2.0
MOST_QUERIES = 2
# Two hashes of each level of the tree, and a few for the halves that are not full.
ROWS_PER_LEVEL = 3


def run(*, seconds: float) -> int:
    del seconds  # nothing here goes on until it is ended
    with copy_of_the_site() as copy:
        outcome = Outcome()
        slug = _keeping(copy)
        _verifying(copy, slug, outcome)
        _sealing(copy, slug, outcome)
        _appending(copy)
        _proving(copy, outcome)
    for sentence in outcome.missed:
        print(f"Missed: {sentence}")
    print("Something that is promised was missed." if outcome.missed else "All that is promised was met.")
    return 1 if outcome.missed else 0


def _keeping(copy: Copy) -> str:
    slug = str(copy.ask_inside("register", str(SIGNATORIES), module=INSIDE)["slug"])
    kept = copy.ask_inside("keep", module=INSIDE)
    print(f"The keeper and a register of {SIGNATORIES}: {kept['entries']} entries, with what opens them")
    print(
        f"  {kept['seconds']:.1f} s in {kept['rounds']} rounds, the longest {kept['longest']:.1f} s: "
        f"{kept['seconds'] / kept['entries'] * 1000:.2f} ms an entry"
    )
    print(f"  a round that finds nothing: {kept['idle'] * 1000:.0f} ms", flush=True)
    return slug


def _verifying(copy: Copy, slug: str, outcome: Outcome) -> None:
    told = copy.ask_inside("bundle", slug, copy.environment["DATA_DIR"], module=INSIDE)
    print(
        f"\nThe bundle of {told['entries']} entries: {told['bytes'] / 1e6:.1f} MB, made in {told['seconds']:.2f} s"
    )
    took, code = _verified(told)
    print(
        f"  verify.py: {took:.2f} s, with Python's own start; {_verified({**told, 'file': '--help'})[0]:.2f} s of it"
    )
    outcome.expect(code == 0, f"verify.py does not accept the bundle (exit code {code}).")
    outcome.expect(
        took <= MOST_SECONDS_VERIFYING,
        f"verify.py: {took:.2f} s, and {MOST_SECONDS_VERIFYING:.0f} are promised.",
    )


def _verified(told: dict[str, Any]) -> tuple[float, int]:
    """Seconds at best of three, and the exit code."""
    verifier = ROOT / "declarations" / "verifier" / "verify.py"
    command = [PYTHON, verifier, told["file"], "--key", told["key"]]
    best, code = math.inf, 0
    for _attempt in range(3):
        begun = time.perf_counter()
        code = subprocess.run(
            command, cwd=Path(told["file"]).parent, stdout=subprocess.DEVNULL, check=False
        ).returncode
        best = min(best, time.perf_counter() - begun)
    return best, code


def _sealing(copy: Copy, slug: str, outcome: Outcome) -> None:
    print("\nA sealed PDF")
    for name in ("demonstration", slug):
        told = copy.ask_inside("seal", name, module=INSIDE)
        print(
            f"  {told['signatures']:>5} signatures: set in {told['setting']:.2f} s, sealed in {told['sealing']:.2f} s "
            f"(the first time {told['first']:.2f} s), {told['bytes'] / 1e3:.0f} kB",
            flush=True,
        )
        outcome.expect(told["holds"], f"The seal on {name} does not hold.")
        outcome.expect(
            told["sealing"] <= MOST_SECONDS_SEALING,
            f"Sealing {name}: {told['sealing']:.2f} s, and {MOST_SECONDS_SEALING:.0f} is promised.",
        )


def _appending(copy: Copy) -> None:
    told = copy.ask_inside("append", str(APPENDED), module=INSIDE)
    print(f"\nAppending {APPENDED} entries at once")
    for what, took in (("to an empty log", told["first"]), ("once more", told["again"])):
        print(f"  {what:<16}{took:>6.1f} s{took / told['entries'] * 1000:>8.2f} ms an entry")
    print(f"  ratio {told['again'] / told['first']:.2f}", flush=True)


def _proving(copy: Copy, outcome: Outcome) -> None:
    # Appending has made it longer than the smallest: a proof is of any size the log ever had.
    print("\nProofs, of a log of")
    print(f"{'':<24}{'p50 ms':>8}{'p99 ms':>8}{'queries':>9}{'rows read':>11}")
    first: dict[str, dict[str, Any]] = {}
    for size in SIZES:
        told = copy.ask_inside("prove", str(size), module=INSIDE)
        for what in ("inclusion", "consistency"):
            each = told[what]
            first.setdefault(what, each)
            print(
                f"{size:>9}  {what:<13}{each['p50']:>8.2f}{each['p99']:>8.2f}{each['queries']:>9}{each['rows']:>11}"
                f"   {each['p50'] / first[what]['p50']:.2f} of the shortest log",
                flush=True,
            )
            for sentence in too_much(what, size, each):
                outcome.expect(False, sentence)


def too_much(what: str, size: int, each: dict[str, Any]) -> list[str]:
    """A sentence for each promise that a kind of proof misses: it holds, soon, and reads as much as the log is high."""
    most_rows = ROWS_PER_LEVEL * math.ceil(math.log2(size))
    found = []
    if not each["holds"]:
        found.append(f"A proof of {what} in a log of {size} does not hold.")
    if each["p50"] > MOST_MILLISECONDS:
        found.append(
            f"{what} in a log of {size}: {each['p50']:.1f} ms, and {MOST_MILLISECONDS:.0f} are promised."
        )
    if each["queries"] > MOST_QUERIES:
        found.append(
            f"{what} in a log of {size}: {each['queries']} queries, and {MOST_QUERIES} are promised."
        )
    if each["rows"] > most_rows:
        found.append(
            f"{what} in a log of {size}: {each['rows']} rows read, and at most {most_rows} are promised."
        )
    return found
