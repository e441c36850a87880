"""Load for one address, by wrk, or by a client in Python where wrk is missing."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from bootstrap import SetupError

THREADS = 2
CONNECTIONS = 16
RUNS = 3
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """Requests per second; milliseconds within which half and 99 of 100 requests were answered."""

    rate: float
    p50: float
    p99: float


def client() -> str:
    return "wrk" if shutil.which("wrk") else "a client in Python, which is slower than wrk"


def load(port: int, path: str, seconds: float, headers: Mapping[str, str] | None = None) -> Load:
    """The median of three runs, after one answer that warms up each worker."""
    sent = {**BROWSER, **(headers or {})}
    one_run = _by_wrk if shutil.which("wrk") else _by_python
    one_run(port, path, min(seconds, 0.5), sent)
    runs = [one_run(port, path, seconds, sent) for _ in range(RUNS)]
    return Load(*(median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99")))


def _by_wrk(port: int, path: str, seconds: float, headers: Mapping[str, str]) -> Load:
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    whole = max(1, round(seconds))
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{whole}s", "--latency", *lines,
               f"http://127.0.0.1:{port}{path}"]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
        raise SetupError(f"{path} answered {failed[1]} requests with an error.")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    times = [re.search(rf"\s{percent}%\s+([\d.]+)(us|ms|s|m)\s", said) for percent in (50, 99)]
    if not rate or not all(times):
        raise SetupError(f"wrk said nothing of use about {path}.")
    p50, p99 = (float(found[1]) * _UNITS[found[2]] for found in times if found)
    return Load(float(rate[1]), p50, p99)


def _by_python(port: int, path: str, seconds: float, headers: Mapping[str, str]) -> Load:
    with ProcessPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(_process, port, path, seconds, dict(headers)) for _ in range(THREADS)]
        took = sorted(one for job in jobs for one in job.result())
    if not took:
        raise SetupError(f"{path} did not answer.")
    return Load(len(took) / seconds, took[len(took) // 2], took[len(took) * 99 // 100])


def _process(port: int, path: str, seconds: float, headers: dict[str, str]) -> list[float]:
    count = CONNECTIONS // THREADS
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(_connection, port, path, seconds, headers) for _ in range(count)]
        return [one for job in jobs for one in job.result()]


def _connection(port: int, path: str, seconds: float, headers: dict[str, str]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took = []
    end = time.monotonic() + seconds
    while (begun := time.monotonic()) < end:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400:
            raise SetupError(f"{path} answered with status {answer.status}.")
        took.append((time.monotonic() - begun) * 1000)
    connection.close()
    return took
