"""The public programme under load: its pages and files as they are kept, and the timetable made anew each time."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.copy import Copy, copy_of_the_site
from benchmarks.load import Load, client, load
from benchmarks.visits import first_visit, get

# No page knows this parameter, so none is kept with it.
ANEW = "bench=1"
MOST_QUERIES = 7  # of the timetable, its files and the speakers, however many there are
# What gathers more of one thing, in a number that does not grow either: all an edition has, all a session has.
HOME, SESSION = "the edition's home", "session"
MORE_QUERIES = {HOME: 20, SESSION: 10}
MOST_REQUESTS = 8
MOST_KILOBYTES = 100
LEAST_SHARE = 0.5  # of the hello-world's rate, for what is kept
LEAST_RATE_ANEW = (
    150  # requests per second: an aim of a machine with two cores, so it is said and not enforced
)


@dataclass
class Outcome:
    missed: list[str] = field(default_factory=list)

    def expect(self, is_met: bool, sentence: str) -> None:
        if not is_met:
            self.missed.append(sentence)


def run(*, seconds: float) -> int:
    with copy_of_the_site() as copy:
        outcome = Outcome()
        facts = copy.ask_inside("facts")
        paths = _paths(facts)
        print(f"{facts['sessions']} sessions; gunicorn with 2 workers; load by {client()}.", flush=True)
        print(
            f"{'':<34}{'requests/s':>11}{'of hello':>10}{'p50 ms':>9}{'p99 ms':>9}{'bytes':>9}{'queries':>9}"
        )
        hello = _line("hello, bare WSGI", copy.hello, "/", seconds, None)
        _line("hello, Django, not kept", copy.minimal, "/", seconds, hello)
        counted = copy.ask_inside("queries", *(_anew(path) for path in paths.values()))
        for name, path in paths.items():
            queries = counted[_anew(path)]
            rate = _line(name, copy.site, path, seconds, hello, queries=queries).rate
            share = rate / hello.rate
            outcome.expect(
                share >= LEAST_SHARE,
                f"{name}: {share:.0%} of the hello-world's rate, and {LEAST_SHARE:.0%} is promised.",
            )
            most = MORE_QUERIES.get(name, MOST_QUERIES)
            outcome.expect(queries <= most, f"{name}: {queries} queries, and {most} are promised.")
        etag = get(copy.site, paths["timetable"]).headers.get("etag", "")
        if etag:
            _line("timetable, 304", copy.site, paths["timetable"], seconds, hello, {"If-None-Match": etag})
        _anew_lines(copy, paths, seconds, hello, outcome)
        _visits(copy, paths, outcome)
    for sentence in outcome.missed:
        print(f"Missed: {sentence}")
    print("Something that is promised was missed." if outcome.missed else "All that is promised was met.")
    return 1 if outcome.missed else 0


def _paths(facts: dict[str, str]) -> dict[str, str]:
    edition, session = facts["edition"], facts["session"]
    return {
        HOME: f"/en/editions/{edition}/",
        "timetable": f"/en/editions/{edition}/programme/",
        SESSION: f"/en/editions/{edition}/sessions/{session}/",
        "speakers": f"/en/editions/{edition}/speakers/",
        "schedule.xml": f"/editions/{edition}/schedule.xml",
        "schedule.json": f"/editions/{edition}/schedule.json",
        "schedule.ics": f"/editions/{edition}/schedule.ics",
    }


def _anew(path: str) -> str:
    return f"{path}?{ANEW}"


def _line(
    name: str,
    port: int,
    path: str,
    seconds: float,
    hello: Load | None,
    headers: dict[str, str] | None = None,
    queries: int | None = None,
) -> Load:
    measured = load(port, path, seconds, headers)
    share = f"{measured.rate / hello.rate:.0%}" if hello else ""
    size = len(get(port, path).body) if not headers else 0
    count = "" if queries is None else str(queries)
    print(
        f"{name:<34}{measured.rate:>11.0f}{share:>10}{measured.p50:>9.1f}{measured.p99:>9.1f}{size:>9}{count:>9}",
        flush=True,
    )
    return measured


def _anew_lines(copy: Copy, paths: dict[str, str], seconds: float, hello: Load, outcome: Outcome) -> None:
    for name in ("timetable", "session"):
        anew = _line(f"{name}, made anew", copy.site, _anew(paths[name]), seconds, hello)
        if name == "timetable" and anew.rate < LEAST_RATE_ANEW:
            print(f"  (The aim is {LEAST_RATE_ANEW} requests/s on two cores with nothing else to do.)")
    thousand = copy.ask_inside("thousand", _anew(paths["timetable"]))
    print(
        f"timetable of 1,000 sessions, made anew: {thousand['queries']} queries, "
        f"{thousand['milliseconds']:.0f} ms."
    )
    outcome.expect(
        thousand["queries"] <= MOST_QUERIES,
        f"1,000 sessions: {thousand['queries']} queries, and {MOST_QUERIES} are promised.",
    )


def _visits(copy: Copy, paths: dict[str, str], outcome: Outcome) -> None:
    sizes = first_visit(copy.site, paths["timetable"])
    kilobytes = sum(sizes.values()) / 1000
    print(f"First visit to the timetable: {len(sizes)} requests, {kilobytes:.1f} kB:")
    for address, size in sizes.items():
        print(f"  {size:>7} {address}")
    outcome.expect(
        len(sizes) <= MOST_REQUESTS,
        f"a first visit is {len(sizes)} requests, and {MOST_REQUESTS} are promised.",
    )
    outcome.expect(
        kilobytes <= MOST_KILOBYTES,
        f"a first visit is {kilobytes:.1f} kB, and {MOST_KILOBYTES} kB are promised.",
    )
