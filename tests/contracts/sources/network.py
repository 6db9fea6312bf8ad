"""A source's API as the network shows it: answers as a test tells it to, and remembers what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.lib import http
from tests.unit.shopify.store import Asked, StoreApi

__all__ = ["Asked", "StoreApi", "playing"]


@contextmanager
def playing(host: str) -> Iterator[StoreApi]:
    """Play a host of the internet."""
    api = StoreApi()
    http.play(host, api)
    http._breakers.reset()
    try:
        yield api
    finally:
        http.play(host, None)
        http._breakers.reset()
