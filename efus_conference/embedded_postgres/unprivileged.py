"""Who the database server runs as. PostgreSQL refuses to run as root, so root hands it to another user."""

from __future__ import annotations

import ctypes
import os
import pwd
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedPostgresError

# linux/capability.h, linux/prctl.h, linux/securebits.h
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
PR_GET_SECUREBITS = 27
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Identity:
    """The user the server's programs run as; `capability` is what lets them pass folders closed to it."""

    uid: int
    gid: int
    capability: int | None = None

    def become(self) -> Callable[[], None] | None:
        """What a child process does before its program starts; None when we are that user already."""
        if os.geteuid() == self.uid:
            return None
        libc = ctypes.CDLL(None, use_errno=True)

        def change() -> None:
            os.setgroups([])
            if self.capability is None:
                os.setgid(self.gid)
                os.setuid(self.uid)
                return
            # Without this bit access(2) ignores the capability for anyone but root, and PostgreSQL asks
            # access(2) whether its own program file is there.
            bits = libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0)
            _check(libc.prctl(PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
            os.setgid(self.gid)
            os.setuid(self.uid)
            _keep_only(libc, self.capability)

        return change

    def own(self, path: Path) -> None:
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def _keep_only(libc: ctypes.CDLL, capability: int) -> None:
    bit = 1 << capability
    header = _Header(LINUX_CAPABILITY_VERSION_3, 0)
    sets = (_Sets * 2)(_Sets(bit, bit, bit), _Sets(0, 0, 0))
    _check(libc.capset(ctypes.byref(header), sets))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "The capability could not be handed on.")


def server_identity(owned_like: Path, reached: Iterable[Path], program: Path) -> Identity:
    """The server's user: ourselves, or for root the owner of `owned_like`, or `nobody` where that is root.

    `reached` are the folders the server must get to. Where a parent is closed to its user (a checkout in
    /root or in a temporary folder is normal), we do not open other people's folders up; the server gets the
    one capability that lets it pass. Raises EmbeddedPostgresError where it can't run at all.
    """
    owner = owned_like.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise EmbeddedPostgresError(
                f"{owned_like} belongs to another user (number {owner}): start as that user, or as root."
            )
        return Identity(os.geteuid(), os.getegid())
    identity = _known_user(owner)
    closed = next((path for path in reached if not _is_open_to(path, identity)), None)
    if not _allows(program.stat(), identity, stat.S_IXOTH):
        raise EmbeddedPostgresError(
            f"The database can't run as root, and {program} is closed to other users: "
            "remove the .venv folder, which is then made anew, or start as another user than root."
        )
    return identity if closed is None else Identity(identity.uid, identity.gid, _capability(closed))


def _known_user(owner: int) -> Identity:
    """The owner of the folder, or `nobody` for root and for a number without a name, as a volume may have.

    PostgreSQL's programs refuse to run as a user that has no name.
    """
    if owner != 0:
        with suppress(KeyError):
            return Identity(owner, pwd.getpwuid(owner).pw_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            "The database can't run as root, and there is no user named nobody: start as another user."
        )
    return Identity(nobody.pw_uid, nobody.pw_gid)


def _is_open_to(path: Path, identity: Identity) -> bool:
    return all(
        _allows(folder.stat(), identity, stat.S_IXOTH) for folder in [path, *path.parents] if folder.is_dir()
    )


def _allows(status: os.stat_result, identity: Identity, bit: int) -> bool:
    """Whether the permission, given as the bit for others, is there for this user."""
    if status.st_uid == identity.uid:
        bit <<= 6
    elif status.st_gid == identity.gid:
        bit <<= 3
    return bool(status.st_mode & bit)


def _capability(closed: Path) -> int:
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="ascii")
        held = int(status.partition("CapEff:")[2].split()[0], 16)
        # Reading and passing is all the server needs. Containers often give root the wider one alone.
        for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
            if held & 1 << capability:
                return capability
    raise EmbeddedPostgresError(
        f"The database can't run as root, and {closed} is closed to other users: start as another user, "
        "or put the project and DATA_DIR into folders that others may pass."
    )
