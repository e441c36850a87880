"""A copy of the site for one benchmark: a data folder of its own, the demonstration, gunicorn as in production."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap import PYTHON, ROOT, SetupError, end_all, run, site_environment, start

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
WORKERS = 2
INSIDE = "import django; django.setup(); from {package}.{module} import main; main()"
PATIENCE = 60  # seconds until a server answers


@dataclass(frozen=True)
class Copy:
    """Where the three servers are, and the environment in which programs see their data."""

    site: int  # ports
    minimal: int
    hello: int
    environment: Mapping[str, str]
    masters: dict[int, int]  # the process that gunicorn's workers are children of, by port

    def ask_inside(self, *arguments: str, module: str = "inside", package: str = "benchmarks") -> Any:
        """What bin/<package>/<module>.py answers, run with the site's own modules and database."""
        done = subprocess.run(
            [PYTHON, "-c", INSIDE.format(package=package, module=module), *arguments],
            cwd=ROOT, env={**self.environment, "PYTHONPATH": str(HERE.parent)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise SetupError(f"The copy of the site does not answer what is asked of its inside: {last}")
        return json.loads(done.stdout)

    def second_site(self) -> int:
        """The port of another gunicorn with workers of its own, on the same database."""
        port = _free_port()
        self.masters[port] = _serve(self.environment, port, None)
        return port

    def worker(self) -> subprocess.Popen[str]:
        """The process that does the jobs: mails, rounds, what comes by the clock."""
        number = len(list(Path(self.environment["DATA_DIR"]).glob("worker-*.log")))
        with (Path(self.environment["DATA_DIR"]) / f"worker-{number}.log").open("w", encoding="utf-8") as log:
            command = [PYTHON, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout", "10"]
            return start(command, env=self.environment, stdout=log, stderr=log)

    @property
    def mails(self) -> Path:
        """Where each mail is a file of its own."""
        return Path(self.environment["DATA_DIR"]) / "mail"

    def workers(self, port: int) -> list[int]:
        """The process ids of that gunicorn's workers, as Linux lists a process's children."""
        master = self.masters[port]
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


@contextmanager
def copy_of_the_site(**settings: str) -> Iterator[Copy]:
    """All of it is gone afterwards; `settings` are of its environment, beside its own."""
    data_dir = Path(tempfile.mkdtemp(prefix="efus-bench-"))
    # As root the database runs as another user, who must find its folder.
    data_dir.chmod(0o755)
    try:
        ports = [_free_port() for _ in range(3)]
        environment = {**_environment(data_dir, ports[0]), **settings}
        log = data_dir / "prepare.log"
        with log.open("w", encoding="utf-8") as output:
            code = run([PYTHON, "manage.py", "prepare"], env=environment, stdout=output, stderr=output)
        if code != 0:
            last = (log.read_text(encoding="utf-8").strip().splitlines() or [f"exit code {code}"])[-1]
            raise SetupError(f"The copy of the site can't be made ready: {last}")
        applications = zip(ports, (None, "minimal", "hello"), strict=True)
        masters = {port: _serve(environment, port, application) for port, application in applications}
        yield Copy(*ports, environment, masters)
    finally:
        end_all()
        stop = [PYTHON, "-m", "efus_conference.embedded_postgres", "stop-unused", data_dir]
        subprocess.run(stop, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(data_dir, ignore_errors=True)


def _environment(data_dir: Path, port: int) -> dict[str, str]:
    """The developer's, without what would send a benchmark to another database or another site."""
    ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "SITE_URL", "ALLOWED_HOSTS", "STATIC_ROOT", "CACHE_URL",
            "STORAGE_URL", "TRUSTED_PROXIES", "DATABASE_POOL", "EFUS_NO_DATABASE")  # fmt: skip
    environment = site_environment(
        PORT=str(port), BIND=HOST, DATA_DIR=str(data_dir), WEB_CONCURRENCY=str(WORKERS)
    )
    return {name: value for name, value in environment.items() if name not in ours}


def _serve(environment: Mapping[str, str], port: int, application: str | None) -> int:
    """Its process id, once it answers."""
    command = [str(PYTHON), "-m", "gunicorn", "-c", "python:efus_conference.gunicorn_conf"]
    if application:
        command += ["--pythonpath", str(HERE / "served"), f"{application}:application"]
    # What a server says of single requests is none of the figures.
    with (Path(environment["DATA_DIR"]) / f"server-{port}.log").open("w", encoding="utf-8") as log:
        server = start(command, env={**environment, "PORT": str(port)}, stdout=log, stderr=log)
    deadline = time.monotonic() + PATIENCE
    while not _answers(port, "/" if application else "/healthz"):
        if server.poll() is not None:
            raise SetupError(f"The web server did not start (exit code {server.returncode}).")
        if time.monotonic() > deadline:
            raise SetupError(f"The web server does not answer after {PATIENCE} seconds.")
        time.sleep(0.1)
    return server.pid


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
