"""The addresses of every route, and everybody who might try them."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt
import pytest
import time_machine
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.lib import clock
from app.lib.config import settings
from tests.planted import Planted

TABLES = {
    "carrier_id": "own_carrier",
    "exception_id": "parcel_exception",
    "hook_id": "hook",
    "key_id": "api_key",
    "line_id": "line_item",
    "notice_id": "inbox",
    "override_id": "status_override",
    "photo_id": "review_photo",
    "provider_id": "provider",
    "task_id": "privacy_task",
}
"""Which table the row is in that a route names, where that is not called as the route calls it."""
WORDS: dict[str, object] = {
    "flows.name": "shipped",
    "flow_editor.name": "win_back",
    "flow_file.name": "win_back",
    "flow_publish.name": "win_back",
    "flow_rehearsal.name": "win_back",
    "flow_try.name": "win_back",
    "services.key": "slack",
    "sources.key": "ups",
    "texts.key": "twilio",
    "wording.name": "shipped",
    "wording_publishing.name": "shipped",
    "whatsapp.trigger": "shipped",
}
"""What else a route may name that is no row of a shop's: the same in every shop."""


class Route(NamedTuple):
    """One way to ask for one page, or to press one button, of a shop."""

    rule: Rule
    method: str

    @property
    def name(self) -> str:
        """How the list of permissions calls it, and everything is called here."""
        return str(self.rule.endpoint).removeprefix("admin.")

    @property
    def rows(self) -> frozenset[str]:
        """What of a shop its address names, beside the shop."""
        return frozenset(it for it in self.rule.arguments - {"shop_id"} if self._word(it) is None)

    def address(self, app: Flask, shop_id: int, named: Planted) -> str:
        """Return the address that names rows of one shop below the number of another, or of the same."""
        values = {it: self._word(it) or self._row(it, named) for it in self.rule.arguments - {"shop_id"}}
        host = app.url_map.bind("doorstep.test", url_scheme="https")
        return str(host.build(self.rule.endpoint, {"shop_id": shop_id, **values}, method=self.method))

    def anywhere(self, app: Flask, **named: object) -> str:
        """Return an address that names this, and beside it what is nowhere."""
        numbers = set(re.findall(r"<int[^>]*:(\w+)>", self.rule.rule))
        values = {it: named.get(it, 1 if it in numbers else "x") for it in self.rule.arguments}
        host = app.url_map.bind("doorstep.test", url_scheme="https")
        return str(host.build(self.rule.endpoint, values, method=self.method))

    def _word(self, argument: str) -> object | None:
        return WORDS.get(f"{self.name.partition('.')[0]}.{argument}")

    def _row(self, argument: str, named: Planted) -> object:
        if self.name.startswith("sender_domains.") and argument == "name":
            return named.rows["mail_domain"]
        table = TABLES.get(argument, argument.removesuffix("_id"))
        if table not in named.rows:
            pytest.fail(f"{self.rule.rule}: say in TABLES or WORDS what <{argument}> of {self.name} names")
        return named.rows[table]


def said(answer: TestResponse) -> str:
    """Return what an answer says; of a zip, what its files do."""
    if answer.mimetype != "application/zip":
        return answer.text
    with zipfile.ZipFile(BytesIO(answer.get_data())) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist())


def of_a_shop(app: Flask) -> list[Route]:
    """Return every route below a shop's number."""
    return [route for route in _every(app) if route.rule.rule.startswith("/admin/<int")]


def of_nobody(app: Flask) -> list[Route]:
    """Return every other route."""
    return [route for route in _every(app) if not route.rule.rule.startswith("/admin/<int")]


def _every(app: Flask) -> Iterator[Route]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda it: it.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(rule, method)


