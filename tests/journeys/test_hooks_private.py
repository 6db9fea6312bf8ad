"""Experiment 18: no address that a merchant names, however written, makes us call into a private network."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.hooks import accounts
from app.lib import http
from app.shops.models import Call
from app.vocabulary import CallState
from tests.contracts.sources.network import playing
from tests.journeys import hooks
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import HOST, buy, named, tellings, work
from tests.unit.test_http import Canary

PRIVATE = (
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_listener_on_loopback_never_hears_from_us(
    shopify_store: StoreVoice, canary: Canary, host: str
) -> None:
    call = told_at(shopify_store, f"https://{host}:{canary.port}/")
    assert canary.calls == 0
    assert call.state is CallState.PARKED
    assert "is not a public address" in (call.failure or "")


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "192.168.0.1", "[fd00::1]", "100.64.0.1"])
def test_nothing_is_asked_of_a_neighbor_or_of_the_clouds_metadata(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    called = watched(monkeypatch)
    call = told_at(shopify_store, f"https://{host}/latest/meta-data/")
    assert called == []
    assert call.state is CallState.PARKED


def test_a_name_that_leads_elsewhere_at_the_second_look_is_called_where_it_was_checked(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    looks: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *args, **options)
        looks.append(host)
        return real("8.8.8.8" if len(looks) == 1 else "127.0.0.1", port, *args, **options)

    called = watched(monkeypatch)
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    told_at(shopify_store, f"https://rebind.example:{canary.port}/")
    assert called
    assert {host for host, _ in called} == {"8.8.8.8"}
    assert canary.calls == 0


def test_a_name_with_one_private_address_among_its_own_is_not_called(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def both(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host != "both.example":
            return real(host, port, *args, **options)
        return [*real("8.8.8.8", port, *args, **options), *real("127.0.0.1", port, *args, **options)]

    called = watched(monkeypatch)
    monkeypatch.setattr(socket, "getaddrinfo", both)
    call = told_at(shopify_store, "https://both.example/")
    assert called == []
    assert call.state is CallState.PARKED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_no_yes_and_is_not_followed(
    shopify_store: StoreVoice, canary: Canary, status: int
) -> None:
    named(shopify_store)
    with playing(HOST) as server:
        server.will(status, {}, Location=f"http://127.0.0.1:{canary.port}/")
        buy(shopify_store)
    call = tellings(shopify_store)[0]
    assert (call.state, call.failure) == (CallState.WAITING, f"it answers {status}")
    assert canary.calls == 0


def told_at(voice: StoreVoice, url: str) -> Call:
    """Let a shop tell an address, though the admin would not have taken it."""
    hook = named(voice, hears=("order.placed",))
    hook.keys = accounts._sealed({**accounts.keys_of(hook), "url": url})
    voice.session.commit()
    buy(voice)
    work(voice)
    return hooks.tellings(voice)[0]


def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note where a connection is tried, and let none come about."""
    called: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        called.append(address)
        raise OSError("nobody is there")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return called


@pytest.fixture
def canary() -> Iterator[Canary]:
    opened = Canary()
    http._breakers.reset()
    yield opened
    opened.close()
