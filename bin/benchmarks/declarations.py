"""Declarations under load: a register of 2,000, a campaign of 1,000, and 500 offices that record within minutes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from benchmarks.copy import Copy, copy_of_the_site
from benchmarks.load import client, load
from benchmarks.offices import Hour, Office, a_signed_page, read_on
from benchmarks.programme import LEAST_SHARE, Outcome
from benchmarks.visits import get

INSIDE = "declarations_inside"
SIGNATORIES, INVITED, OFFICES = 2000, 1000, 500
AT_ONCE, READERS = 12, 4
MOST_QUERIES = 6  # of the register, however many signed
MORE_QUERIES = {"declaration": 10}  # with its texts and where it comes from
WARMING = 8  # requests after which each of the two workers has made the page once
ANEW = "bench=1"  # no page knows this parameter, so none is kept with it
# A worker that is killed between handing a mail over and writing that down hands it over again: better than never.
MOST_TWICE_PER_KILL = 1
# Of recordings that are a minute of an hour each; what people wait for an answer, and the public for a page.
MOST_MILLISECONDS = 3000.0


def run(*, seconds: float) -> int:
    # Behind a proxy that says who asks: codes are limited by address.
    with copy_of_the_site(TRUSTED_PROXIES="1") as copy:
        outcome = Outcome()
        print(f"gunicorn with 2 workers; load by {client()}; offices are a client in Python beside them.")
        _register(copy, seconds, outcome)
        _campaign(copy, outcome)
        _offices(copy, outcome)
    for sentence in outcome.missed:
        print(f"Missed: {sentence}")
    print("Something that is promised was missed." if outcome.missed else "All that is promised was met.")
    return 1 if outcome.missed else 0


def _register(copy: Copy, seconds: float, outcome: Outcome) -> None:
    begun = copy.ask_inside("register", str(SIGNATORIES), module=INSIDE)
    slug = begun["slug"]
    paths = {
        "register": f"/en/declarations/{slug}/signatories/",
        "one signatory": f"/en/declarations/{slug}/signatories/{begun['signatory']}/",
        "declaration": f"/en/declarations/{slug}/",
        "to embed": f"/en/declarations/{slug}/embed/",
        "signatories.json": f"/declarations/{slug}/signatories.json",
        "signatories.csv": f"/declarations/{slug}/signatories.csv",
    }
    print(f"\nA register of {SIGNATORIES} signatories, kept")
    print(f"{'':<20}{'requests/s':>11}{'of hello':>10}{'p50 ms':>9}{'p99 ms':>9}{'bytes':>9}{'queries':>9}")
    hello = load(copy.hello, "/", seconds)
    print(f"{'hello, bare WSGI':<20}{hello.rate:>11.0f}{'':>10}{hello.p50:>9.1f}{hello.p99:>9.1f}")
    counted = copy.ask_inside("queries", *(f"{path}?{ANEW}" for path in paths.values()))
    for name, path in paths.items():
        _warm(copy, path)
        measured = load(copy.site, path, seconds)
        share, queries = measured.rate / hello.rate, counted[f"{path}?{ANEW}"]
        print(
            f"{name:<20}{measured.rate:>11.0f}{share:>10.0%}{measured.p50:>9.1f}{measured.p99:>9.1f}"
            f"{len(get(copy.site, path).body):>9}{queries:>9}",
            flush=True,
        )
        most = MORE_QUERIES.get(name, MOST_QUERIES)
        outcome.expect(queries <= most, f"{name}: {queries} queries, and {most} are promised.")
        if name == "register":
            outcome.expect(
                share >= LEAST_SHARE,
                f"{name}: {share:.0%} of the hello-world's rate, and {LEAST_SHARE:.0%} is promised.",
            )
    path = f"{paths['register']}?{ANEW}"
    begun_at = time.monotonic()
    get(copy.site, path)
    print(f"  made anew in {(time.monotonic() - begun_at) * 1000:.0f} ms")


def _warm(copy: Copy, path: str) -> None:
    """Each worker makes a page of 2,000 once, which takes longer than a short run of the load."""
    with ThreadPoolExecutor(WARMING // 2) as pool:
        list(pool.map(lambda _number: get(copy.site, path), range(WARMING)))


def _campaign(copy: Copy, outcome: Outcome) -> None:
    """The worker is killed while it invites, and once more while it sends the mails."""
    print(f"\nA campaign of {INVITED} invitations, whose worker is killed twice")
    copy.ask_inside("campaign", str(INVITED), module=INSIDE)
    begun = time.monotonic()
    kills = 0
    for what, share in (("invited", 3), ("mailed", 3)):
        worker = copy.worker()
        told = copy.ask_inside(what, str(INVITED // share), module=INSIDE)
        worker.kill()
        worker.wait()
        kills += told["mailed"] < INVITED
        print(
            f"  killed after {time.monotonic() - begun:.0f} s: {told['invited']} invited, {told['mailed']} mailed"
        )
    last = copy.worker()
    told = copy.ask_inside("mailed", str(INVITED), module=INSIDE)
    print(f"  {told['mailed']} mailed after {time.monotonic() - begun:.0f} s in all")
    last.terminate()
    last.wait()
    there = copy.ask_inside("campaign_outcome", module=INSIDE)
    for sentence in not_once(there, kills * MOST_TWICE_PER_KILL):
        outcome.expect(False, sentence)


def not_once(there: Mapping[str, Any], most_twice: int) -> list[str]:
    """A sentence for each way in which the offices were not invited once and mailed once each."""
    offices = there["offices"]
    found = []
    if there["invitations"] != {"1": offices}:
        found.append(f"{offices} offices have so many invitations each: {there['invitations']}")
    mails = {int(count): many for count, many in there["mails"].items()}
    if (unmailed := offices - sum(mails.values())) > 0:
        found.append(f"{unmailed} offices were never written to")
    if (again := sum(many for count, many in mails.items() if count > 1)) > most_twice:
        found.append(f"{again} offices were written to more than once, and at most {most_twice} may be")
    if there["usable"] != offices:
        found.append(f"{there['usable']} of {offices} offices have a link that works")
    return found


def _offices(copy: Copy, outcome: Outcome) -> None:
    """An hour's worth of offices, pressed into as little time as it takes, and the public that reads meanwhile."""
    print(f"\n{OFFICES} offices record, {AT_ONCE} at a time, beside {READERS} readers of the register")
    told = copy.ask_inside("offices", str(OFFICES), module=INSIDE)
    worker = copy.worker()
    hour, is_over, page = Hour(), Event(), a_signed_page()
    failed: list[str] = []
    path = f"/en/declarations/{told['slug']}/signatories/"

    def record(number: int, office: dict[str, Any]) -> None:
        try:
            Office(copy.site, number, office, hour, copy.mails).record(page, told["today"])
        except (OSError, RuntimeError) as error:
            failed.append(str(error))

    begun = time.monotonic()
    with ThreadPoolExecutor(READERS) as public, ThreadPoolExecutor(AT_ONCE) as pool:
        readers = [public.submit(read_on, copy.site, path, is_over) for _ in range(READERS)]
        try:
            for job in [pool.submit(record, *one) for one in enumerate(told["offices"])]:
                job.result()
        finally:
            # Also when somebody stops us: whoever has not begun does not begin.
            pool.shutdown(wait=False, cancel_futures=True)
            took = time.monotonic() - begun
            is_over.set()
        read = [one for reader in readers for one in reader.result()]
    worker.terminate()
    worker.wait()
    print(
        f"  {len(hour.receipts)} receipts in {took:.0f} s: {len(hour.receipts) / took * 3600:.0f} in an hour"
    )
    for step, each in hour.took.items():
        _say(step, each)
    _say("the register, read meanwhile", read)
    for sentence in failed[:3]:
        print(f"  failed: {sentence}")
    outcome.expect(not failed, f"{len(failed)} offices did not come to their receipt.")
    slowest = _p99(
        [one for step, each in hour.took.items() if step != "the mail with the code" for one in each]
    )
    for what, milliseconds in (("an office's answer", slowest), ("the register meanwhile", _p99(read))):
        outcome.expect(
            milliseconds <= MOST_MILLISECONDS,
            f"{what}: 99 of 100 within {milliseconds:.0f} ms, and {MOST_MILLISECONDS:.0f} are promised.",
        )
    there = copy.ask_inside("offices_outcome", module=INSIDE)
    for sentence in lost_or_doubled(hour.receipts, there["signatures"]):
        outcome.expect(False, sentence)
    outcome.expect(there["unused"] == len(failed), f"{there['unused']} links were not used up.")


