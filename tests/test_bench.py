"""bin/bench as a process: what it says of itself. Its figures are in docs/performance.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = """Say which benchmark to run, such as bin/bench programme. There are:
  programme    the public pages and files of a programme, kept and made anew
"""


def bench(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    command = [sys.executable, "bin/bench", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_without_a_name_it_lists_the_benchmarks() -> None:
    assert bench() == (2, LIST, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["banana"], "There is no benchmark “banana”.\n"),
        (["programme", "--seconds", "0"], "--seconds must be from 0.1 to 600.\n"),
    ],
)
def test_what_it_does_not_know_is_a_sentence(arguments: list[str], sentence: str) -> None:
    code, _output, error = bench(*arguments)

    assert code != 0
    assert error == sentence
