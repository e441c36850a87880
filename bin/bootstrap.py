"""What bin/serve and bin/test share: the virtual environment, and programs that end when we do.

Python's standard library alone, because nothing else is there yet.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STOPPED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SetupError(Exception):
    """Something is in the way; the message is one sentence."""


class Stopped(BaseException):
    """We were asked to stop. No Exception, so that nothing but the main program catches it."""

    def __init__(self, number: int) -> None:
        self.number = number


def run_main(main: Callable[[], int]) -> None:
    """Run a command's main function; problems become one sentence, a wish to stop ends all programs."""
    for number in STOPPED_BY:
        signal.signal(number, _raise_stopped)
    try:
        code = main()
    except SetupError as error:
        print(error, file=sys.stderr, flush=True)
        code = 1
    except Stopped as stopped:
        code = 128 + stopped.number
    finally:
        for number in STOPPED_BY:
            signal.signal(number, signal.SIG_IGN)
        end_all()
    sys.exit(code)


def _raise_stopped(number: int, frame: object) -> None:
    raise Stopped(number)


# --- programs -------------------------------------------------------------------------------------------

_running: list[subprocess.Popen[str]] = []


def start(
    command: Sequence[str | Path], *, orphaned: signal.Signals = signal.SIGTERM, **options: object
) -> subprocess.Popen[str]:
    """Start a program that ends with us, even when we are killed: then it gets the signal `orphaned`.

    It gets a session of its own, so Ctrl-C reaches us alone and we end everything in order.
    """
    # Blocked until the program is on the list: a signal in between would leave it running.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPED_BY)
    try:
        program = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_tied_to(os.getpid(), orphaned), **options,
        )  # fmt: skip
        _running[:] = [earlier for earlier in _running if earlier.poll() is None] + [program]
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPED_BY)
    return program


def _tied_to(parent: int, orphaned: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPED_BY)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
            if os.getppid() != parent:  # we were too late to be told
                os._exit(1)

    return tie


def run(command: Sequence[str | Path], **options: object) -> int:
    """Run a program to its end and return its exit code."""
    program = start(command, **options)
    code = program.wait()
    _running.remove(program)
    return code


def end_all(patience: float = 20) -> None:
    """Ask every program to end, and after `patience` seconds make it."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        for program in _running:
            _signal_group(program, request)
        deadline = time.monotonic() + patience
        while any(program.poll() is None for program in _running) and time.monotonic() < deadline:
            time.sleep(0.02)
    _running.clear()


def _signal_group(program: subprocess.Popen[str], request: signal.Signals) -> None:
    if program.poll() is None or request == signal.SIGKILL:
        # SIGKILL also sweeps up what the program itself left behind in its group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, request)


# --- the virtual environment ----------------------------------------------------------------------------


def ensure_environment(requirements: str) -> None:
    """Have .venv with exactly the locked versions of `requirements` (a file beside manage.py).

    Does nothing when the lock did not change since; heals an environment whose making was interrupted.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever calls us may have an older one
        raise SetupError(f"Python 3.11 or later is needed, and this is {sys.version.split()[0]}.")
    try:
        folder = os.open(ROOT, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)  # bin/serve and bin/test may start at once
    except OSError as error:
        raise SetupError(f"{ROOT} can't be locked: {error.strerror}.")
    try:
        _ensure_environment(ROOT / requirements)
    except OSError as error:
        raise SetupError(f"The virtual environment {VENV} can't be made: {error.strerror}.")
    finally:
        os.close(folder)


def _ensure_environment(lock: Path) -> None:
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    half_made = VENV / "half-made"
    record = VENV / "installed.json"
    installed = _read(record)
    # A virtual environment that was moved, or whose Python is gone, does not work any more.
    is_usable = PYTHON.exists() and not half_made.exists() and installed.get("at", str(VENV)) == str(VENV)
    if is_usable and installed.get(lock.name) == digest:
        return
    if VENV.exists() and not is_usable:
        shutil.rmtree(VENV)
    VENV.mkdir(exist_ok=True)
    half_made.touch()
    uv = shutil.which("uv")
    if not PYTHON.exists():
        print("Making the virtual environment…", flush=True)
        without_pip = ["--without-pip"] if uv else []
        _run_quietly(
            [sys.executable, "-m", "venv", *without_pip, VENV], "The virtual environment can't be made"
        )
    print(f"Installing {lock.name}…", flush=True)
    _install(lock, uv)
    installed |= {"at": str(VENV), lock.name: digest}
    if "dev" in lock.name:  # which holds all of the other
        site = lock.with_name("requirements.txt")
        installed[site.name] = hashlib.sha256(site.read_bytes()).hexdigest()
    record.write_text(json.dumps(installed, indent=1), encoding="utf-8")
    half_made.unlink()


def _install(lock: Path, uv: str | None) -> None:
    problem = "The dependencies can't be installed"
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock]
    else:
        if not (VENV / "bin" / "pip").exists():
            _run_quietly([PYTHON, "-m", "ensurepip"], problem)
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        command = [*pip, "--require-hashes", "-r", lock]
    _run_quietly(command, problem)


def _run_quietly(command: Sequence[str | Path], problem: str) -> None:
    """Run a program whose output matters only when it fails: then its last error, in one sentence."""
    log = VENV / "install.log"
    with log.open("w", encoding="utf-8") as output:
        # Others than root may read what is installed: as root the database runs as another user.
        code = run(command, stdout=output, stderr=subprocess.STDOUT, umask=0o022)
    if code != 0:
        lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines[-1:] or [f"exit code {code}"]
        raise SetupError(f"{problem}: {errors[-1].rstrip('.')} (see {log}).")


def _read(record: Path) -> dict[str, str]:
    try:
        return dict(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def site_environment(**extra: str) -> Mapping[str, str]:
    """The environment of our programs: this project's modules, and output as it happens."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "efus_conference.settings",
        "PYTHONUNBUFFERED": "1",
        **extra,
    }