def lost_or_doubled(receipts: Mapping[int, str], signatures: Sequence[Sequence[Any]]) -> list[str]:
    """A sentence for each kind of difference between the receipts that offices saw and the signatures there are.

    A signature is [signatory, state, who signed, receipt code, pieces of evidence, events].
    """
    recorded = [row for row in signatures if row[1] != "new"]
    by_signatory = Counter(row[0] for row in recorded)
    found = []
    if doubled := [one for one, count in by_signatory.items() if count > 1]:
        found.append(f"{len(doubled)} offices have more than one signature: {sorted(doubled)[:3]}")
    if lost := receipts.keys() - by_signatory.keys():
        found.append(f"{len(lost)} offices saw a receipt and have no signature: {sorted(lost)[:3]}")
    if extra := by_signatory.keys() - receipts.keys():
        found.append(f"{len(extra)} signatures are there whose office saw no receipt: {sorted(extra)[:3]}")
    wrong = [row[0] for row in recorded if row[0] in receipts and row[3] not in receipts[row[0]]]
    if wrong:
        found.append(f"{len(wrong)} offices saw the receipt of another: {sorted(wrong)[:3]}")
    if halves := [row[0] for row in recorded if row[4:] != [1, 1]]:
        found.append(f"{len(halves)} signatures have not one signed page and one event: {sorted(halves)[:3]}")
    return found


def _say(what: str, took: list[float]) -> None:
    took = sorted(took)
    if took:
        print(f"  {what:<30} p50 {took[len(took) // 2]:>6.0f} ms, p99 {_p99(took):>6.0f} ms  ({len(took)})")


def _p99(took: list[float]) -> float:
    return sorted(took)[len(took) * 99 // 100] if took else 0.0
