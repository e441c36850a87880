"""The morning of the first day: six devices check 600 people in; badges, names found, data taken and data deleted."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import finding
from benchmarks.copy import Copy, copy_of_the_site
from benchmarks.devices import Device, Morning, share_out
from benchmarks.programme import Outcome

PEOPLE, DEVICES = 600, 6
SHOWN_TWICE = 120  # people whose code is read at a second device as well
CUT_OFF = 60  # check-ins of each of two devices that are sent in one go, as after an hour without a network
BADGES = 800
NAMES = 5000
FORGOTTEN = 10_000
MOST_SECONDS_OF_BADGES = 2.0
MOST_MILLISECONDS_TO_FIND = 50.0
# A booking waits for no deletion: its slowest beside one is that much slower than the slowest without, at most, and
# what a busy machine adds by itself is left out of it.
MOST_TIMES_SLOWER, BUSY_MILLISECONDS = 5.0, 250.0


def run(*, seconds: float) -> int:
    with copy_of_the_site() as copy:
        outcome = Outcome()
        print("gunicorn with 2 workers; the devices are a client in Python on the same machine.")
        _check_ins(copy, outcome)
        _badges(copy, outcome)
        _finding(outcome)
        _data(copy, outcome)
        _retention(copy, outcome)
    for sentence in outcome.missed:
        print(f"Missed: {sentence}")
    print("Something that is promised was missed." if outcome.missed else "All that is promised was met.")
    return 1 if outcome.missed else 0


def _check_ins(copy: Copy, outcome: Outcome) -> None:
    """Each device opens the link, types PIN and passphrase, has the list and sends check-in after check-in."""
    print(f"\n{PEOPLE} people, {DEVICES} devices, {SHOWN_TWICE} codes read at two of them")
    begun = copy.ask_inside("begin", str(PEOPLE), module="desk_inside")
    devices = [Device(copy.site, number, begun) for number in range(DEVICES)]
    for device in devices:
        device.open()
    morning = Morning()
    shares = share_out([person["ref"] for person in begun["people"]], DEVICES, SHOWN_TWICE)
    with ThreadPoolExecutor(DEVICES) as pool:
        jobs = [
            pool.submit(device.check_in_all, refs, morning, CUT_OFF if device.number < 2 else 0)
            for device, refs in zip(devices, shares, strict=True)
        ]
        for job in jobs:
            job.result()
    _say("opening the list", [device.opening for device in devices])
    _say("one check-in", morning.single)
    _say(f"{CUT_OFF} at once, after a cut", morning.bulk)
    print(f"  {len(morning.promised) / morning.seconds:.0f} check-ins/s in all")
    there = copy.ask_inside("outcome", module="desk_inside")
    for sentence in lost_or_doubled(morning.promised, there["check_ins"]):
        outcome.expect(False, sentence)
    outcome.expect(
        morning.answers["already"] == SHOWN_TWICE,
        f"{morning.answers['already']} codes were said to be used before, and {SHOWN_TWICE} were.",
    )
    outcome.expect(
        all(device.knows == PEOPLE for device in devices),
        f"devices know of {[device.knows for device in devices]} people who are there, not of {PEOPLE} each.",
    )


def lost_or_doubled(promised: list[int], there: list[int]) -> list[str]:
    """A sentence for each kind of difference between who was said to be checked in and the rows there are."""
    rows, people = Counter(there), set(promised)
    found = []
    if lost := people - rows.keys():
        found.append(f"{len(lost)} people were said to be checked in and are not: {sorted(lost)[:3]}")
    if extra := rows.keys() - people:
        found.append(f"{len(extra)} people are checked in whom no device was told so: {sorted(extra)[:3]}")
    if doubled := [ref for ref, count in rows.items() if count > 1]:
        found.append(f"{len(doubled)} people are checked in more than once: {sorted(doubled)[:3]}")
    return found


def _badges(copy: Copy, outcome: Outcome) -> None:
    print(f"\n{BADGES} badges")
    for form, took in copy.ask_inside("badges", str(BADGES), module="desk_inside").items():
        print(f"  {form:<8} {took['seconds']:.2f} s, {took['kilobytes']} kB, {took['queries']} queries")
        outcome.expect(
            took["seconds"] <= MOST_SECONDS_OF_BADGES,
            f"{BADGES} badges as {form} took {took['seconds']:.2f} s, not {MOST_SECONDS_OF_BADGES:.0f}.",
        )


def _finding(outcome: Outcome) -> None:
    took = finding.milliseconds(NAMES)
    if took is None:
        print("\nFinding by name was not measured: there is no Chromium on the PATH.")
        return
    print(f"\n{NAMES} people on the device: the list is made ready in {took['index']:.0f} ms;")
    print(
        f"  a name is found in {took['p50']:.1f} ms, the slowest of {took['count']} in {took['most']:.1f} ms"
    )
    outcome.expect(
        took["most"] <= MOST_MILLISECONDS_TO_FIND and took["unfound"] == 0,
        f"the slowest name took {took['most']:.0f} ms, and {took['unfound']} were not found.",
    )


def _data(copy: Copy, outcome: Outcome) -> None:
    took = copy.ask_inside("data", module="desk_inside")
    print(
        f"\n“Take my data” of a person with everything: {took['milliseconds']:.0f} ms, {took['queries']} queries,"
    )
    print(f"  {took['files']} files, {took['kilobytes']} kB")
    outcome.expect(took["files"] > 0, "no file was in what somebody with files took away.")


def _retention(copy: Copy, outcome: Outcome) -> None:
    took: dict[str, Any] = copy.ask_inside("retention", str(FORGOTTEN), module="forgetting")
    print(f"\nRetention of an edition of {FORGOTTEN} people, all kinds: {took['seconds']:.1f} s")
    print(
        f"  Meanwhile {took['bookings']} seats were booked and given up in another edition, the slowest in "
        f"{took['slowest']:.0f} ms ({took['slowest_before']:.0f} ms without)."
    )
    outcome.expect(took["left"] == 0, f"{took['left']} names were left.")
    outcome.expect(
        took["bookings"] > 0
        and took["slowest"] <= max(BUSY_MILLISECONDS, MOST_TIMES_SLOWER * took["slowest_before"]),
        f"a booking waited {took['slowest']:.0f} ms beside the deletion.",
    )


def _say(what: str, took: list[float]) -> None:
    took = sorted(took)
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"  {what:<28} p50 {p50:>6.0f} ms, p99 {p99:>6.0f} ms  ({len(took)})")
