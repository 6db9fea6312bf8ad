"""An SMTP server on a real socket that answers whatever a test has written for it."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import BinaryIO

CUT = "cut"
"""Close the connection in place of an answer."""
SILENCE = "silence"
"""Keep the connection open and say nothing."""
NOT_A_WORD = "not a word"
"""Take nothing more off the wire, so that the sender's buffer fills."""


class ScriptedServer:
    """Says yes, unless `script` holds other answers for a stage; each answer is given once, in order.

    Stages: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (before the dot is read), DOT, RSET.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, extensions: tuple[str, ...] = ()) -> None:
        self.script: dict[str, list[str]] = {}
        self.taken: list[bytes] = []
        self.heard: list[str] = []
        self.connections = 0
        self._envelopes: dict[socket.socket, tuple[str, ...]] = {}
        """What each connection's server has said yes to: MAIL, then RCPT."""
        self._tls = tls
        self._extensions = extensions
        self._closing = Event()
        self._lock = Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [Thread(target=self._listen)]
        self._threads[0].start()

    def close(self) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                if self._answer(connection, "CONNECT", "220 ready"):
                    self._converse(connection)
        except OSError:
            pass

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            for line in lines:
                command = line.decode().strip()
                self.heard.append(command)
                verb = command.split()[0].upper()
                if verb == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                if not self._react(connection, verb, lines):
                    return
                if verb == "STARTTLS" and self._tls is not None:
                    with self._tls.wrap_socket(connection, server_side=True) as secured:
                        self._converse(secured)
                    return

    def _react(self, connection: socket.socket, verb: str, lines: BinaryIO) -> bool:
        if verb == "EHLO":
            offered = ["250-here", *(f"250-{name}" for name in self._extensions), "250 8BITMIME"]
            return self._answer(connection, "EHLO", "\r\n".join(offered))
        if verb == "DATA":
            return self._take(connection, lines)
        usual = {"STARTTLS": "220 go", "AUTH": "235 welcome"}.get(verb, "250 ok")
        answer = self._next(verb, usual)
        if verb in ("MAIL", "RCPT", "RSET"):
            before = self._envelopes.get(connection, ()) if verb == "RCPT" else ()
            self._envelopes[connection] = (*before, verb) if answer.startswith("2") else before
        return self._say(connection, answer)

    def _take(self, connection: socket.socket, lines: BinaryIO) -> bool:
        is_whole = self._envelopes.get(connection) == ("MAIL", "RCPT")
        answer = self._next("DATA", "354 go on" if is_whole else "503 5.5.1 for nobody")
        if not self._say(connection, answer):
            return False
        if not answer.startswith("354"):
            return True
        if not self._answer(connection, "BODY", ""):
            return False
        body = []
        for line in lines:
            if line == b".\r\n":
                break
            body.append(line.removeprefix(b"."))
        else:  # hung up amid it: no server takes that
            return False
        answer = self._next("DOT", "250 2.0.0 queued")
        if answer.startswith("2"):
            self.taken.append(b"".join(body))
        return self._say(connection, answer)

    def _answer(self, connection: socket.socket, stage: str, usual: str) -> bool:
        """Say what the script wants here; False when the connection is over."""
        return self._say(connection, self._next(stage, usual))

    def _next(self, stage: str, usual: str) -> str:
        with self._lock:
            scripted = self.script.get(stage)
            return scripted.pop(0) if scripted else usual

    def _say(self, connection: socket.socket, answer: str) -> bool:
        if answer in (SILENCE, NOT_A_WORD):
            self._closing.wait(10)
            return False
        if answer == CUT:
            return False
        if answer:
            connection.sendall(f"{answer}\r\n".encode())
        return not answer.startswith("421")


@contextmanager
def scripted(tls: ssl.SSLContext | None = None, extensions: tuple[str, ...] = ()) -> Iterator[ScriptedServer]:
    """Run a server for the length of a block."""
    server = ScriptedServer(tls, extensions)
    try:
        yield server
    finally:
        server.close()
