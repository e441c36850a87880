"""bin/serve as a process: what it refuses, and how it starts and ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds
DEMONSTRATION = "demonstration"  # the address of the declaration that is loaded


def environment(data_dir: Path, **extra: str) -> dict[str, str]:
    """The developer's, without what the tests and the developer set for Django."""
    ours = {"DATA_DIR": str(data_dir), "PORT": str(free_port()), **extra}
    taken_out = ("DATABASE_URL", "DATABASE_OWNER_URL", "SITE_URL", "BIND", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in taken_out} | ours


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refusal(data_dir: Path, **extra: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "bin/serve"],
        cwd=ROOT,
        env=environment(data_dir, **extra),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


# --- refusals --------------------------------------------------------------------------------------------


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        problem = f"Port {port} on 127.0.0.1 can't be opened (Address already in use)"
        remedy = "stop what uses it, or set PORT to another"
        assert refusal(tmp_path, PORT=str(port)) == (1, "", f"{problem}: {remedy}.\n")


@pytest.mark.parametrize("port", ["http", "0", "65536", "８０００", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    assert refusal(tmp_path, PORT=port) == (1, "", f"PORT must be a number from 1 to 65535, not “{port}”.\n")


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    assert refusal(tmp_path / "var") == (
        1,
        "",
        f"The data folder {tmp_path / 'var'} can't be written (File exists): set DATA_DIR to one that can.\n",
    )


@pytest.fixture
def read_only_folder(tmp_path: Path) -> Iterator[Path]:
    """Root may write to a folder without write permission; then it takes a read-only mount."""
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        yield tmp_path
        tmp_path.chmod(0o700)
        return
    mounts = ["mount", "--bind", tmp_path, tmp_path], ["mount", "-o", "remount,bind,ro", tmp_path]
    if not all(subprocess.run(mount, capture_output=True).returncode == 0 for mount in mounts):
        pytest.skip("This root may not mount, so it has no folder it can't write.")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_read_only_data_folder_is_one_sentence(read_only_folder: Path) -> None:
    code, output, error = refusal(read_only_folder)
    assert (code, output) == (1, "")
    assert re.fullmatch(
        r"The data folder \S+ can't be written \([A-Z][a-z -]+\): set DATA_DIR to one that can\.\n", error
    )


@pytest.mark.parametrize(
    "address",
    [
        "mysql://efus@localhost/efus",
        "nonsense",
        "postgresql://efus@localhost:x/efus",
        "postgresql://localhost",
    ],
)
def test_a_broken_database_address_is_one_sentence_without_its_password(tmp_path: Path, address: str) -> None:
    code, output, error = refusal(tmp_path, DATABASE_URL=address)
    assert (code, output) == (1, "")
    assert re.fullmatch(r"DATABASE_URL [^\n]+ postgresql://user:password@host:5432/name[^\n]*\.\n", error)


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    assert refusal(tmp_path, DATABASE_URL=f"postgresql://efus:secret@127.0.0.1:{port}/efus") == (
        1,
        "",
        f"No database answers at 127.0.0.1:{port}, where DATABASE_URL says it is (Connection refused).\n",
    )


# --- the whole way ---------------------------------------------------------------------------------------


class Served:
    """A running bin/serve, from its closing line on."""

    def __init__(self, data_dir: Path, **extra: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "bin/serve"],
            cwd=ROOT,
            env=environment(data_dir, **extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.strip())
            if line.startswith("Serving on "):
                break
        self.url = self.output[-1].removeprefix("Serving on ")

    def end(self, request: signal.Signals) -> int:
        self.process.send_signal(request)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Shared, because the second start has less to do; closed to other users, as a home folder is."""
    folder = Path(tempfile.mkdtemp(prefix="efus-serve-"))
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def serve(data_dir: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(**extra: str) -> Served:
        started.append(Served(data_dir, **extra))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.end(signal.SIGTERM)
        served.process.communicate()


def left_behind(data_dir: Path) -> list[str]:
    """The command lines of processes that have to do with the folder, once they had time to go."""
    deadline = time.monotonic() + PATIENCE
    while (found := processes_of(data_dir)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def processes_of(data_dir: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
            has_to_do = f"DATA_DIR={data_dir}".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if line and (has_to_do or str(data_dir).encode() in line):
            found.append(line.replace(b"\0", b" ").decode())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("request_to_end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_demonstration_and_leaves_nothing_running(
    serve: Callable[..., Served], data_dir: Path, request_to_end: signal.Signals
) -> None:
    served = serve()
    with urlopen(f"{served.url}/healthz") as answer:  # noqa: S310 - our own address
        assert json.load(answer) == {"status": "ok"}
    with pytest.raises(HTTPError) as too_long:
        urlopen(f"{served.url}/en/search/?q={'a' * 10_000}")  # noqa: S310 - our own address
    assert too_long.value.code == 414
    assert re.findall('<p lang="(..)">', too_long.value.read().decode()) == ["en", "fr", "nl"]
    accounts = json.loads((data_dir / "demo-accounts.json").read_text())
    assert [
        role for role in accounts if not any(accounts[role]["email"] in line for line in served.output)
    ] == []
    assert served.end(request_to_end) == 0
    assert left_behind(data_dir) == []


@pytest.mark.slow
def test_the_logs_are_signed_and_a_keeper_that_was_killed_is_followed_by_another(
    serve: Callable[..., Served], data_dir: Path
) -> None:
    served = serve()
    address = f"{served.url}/declarations/{DEMONSTRATION}/log/checkpoint"
    deadline = time.monotonic() + PATIENCE
    while (note := answer_at(address)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert note is not None
    assert note.splitlines()[0].endswith(f"/declarations/{DEMONSTRATION}/log")
    (keeper,) = keepers_of(data_dir)
    os.kill(keeper, signal.SIGKILL)
    while keepers_of(data_dir) in ([keeper], []) and time.monotonic() < deadline:
        time.sleep(0.1)
    (another,) = keepers_of(data_dir)
    assert another != keeper
    assert served.end(signal.SIGTERM) == 0
    assert left_behind(data_dir) == []


def answer_at(address: str) -> str | None:
    try:
        with urlopen(address) as answer:  # noqa: S310 - our own address
            return str(answer.read().decode())
    except HTTPError:
        return None


def keepers_of(data_dir: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
            is_ours = f"DATA_DIR={data_dir}".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if is_ours and b"\0keep_log\0" in line:
            found.append(int(process.name))
    return found


@pytest.mark.slow
def test_a_killed_one_takes_its_programs_along_and_the_next_start_works(
    serve: Callable[..., Served], data_dir: Path
) -> None:
    assert serve().end(signal.SIGKILL) == -signal.SIGKILL
    assert left_behind(data_dir) == []
    served = serve()
    with urlopen(f"{served.url}/healthz") as answer:  # noqa: S310 - our own address
        assert answer.status == 200


@pytest.mark.slow
def test_everything_killed_at_once_hinders_no_new_start(serve: Callable[..., Served], data_dir: Path) -> None:
    serve()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"DATA_DIR={data_dir}".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if is_ours:
            os.kill(int(process.name), signal.SIGKILL)
    served = serve()
    with urlopen(f"{served.url}/healthz") as answer:  # noqa: S310 - our own address
        assert answer.status == 200
    assert served.end(signal.SIGTERM) == 0
    assert left_behind(data_dir) == []
