"""The site in a process of its own, on a database that a test names: `python -m tests.serving NAME`.

Prints the port it listens on and serves until its standard input ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Process:
    """One of several that serve the same database."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("localhost", port, timeout=30)

    def get(self, address: str) -> tuple[int, str]:
        self._connection.request("GET", address)
        response = self._connection.getresponse()
        return response.status, response.read().decode()


@contextmanager
def processes(count: int, database: str) -> Iterator[list[Process]]:
    """Each reads the public version before every answer, so that no test has to wait for a second to pass."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "KEPT_RECHECK": "0"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.serving", database],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield [Process(int(each.stdout.readline())) for each in started if each.stdout]
    finally:
        for each in started:
            # Its standard input ends, and so does it.
            each.communicate(timeout=30)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main() -> None:
    import django

    django.setup()
    from tests.databases import connected_to

    with connected_to(sys.argv[1]):
        from efus_conference.wsgi import application

        server = make_server("localhost", 0, application, server_class=Server, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