@dataclass
class Walk:
    """What somebody was answered on their way through many routes."""

    who: str
    answers: dict[str, int] = field(default_factory=dict)
    """By method and rule, the status."""
    leaks: list[str] = field(default_factory=list)

    def note(self, route: Route, answer: TestResponse, *words: str) -> None:
        """Write an answer down, and whether it tells any of these words."""
        what = f"{route.method} {route.rule.rule}"
        self.answers[what] = answer.status_code
        told = f"{said(answer)} {answer.headers}"
        if any(word in told for word in words):
            self.leaks.append(what)

    @property
    def let_in(self) -> list[str]:
        """Where they were answered as who may."""
        return [what for what, status in self.answers.items() if status < 300]

    @property
    def line(self) -> str:
        """The walk as a row of the table."""
        turned = len(self.answers) - len(self.let_in)
        return f"{self.who:<58}{len(self.answers):>7}{len(self.let_in):>8}{turned:>8}{len(self.leaks):>7}"


HEAD = f"{'who comes':<58}{'routes':>7}{'let in':>8}{'turned':>8}{'leaks':>7}"

Ask = Callable[[str, str, dict[str, str]], TestResponse]
"""Ask for an address with a method and a form."""


def browser(app: Flask, **cookie: Any) -> Ask:
    """Return a browser whose cookie says this."""
    client = app.test_client()
    if cookie:
        with client.session_transaction() as kept:
            kept.update(cookie)
    return _asking(client)


def with_cookie(app: Flask, value: str) -> Ask:
    """Return a browser with a cookie that we may never have written."""
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], value, domain="doorstep.test", secure=True)
    return _asking(client)


def with_token(app: Flask, token: str, *, by: str = "header") -> Ask:
    """Return a frame in Shopify's back office that sends this token, in a header, an address or a form."""

    def ask(method: str, address: str, form: dict[str, str]) -> TestResponse:
        client, headers, query = app.test_client(), {}, {}
        if by == "header":
            headers["Authorization"] = f"Bearer {token}"
        elif by == "address":
            query["id_token"] = token
        else:
            form = {**form, "csrf": token}
        return client.open(address, method=method, data=form, headers=headers, query_string=query)

    return ask


def written(
    app: Flask, cookie: dict[str, Any], *, key: str | None = None, age: timedelta | None = None
) -> str:
    """Return a cookie as we, or somebody with another key, wrote it some time ago."""
    writer = Flask("writer")
    writer.config.update(app.config)
    if key is not None:
        writer.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=[])
    serializer = SecureCookieSessionInterface().get_signing_serializer(writer)
    assert serializer is not None
    with time_machine.travel(clock.now() - (age or timedelta(0)), tick=False):
        return str(serializer.dumps(cookie))


def id_token(domain: str, *, secret: str | None = None, **changes: Any) -> str:
    """Return what App Bridge fetches for a member of a store's staff."""
    now = int(clock.now().timestamp())
    claims = {
        "iss": f"https://{domain}/admin",
        "dest": f"https://{domain}",
        "aud": settings().shopify_client_id,
        "sub": "42",
        "exp": now + 60,
        "nbf": now - 5,
        "iat": now - 5,
        "jti": "j",
        "sid": "s",
    }
    return jwt.encode(claims | changes, secret or settings().shopify_client_secret, "HS256")


def spoiled(token: str) -> str:
    """Return a token with one letter of what it says changed."""
    at = len(token) // 3
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


def secret_of(route: Route) -> str | None:
    """Return the part of an address that is a secret; None where none is, or a store's signature decides."""
    if route.rule.rule.startswith(("/embed/", "/proxy/", "/brand/")):
        return None
    return next((it for it in ("token", "code") if it in route.rule.arguments), None)


def segment(rule: str) -> str:
    """Return the word that an address of a token's page begins with: "review", "sign-in"."""
    parts = [part for part in urlsplit(rule).path.split("/") if part and part != "admin"]
    return re.sub(r"[^a-z-]", "", parts[0])


def _asking(client: FlaskClient) -> Ask:
    def ask(method: str, address: str, form: dict[str, str]) -> TestResponse:
        return client.open(address, method=method, data=form)

    return ask
