"""Which processes belong to one cluster.

A pid in a file proves nothing: after a kill -9 it may be a zombie's or some other program's. What PostgreSQL
shows as its command line does: it carries the cluster's name, for the server and each of its backends, and a
zombie has none. Anyone may read it, in a container too, unlike /proc/<pid>/cwd.
"""

from __future__ import annotations

import subprocess
from pathlib import Path


def pids_of(cluster_name: str) -> list[int]:
    """The living processes of the cluster with that name."""
    return [pid for pid, line in _command_lines() if _is_postgres(line) and cluster_name in line]


def _is_postgres(line: str) -> bool:
    # The server runs as "…/postgres -D …", a backend calls itself "postgres: <cluster name>: …".
    return line.startswith("postgres:") or line.partition(" -D ")[0].endswith("/postgres")


def _command_lines() -> list[tuple[int, str]]:
    processes = Path("/proc")
    if not (processes / "self" / "cmdline").exists():  # macOS
        listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True)
        rows = [line.strip().partition(" ") for line in listing.stdout.splitlines()]
        return [(int(pid), command) for pid, _, command in rows]
    found = []
    for folder in processes.iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes()
            except OSError:  # gone meanwhile
                continue
            found.append((int(folder.name), line.replace(b"\0", b" ").decode(errors="replace")))
    return found
