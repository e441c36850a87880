"""Files of strangers are opened in a process of their own, which has little time, little memory and no secrets.

See `docs/decisions/0024-foreign-pdfs-are-opened-apart.md`.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0  # seconds by the clock; the child itself ends after SECONDS of work
SECONDS = 10
MEMORY = 1024 * 1024 * 1024  # bytes
WAIT = 4.0  # seconds for the file before; whoever waits holds a thread that public pages need
MAX_NOTED = 2_000  # characters of what the child complained about

# One at a time in each process of the site: more would only take time and memory from each other.
room = BoundedSemaphore(1)
logger = logging.getLogger(__name__)


class Unwanted(Exception):  # noqa: N818  the file is at fault, not the program
    """`code`: encrypted, script, action, inside, form, pages, giant, heavy, not_readable; busy: not its fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def opened(module: str, *arguments: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    """What `module` says of the file, as a child that calls `answering`; Unwanted for what it refuses."""
    command = [sys.executable, "-B", "-m", module, str(SECONDS), str(MEMORY), *arguments]
    if not room.acquire(timeout=WAIT):
        raise Unwanted("busy")
    try:
        # Nothing of this process's environment: the keys of the site are in it.
        done = subprocess.run(  # noqa: S603  our own module; the file goes in as data
            command,
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            cwd=ROOT,
            env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unwanted("heavy") from None
    finally:
        room.release()
    if done.stderr:
        logger.warning("%s: %r", module, done.stderr[-MAX_NOTED:])
    head, _line, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise Unwanted("heavy")
    said: dict[str, Any] = json.loads(head)
    if said["refused"]:
        raise Unwanted(said["refused"])
    return said, rest


def answering(answer: Callable[..., tuple[dict[str, Any], bytes]]) -> None:
    """What the child does: `answer` gets the bytes of standard input and the further arguments.

    On standard output it leaves a line of JSON, then bytes.
    """
    seconds, memory = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Libraries tell about each oddity of a file; what is left to say are the tracebacks of mistakes.
    logging.getLogger().addHandler(logging.NullHandler())
    said, rest = answer(sys.stdin.buffer.read(), *sys.argv[3:])
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + rest)
