"""WooCommerce's REST API: the woocommerce package's client, sent through our own network seam."""

import json
import re
from collections.abc import Iterator
from typing import Any

import requests
from requests import codes
from requests.auth import HTTPBasicAuth
from woocommerce import API

from app.lib import reading
from app.lib.http import Busy, Outside, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

PER_PAGE = 100
"""The most that WooCommerce gives on one page."""
NO_KEYS_SEEN = "woocommerce_rest_cannot_view"
"""What a store says to unknown keys, and also where its host strips the Authorization header."""

NO_ROUTE = "rest_no_route"
"""What WordPress says of whatever nobody answers for: not that an order is gone."""


class KeysRefused(Unreachable):
    """The store does not let these keys do this: revoked, read-only, or their owner may no longer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the store refuses our keys ({code})", permanent=True)


class Refused(Unreachable):
    """The store understood and said no; `code` is WooCommerce's own."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"the store answers {status} ({code})", permanent=True)
        self.code = code


class NoRoute(Unreachable):
    """There is no such list or thing at all: WooCommerce is too old for it, or switched off for a moment."""

    def __init__(self) -> None:
        super().__init__("the store knows no such address: WooCommerce may be switched off")


class Store(API):  # type: ignore[misc]  # the package is untyped
    """One store, asked with its REST keys ("ck_…:cs_…"); only over https."""

    query_string_auth: bool
    """Whether the store has shown that it sees no Authorization header."""

    def __init__(
        self, url: str, keys: str, *, version: str = "wc/v3", outside: Outside | None = None
    ) -> None:
        if not url.startswith("https://"):
            raise Unreachable(merchant_sentence("a store is asked over https only"), permanent=True)
        key, _, secret = keys.partition(":")
        super().__init__(url, key, secret, version=version)
        self._outside = outside or Outside()

    def read(self, endpoint: str, **params: str | int) -> Any:  # noqa: ANN401 - a stranger's JSON
        """Return what the store says; None where it says that there is no such thing.

        Raises KeysRefused, Refused, NoRoute, or Unreachable for anything that is no answer of WooCommerce's.
        """
        return answer_in(self.hear("GET", endpoint, params=params))

    def write(self, method: str, endpoint: str, body: Json | None = None, **params: str | int) -> Any:  # noqa: ANN401
        """Return what the store made of a change; raises as `read` does."""
        return answer_in(self.hear(method, endpoint, body, params=params))

    def every(self, endpoint: str, **params: str | int) -> Iterator[Json]:
        """Return every row of a list, page by page; raises as `read` does."""
        page, pages = 1, 1
        while page <= pages:
            response = self._page(endpoint, page, params)
            rows = _list(response)
            yield from rows
            told = response.headers.get("X-WP-TotalPages", "")
            pages = int(told) if rows and told.isdecimal() else page + (len(rows) == PER_PAGE)
            page += 1

    def page(self, endpoint: str, page: int, **params: str | int) -> tuple[list[Json], int | None]:
        """Return one page of a list and how many rows there are in all, where the store says so.

        Raises as `read` does.
        """
        response = self._page(endpoint, page, params)
        told = response.headers.get("X-WP-Total", "")
        return _list(response), int(told) if told.isdecimal() else None

    def after(self, endpoint: str, passed: int, **params: str | int) -> tuple[list[Json], int | None]:
        """Return what follows the first so many rows of a list, as `page` does."""
        asked = {**params, "per_page": PER_PAGE, "offset": passed}
        response = self.hear("GET", endpoint, params=asked)
        told = response.headers.get("X-WP-Total", "")
        return _list(response), int(told) if told.isdecimal() else None

    def _page(self, endpoint: str, page: int, params: dict[str, str | int]) -> requests.Response:
        return self.hear("GET", endpoint, params={**params, "per_page": PER_PAGE, "page": page})

    def hear(
        self, method: str, endpoint: str, body: Json | None = None, *, params: dict[str, str | int]
    ) -> requests.Response:
        """Ask with the keys in a header, or in the query where the store saw none: it then did nothing."""
        response = self._API__request(method, endpoint, body, params)
        unseen = response.status_code == codes.unauthorized and _code(response) == NO_KEYS_SEEN
        if unseen and not self.query_string_auth:
            self.query_string_auth = True
            response = self._API__request(method, endpoint, body, params)
        return response

    def _API__request(  # noqa: N802 - the package's one way out, by its mangled name
        self, method: str, endpoint: str, data: Json | None, params: dict[str, str | int] | None = None
    ) -> requests.Response:
        keys = {"consumer_key": self.consumer_key, "consumer_secret": self.consumer_secret}
        return self._outside.request(
            method=method,
            url=self._API__get_url(endpoint),
            auth=None if self.query_string_auth else HTTPBasicAuth(self.consumer_key, self.consumer_secret),
            params={**(params or {}), **(keys if self.query_string_auth else {})},
            json=data,
            headers={"Accept": "application/json"},
            allow_redirects=False,
        )


def json_of(response: requests.Response) -> Any:  # noqa: ANN401 - a stranger's JSON
    """Return the JSON of an answer, also where a PHP notice was printed before it; raises Unreachable."""
    text = response.content.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    for start in (0, *(found.start() for found in re.finditer(r'\{"|\[\{|\[\]', text[:5000]))):
        try:
            return json.loads(text[start:])
        except (ValueError, RecursionError):
            continue
    raise Unreachable(
        merchant_sentence(
            "the store answers with a page instead of data; a firewall or cache may be in between"
        )
    )


def _list(response: requests.Response) -> list[Json]:
    rows = answer_in(response)
    if not isinstance(rows, list):
        raise Unreachable(merchant_sentence("the store's answer is no list"))
    return [row for row in rows if isinstance(row, dict)]


def answer_in(response: requests.Response) -> Any:  # noqa: ANN401 - a stranger's JSON
    """Return what an answer of a store says; None: there is no such thing. Raises as `Store.read` does."""
    status = response.status_code
    if response.is_redirect:
        raise Unreachable(merchant_sentence("the store has moved (%(status)s)", status=status))
    if status == codes.too_many_requests:
        raise Busy(f"the store answers {status}", response.headers.get("Retry-After", ""))
    if status >= codes.server_error:
        raise Unreachable(merchant_sentence("the store answers %(status)s", status=status))
    answer = json_of(response)
    if status in (codes.unauthorized, codes.forbidden):
        raise KeysRefused(_code_in(answer))
    if status == codes.not_found and _code_in(answer) == NO_ROUTE:
        raise NoRoute
    if status == codes.not_found:
        return None
    if status >= codes.bad_request:
        raise Refused(status, _code_in(answer))
    return answer


def _code(response: requests.Response) -> str:
    try:
        return _code_in(json_of(response))
    except Unreachable:
        return ""


def _code_in(answer: Any) -> str:  # noqa: ANN401 - a stranger's JSON
    """Return WooCommerce's word for what is wrong; never its sentence, which may hold a shopper's data."""
    code = reading.text(answer, "code") if isinstance(answer, dict) else None
    return re.sub(r"[^a-z0-9_-]", "", (code or "").lower())[:80] or "no reason"
