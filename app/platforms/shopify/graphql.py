"""Shopify's Admin API: one operation of operations/ at a time, as fast as the store allows."""

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import requests
import structlog
from requests import codes

from app.lib import reading
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

API_VERSION = "2026-10"
OPERATIONS = Path(__file__).parent / "operations"
PATIENCE = 20.0
"""Seconds that one question may wait in all; whoever asked tries again later after that."""
GUESS = 2.0
"""Seconds to wait where the store asks for patience but does not say how much."""
SHORTEST = 0.1
CUT_SHORT = (codes.bad_gateway, codes.service_unavailable, codes.gateway_timeout)
"""What was asked may have been done all the same: a change is not asked for again here."""
BUSY = (codes.too_many_requests, *CUT_SHORT)

log = structlog.get_logger()


class TokenDead(Unreachable):
    """The store no longer accepts this token: the app was removed, or access was taken away."""

    def __init__(self) -> None:
        super().__init__("the store does not accept our token", permanent=True)


def ask(  # noqa: PLR0913 - where, as whom, what
    domain: str,
    token: str,
    operation: str,
    variables: Json | None = None,
    *,
    outside: Outside | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Json:
    """Return the data of an operation's answer; raises TokenDead, or Unreachable with what went wrong.

    No reason ever quotes the answer, which may hold a shopper's data.
    """
    outside = outside or Outside()
    waited = 0.0
    while True:
        response = outside.post(
            f"https://{domain}/admin/api/{API_VERSION}/graphql.json",
            json={"query": text(operation), "operationName": operation, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": token},
            allow_redirects=False,
        )
        answer = _read(response)
        if is_change(operation) and response.status_code in CUT_SHORT:
            raise Unreachable(merchant_sentence("the store answers %(status)s", status=response.status_code))
        pause = _pause(response, answer)
        if pause is None:
            return _data(operation, response, answer)
        if waited + pause > PATIENCE:
            raise Unreachable(merchant_sentence("the store asks us to slow down"))
        sleep(pause)
        waited += pause


@cache
def text(operation: str) -> str:
    """Return an operation as it is sent."""
    return (OPERATIONS / f"{operation}.graphql").read_text()


def is_change(operation: str) -> bool:
    """Tell whether an operation changes something in the store."""
    return re.search(r"^mutation\b", text(operation), re.MULTILINE) is not None


def _read(response: requests.Response) -> Json:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _pause(response: requests.Response, answer: Json) -> float | None:
    """Return how many seconds to wait before asking again; None where this is the answer."""
    if response.status_code in BUSY:
        after = response.headers.get("Retry-After", "")
        return float(after) if after.replace(".", "", 1).isdecimal() else GUESS
    if "THROTTLED" not in _codes(answer):
        return None
    cost = reading.object_(reading.object_(answer, "extensions"), "cost")
    bucket = reading.object_(cost, "throttleStatus")
    try:
        missing = float(cost["requestedQueryCost"]) - float(bucket["currentlyAvailable"])
        return max(missing / float(bucket["restoreRate"]), SHORTEST)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return GUESS


def _data(operation: str, response: requests.Response, answer: Json) -> Json:
    status = response.status_code
    if status == codes.unauthorized:
        raise TokenDead
    if status != codes.ok:
        for_now = status in (codes.payment_required, codes.locked) or status >= codes.server_error
        raise Unreachable(
            merchant_sentence("the store answers %(status)s", status=status), permanent=not for_now
        )
    wrong, data = _codes(answer), reading.object_(answer, "data")
    known = any(value is not None for value in data.values())
    if known and wrong == {"ACCESS_DENIED"}:
        log.info(
            "shopify.withheld", operation=operation
        )  # protected data that we are not approved for is null
    elif wrong:
        permanent = "INTERNAL_SERVER_ERROR" not in wrong
        raise Unreachable(
            f"{operation}: {', '.join(sorted(wrong))}",
            permanent=permanent,
        )
    elif not data:
        raise Unreachable(merchant_sentence("%(operation)s: no data", operation=operation))
    return data


def _codes(answer: Json) -> set[str]:
    errors = reading.objects(answer, "errors")
    return {reading.text(reading.object_(error, "extensions"), "code") or "UNNAMED" for error in errors}
