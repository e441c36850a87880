"""The launcher, in processes of its own: what it survives is mostly other processes' deaths."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from efus_conference import embedded_postgres
from efus_conference.embedded_postgres import EmbeddedPostgresError, locks
from efus_conference.embedded_postgres.processes import pids_of
from efus_conference.embedded_postgres.server import Server
from efus_conference.secrets_file import secret

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent

# Uses the cluster, says where it is, and stays until its standard input ends.
USER = """
import dataclasses, json, sys
from pathlib import Path
from efus_conference import embedded_postgres
try:
    cluster = embedded_postgres.ensure(Path(sys.argv[1]))
except embedded_postgres.EmbeddedPostgresError as error:
    sys.exit(str(error))
print(json.dumps(dataclasses.asdict(cluster)), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the cluster of a folder."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.cluster = json.loads(line) if line else {}

    def leave(self) -> str:
        """Let it end in order; what it said on standard error."""
        return self.process.communicate("")[1]

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def query(self, name: str, query: str) -> str:
        """The one value that the last of these statements gives to the owner or the app."""
        login = self.cluster[name]
        with psycopg.connect(
            host=login["HOST"],
            port=login["PORT"],
            dbname=login["NAME"],
            user=login["USER"],
            password=login["PASSWORD"],
        ) as connection:
            *earlier, last = query.split(";")
            for statement in earlier:
                connection.execute(statement)
            return connection.execute(last).fetchone()[0]

    def login(self, name: str) -> str:
        return self.query(name, "SELECT current_user || '@' || current_database()")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # mkdtemp's folder is closed to other users, as a checkout in /root is.
    folder = Path(tempfile.mkdtemp(prefix="efus-cluster-"))
    yield folder / "var"
    with locks.exclusive(folder / "lock"):
        Server(folder / "var").stop()
    shutil.rmtree(folder)


@pytest.fixture
def use(data_dir: Path) -> Iterator[Callable[[], User]]:
    users: list[User] = []

    def start() -> User:
        users.append(User(data_dir))
        return users[-1]

    yield start
    for user in users:
        user.kill()


def server_pids(data_dir: Path) -> list[int]:
    return pids_of(Server(data_dir).cluster_name)


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def test_a_first_start_makes_two_logins_and_the_database(use: Callable[[], User]) -> None:
    user = use()
    assert [user.login("owner"), user.login("app")] == ["efus_owner@efus", "efus_app@efus"]


@pytest.mark.parametrize("table", ["TEMP TABLE", "TABLE"])
def test_the_site_s_login_makes_no_tables_of_its_own(use: Callable[[], User], table: str) -> None:
    """On a table of one's own one may have triggers of one's own."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        use().query("app", f"CREATE {table} own (i int); SELECT 1")


def test_the_server_listens_on_no_network(use: Callable[[], User], data_dir: Path) -> None:
    user = use()
    lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
    assert lines[4:6] == [user.cluster["app"]["HOST"], ""]
    assert stat.S_IMODE(Path(user.cluster["app"]["HOST"]).stat().st_mode) == 0o700


def test_whoever_leaves_last_stops_the_server(use: Callable[[], User], data_dir: Path) -> None:
    first, second = use(), use()
    assert first.leave() == ""
    assert second.login("app") == "efus_app@efus"
    assert second.leave() == ""
    assert server_pids(data_dir) == []


def test_users_that_start_at_once_share_one_server(data_dir: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    outputs = {process.communicate()[0] for process in processes}
    assert ([process.returncode for process in processes], len(outputs)) == ([0, 0, 0, 0], 1)
    assert server_pids(data_dir) == []


def test_a_server_whose_users_were_killed_is_adopted(use: Callable[[], User], data_dir: Path) -> None:
    killed = use()
    server = postmaster(data_dir)
    killed.kill()
    adopter = use()
    assert (postmaster(data_dir), adopter.login("app")) == (server, "efus_app@efus")
    adopter.leave()
    assert server_pids(data_dir) == []


def test_a_start_after_everything_was_killed_finds_what_was_committed(
    use: Callable[[], User], data_dir: Path
) -> None:
    killed = use()
    killed.query("owner", "CREATE TABLE kept AS SELECT 1 AS one; SELECT 1")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    killed.kill()
    assert use().query("app", "SELECT one FROM kept") == 1


def test_a_dead_server_beside_a_living_user_is_started_again(use: Callable[[], User], data_dir: Path) -> None:
    """The user is the server's parent and has not waited for it: its pid is a zombie's."""
    first = use()
    os.kill(postmaster(data_dir), signal.SIGKILL)
    assert use().login("app") == "efus_app@efus"
    assert first.login("app") == "efus_app@efus"


def test_a_pid_that_another_program_has_by_now_is_no_server(use: Callable[[], User], data_dir: Path) -> None:
    use().leave()
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}/postgres\n")
    assert use().login("app") == "efus_app@efus"


def test_a_server_whose_socket_was_deleted_is_started_again(use: Callable[[], User], data_dir: Path) -> None:
    use()
    (data_dir / "postgres.socket" / ".s.PGSQL.5432").unlink()
    assert use().login("app") == "efus_app@efus"


def test_a_half_made_cluster_is_made_anew(use: Callable[[], User], data_dir: Path) -> None:
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert use().login("app") == "efus_app@efus"


@pytest.mark.parametrize("name", ["long" * 30, "l'été, à “Liège” $HOME"])
def test_a_path_unfit_for_a_socket_gets_a_short_folder_that_goes_with_the_server(name: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="efus-cluster-"))
    user = User(folder / name)
    try:
        socket_folder = Path(user.cluster["app"]["HOST"])
        assert (user.login("app"), len(str(socket_folder)) < 60) == ("efus_app@efus", True)
        assert user.leave() == ""
        assert not socket_folder.exists()
    finally:
        user.kill()
        shutil.rmtree(folder)


def test_no_folder_above_is_opened_to_others(use: Callable[[], User], data_dir: Path) -> None:
    use()
    assert stat.S_IMODE(data_dir.parent.stat().st_mode) == 0o700


def test_a_forked_child_keeps_the_server_after_its_parent_left(data_dir: Path) -> None:
    forks = """
import os, sys
from pathlib import Path
from efus_conference import embedded_postgres
folder = Path(sys.argv[1])
embedded_postgres.ensure(folder, durable=False)
read, write = os.pipe()
if os.fork() == 0:
    os.close(write)
    os.read(read, 1)  # until the parent is gone
    os.close(read)
    print("in use" if not embedded_postgres.stop_unused(folder) else "stopped", flush=True)
    sys.exit()
"""
    done = subprocess.run(
        [sys.executable, "-c", forks, str(data_dir)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("in use\n", "")
    assert server_pids(data_dir) == []


# --- refusals, each one sentence -------------------------------------------------------------------------


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(EmbeddedPostgresError, match=r"^The data folder \S+ can't be used: File exists\.$"):
        embedded_postgres.ensure(tmp_path / "var")


def test_a_folder_with_something_else_in_it_is_refused(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "photo.jpg").touch()
    with pytest.raises(EmbeddedPostgresError, match="holds something that is no database"):
        embedded_postgres.ensure(data_dir)


def test_another_major_version_is_refused_and_left_alone(use: Callable[[], User], data_dir: Path) -> None:
    use().leave()
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 17 and this is PostgreSQL 18"):
        embedded_postgres.ensure(data_dir)


def test_passwords_that_do_not_fit_are_refused(use: Callable[[], User], data_dir: Path) -> None:
    use().leave()
    (data_dir / "secrets.json").unlink()
    with pytest.raises(EmbeddedPostgresError, match="does not fit the database beside it"):
        embedded_postgres.ensure(data_dir)
    assert server_pids(data_dir) == []


# --- secrets ---------------------------------------------------------------------------------------------


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = secret(tmp_path, "SECRET_KEY")
    assert [secret(tmp_path, "SECRET_KEY"), secret(tmp_path, "OTHER_KEY", lambda: "made")] == [first, "made"]
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"SECRET_KEY": first, "OTHER_KEY": "made"}
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_damaged_file_of_secrets_is_told_and_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ValueError, match="restore it from the backup"):
        secret(tmp_path, "SECRET_KEY")
    assert (tmp_path / "secrets.json").read_text() == "{"
