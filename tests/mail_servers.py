"""A mail server that takes so many mails and then never answers again: what is sent then is lost with its sender."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage


class StubbornServer:
    """`with StubbornServer(accepts=2) as server:`, then `server.port` and `server.accepted`."""

    def __init__(self, *, accepts: int) -> None:
        self.accepts = accepts
        self.accepted: list[EmailMessage] = []
        self.connections = 0
        self._is_full = threading.Event()
        self._ends = threading.Event()

    def wait_for_the_next(self) -> None:
        """Returns while a client waits for the answer to one mail too many."""
        assert self._is_full.wait(timeout=60), "Nothing more was sent."

    def __enter__(self) -> StubbornServer:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.connections += 1
                self._say("220 ready")
                while line := self.rfile.readline():
                    verb = line[:4].upper().strip()
                    if verb == b"DATA":
                        self._say("354 go on")
                        outer._take(self._content(), self._say)
                    elif verb == b"QUIT":
                        self._say("221 bye")
                        return
                    else:
                        self._say("250 fine")

            def _say(self, sentence: str) -> None:
                self.wfile.write(f"{sentence}\r\n".encode())

            def _content(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("localhost", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ends.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, content: bytes, say: object) -> None:
        assert callable(say)
        if len(self.accepted) == self.accepts:
            self._is_full.set()
            self._ends.wait()
            return
        self.accepted.append(email.message_from_bytes(content, policy=email.policy.default))
        say("250 accepted")
