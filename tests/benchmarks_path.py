"""Lets tests import `benchmarks`, which bin/bench runs: its checks of the database are theirs too."""

from __future__ import annotations

import sys
from pathlib import Path

BIN = str(Path(__file__).resolve().parent.parent / "bin")
if BIN not in sys.path:
    sys.path.append(BIN)
