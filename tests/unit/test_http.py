import socket
import threading
from collections.abc import Iterator

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
        with pytest.raises(Unreachable, match="ConnectionError"):
            outside.get("http://nobody.invalid/")
    with pytest.raises(Unreachable, match="waiting"):
        outside.get("http://nobody.invalid/")


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
