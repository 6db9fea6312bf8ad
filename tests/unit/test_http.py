import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from urllib3.util import Retry

from app.lib import http
from app.lib.http import Outside, PrivateAddress, Unreachable, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_a_canary_on_loopback_never_hears_from_us(canary: "Canary", host: str) -> None:
    with pytest.raises(Unreachable):
        Outside().get(f"http://{host}:{canary.port}/")
    assert canary.calls == 0


def test_the_reason_is_told(canary: "Canary") -> None:
    with pytest.raises(PrivateAddress) as caught:
        Outside().get(f"http://localhost:{canary.port}/")
    assert caught.value.permanent


def test_a_host_that_keeps_failing_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_breakers", http._Breakers())
    outside = Outside(retries=Retry(total=0))
    for _ in range(http.BREAK_AFTER):
        with pytest.raises(Unreachable, match="its name is not known") as caught:
            outside.get("http://nobody.invalid/")
        assert caught.value.is_unsent
    with pytest.raises(Unreachable, match="waiting"):
        outside.get("http://nobody.invalid/")


@pytest.mark.parametrize("drips", ["headers", "body", "redirect"])
def test_an_answer_that_drips_ends_all_the_same(monkeypatch: pytest.MonkeyPatch, drips: str) -> None:
    begun = {
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
        "redirect": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 999\r\n\r\n",
    }
    monkeypatch.setattr(http, "ENDS_AFTER", 0.5)
    began = time.monotonic()
    with answering(monkeypatch, begun[drips], b".", 0.05) as port, pytest.raises(Unreachable):
        Outside(retries=Retry(total=0)).get(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_no_answer_is_read_beyond_its_limit(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    begun = f"HTTP/1.1 {status}\r\nLocation: /\r\nContent-Length: 99999999\r\n\r\n".encode()
    monkeypatch.setattr(http, "ANSWER_LIMIT", 100_000)
    with (
        pytest.raises(Unreachable, match="more than"),
        answering(monkeypatch, begun, b"x" * 10_000, 0.001) as port,
    ):
        Outside().get(f"http://127.0.0.1:{port}/")


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, begun: bytes, more: bytes, every: float) -> Iterator[int]:
    """A server that answers every call without an end; loopback counts as public meanwhile."""
    monkeypatch.setattr(http, "is_public", lambda _: True)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.sendall(begun)
            while True:
                connection.sendall(more)
                time.sleep(every)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


class Canary:
    """A server on loopback that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    opened = Canary()
    yield opened
    opened.close()
