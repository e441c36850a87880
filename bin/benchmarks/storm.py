"""Many people who book at once, through the site's pages; what each was promised is kept, to be compared.

Python's standard library alone. People are shared out among a few processes with threads, one connection each.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from benchmarks.browser import Browser, Log, Refused

PROCESSES = 2

# How many seats were won so far, in all processes: whoever ends a worker in the middle looks at it.
won = multiprocessing.Value("i", 0)


@dataclass
class Person:
    registration: int
    cookie: str
    seats: list[str] = field(default_factory=list)  # codes that a page confirmed
    waits: list[tuple[str, float, float]] = field(default_factory=list)  # code, asked and answered at


@dataclass
class Record(Log):
    """What one process saw. Moments are those of the machine's monotonic clock."""

    people: list[Person] = field(default_factory=list)
    won_at: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    swaps: int = 0
    cpu: float = 0.0  # seconds
    ended_at: float = 0.0


# --- what people do ---------------------------------------------------------------------------------------


def _act(browser: Browser, record: Record, code: str, what: str) -> dict[str, str] | None:
    """The fields that were sent; None for a refusal, which is noted."""
    try:
        return browser.act(f"/en/my/sessions/{code}/", what)
    except Refused as refusal:
        record.refusals.append(str(refusal))
        return None


def _takes(record: Record, person: Person, code: str, sent: dict[str, str]) -> None:
    """Has the seat from now on, instead of another where the form said so."""
    if given := sent.get("give"):
        person.seats.remove(given)
        record.swaps += 1
    person.seats.append(code)


def book(browser: Browser, record: Record, person: Person, code: str) -> None:
    if (sent := _act(browser, record, code, "book")) is not None:
        _takes(record, person, code, sent)
        record.won_at.append(time.monotonic())
        with won.get_lock():
            won.value += 1


def swap(browser: Browser, record: Record, person: Person, code: str) -> None:
    if (sent := _act(browser, record, code, "swap")) is not None:
        _takes(record, person, code, sent)


def wait(browser: Browser, record: Record, person: Person, code: str) -> None:
    asked_at = time.monotonic()
    if _act(browser, record, code, "wait") is not None:
        person.waits.append((code, asked_at, time.monotonic()))


def wants_two_of_many(browser: Browser, record: Record, person: Person, codes: Sequence[str]) -> None:
    """Two seats, and another try where one is refused; one in five takes what is at the same time instead.

    In the end each waits for their first wish, if they have no seat there.
    """
    dice = random.Random(person.registration)  # noqa: S311 - the same storm each time
    wishes = dice.sample(list(codes), len(codes))
    for code in wishes[:6]:
        if len(person.seats) < 2:
            book(browser, record, person, code)
    if person.seats and dice.random() < 0.2:
        # Two visits stand side by side at one time, see crowd.PER_SLOT.
        swap(browser, record, person, codes[codes.index(person.seats[0]) ^ 1])
    if wishes[0] not in person.seats:
        wait(browser, record, person, wishes[0])


def wants_that_one(browser: Browser, record: Record, person: Person, codes: Sequence[str]) -> None:
    book(browser, record, person, codes[0])


def gives_back(browser: Browser, record: Record, person: Person, codes: Sequence[str]) -> None:
    for code in list(person.seats):
        if _act(browser, record, code, "give_up") is not None:
            person.seats.remove(code)


def answers(browser: Browser, record: Record, person: Person, codes: Sequence[str]) -> None:
    """Three of four accept what they are offered; else it goes on to the next."""
    code = person.waits[0][0]
    if person.registration % 4 == 0:
        _act(browser, record, code, "decline_offer")
    elif (sent := _act(browser, record, code, "accept_offer")) is not None:
        _takes(record, person, code, sent)


Habit = Callable[[Browser, Record, Person, Sequence[str]], None]


# --- many of them -----------------------------------------------------------------------------------------


@dataclass
class Storm:
    """What came of it, of all processes together."""

    records: list[Record]
    begun_at: float

    @property
    def seconds(self) -> float:
        return max(record.ended_at for record in self.records) - self.begun_at

    @property
    def people(self) -> list[Person]:
        return [person for record in self.records for person in record.people]

    @property
    def won_after(self) -> list[float]:
        """Seconds after the beginning at which each seat was confirmed, in order."""
        return sorted(moment - self.begun_at for record in self.records for moment in record.won_at)

    @property
    def refusals(self) -> list[str]:
        return [sentence for record in self.records for sentence in record.refusals]

    def took(self, *kinds: str) -> list[float]:
        """Milliseconds, the shortest first; “page” is what was read, “form” what was posted."""
        return sorted(one for record in self.records for kind in kinds for one in record.took[kind])

    @property
    def lost(self) -> int:
        return sum(record.lost for record in self.records)

    @property
    def swaps(self) -> int:
        return sum(record.swaps for record in self.records)

    @property
    def cpu(self) -> float:
        """The client's own work, in processor seconds per second."""
        return sum(record.cpu for record in self.records) / self.seconds


def begin(
    ports: Sequence[int], people: Sequence[Person], codes: Sequence[str], habit: Habit, connections: int
) -> Callable[[], Storm]:
    """Starts it beside the caller, who calls what is returned to wait for its end."""
    won.value = 0
    pool = _processes()
    begun_at = time.monotonic() + 0.5  # by then every process and thread is there
    jobs = [
        pool.submit(
            _process,
            ports,
            people[number::PROCESSES],
            codes,
            habit,
            connections // PROCESSES,
            begun_at,
            number,
        )
        for number in range(PROCESSES)
    ]

    def end() -> Storm:
        with pool:
            return Storm([job.result() for job in jobs], begun_at)

    return end


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("fork"))


def _process(
    ports: Sequence[int],
    people: Sequence[Person],
    codes: Sequence[str],
    habit: Habit,
    connections: int,
    begun_at: float,
    number: int,
) -> Record:
    record = Record(people=list(people))
    queue: SimpleQueue[Person] = SimpleQueue()
    for person in record.people:
        queue.put(person)

    def connection(one: int) -> None:
        browser = Browser(ports, record, number + one)
        time.sleep(max(0.0, begun_at - time.monotonic()))
        while True:
            try:
                person = queue.get_nowait()
            except Empty:
                return browser.close()
            browser.become(person.cookie)
            habit(browser, record, person, codes)

    cpu = time.process_time()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(connection, range(connections)))
    record.cpu = time.process_time() - cpu
    record.ended_at = time.monotonic()
    return record


def pace_against(port: int, seconds: float, connections: int) -> float:
    """Requests per second that this client makes of a server that does nothing: where its own limit is."""
    with _processes() as pool:
        jobs = [pool.submit(_idle, port, seconds, connections // PROCESSES) for _ in range(PROCESSES)]
        return sum(job.result() for job in jobs) / seconds


def _idle(port: int, seconds: float, connections: int) -> int:
    log = Log()
    until = time.monotonic() + seconds

    def connection(number: int) -> None:
        browser = Browser([port], log, number)
        while time.monotonic() < until:
            browser.page("/")
        browser.close()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(connection, range(connections)))
    return len(log.took["page"])
