"""Handing a text to a provider's API: its answer, or a SendError that says what may have become of it."""

from typing import Any

from requests import codes
from urllib3.util import Retry

from app.channels.base import SendError
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

TIMEOUT, ENDS_AFTER = (5.0, 15.0), 30.0
"""Seconds; a whole call is shorter than what a lease keeps back for it (outbox.LAST_START)."""
ONCE = Retry(total=0, raise_on_status=False)
"""A text is handed over once for each time that it is begun."""
AWAY = (codes.too_many_requests, codes.service_unavailable)
"""What a server answers that has not looked at the request."""


class KeysRefused(SendError):
    """A provider does not accept the merchant's keys (any more): nothing helps but new ones."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it refuses the keys ({status})", everyone=True)


def outside() -> Outside:
    """Return a session for handing over texts."""
    return Outside(retries=ONCE, timeout=TIMEOUT, ends_after=ENDS_AFTER)


def ask(session: Outside, url: str, **options: Any) -> tuple[int, Json | None]:  # noqa: ANN401 - requests' own
    """Return how a provider answers a text, and its data, None where it is none; raises SendError."""
    try:
        response = session.post(url, allow_redirects=False, **options)
    except Unreachable as error:
        if error.is_unsent:
            raise SendError(
                merchant_sentence("it cannot be reached: %(why)s", why=error), everyone=True
            ) from error
        raise SendError(merchant_sentence("it broke off: %(why)s", why=error), unknown=True) from error
    try:
        answer = response.json()
    except ValueError:
        answer = None
    return response.status_code, answer if isinstance(answer, dict) else None


def post(session: Outside, url: str, **options: Any) -> tuple[bool, Json]:  # noqa: ANN401 - requests' own
    """Return whether a text was taken, and what the provider says about it; raises SendError."""
    status, answer = ask(session, url, **options)
    if status in (codes.unauthorized, codes.forbidden):
        raise KeysRefused(status)
    if status in AWAY:
        raise SendError(merchant_sentence("it answers %(status)s", status=status), everyone=True)
    if status >= codes.server_error:
        raise SendError(merchant_sentence("it answers %(status)s", status=status), unknown=True)
    is_taken = codes.ok <= status < codes.multiple_choices
    if answer is None:
        raise SendError(
            merchant_sentence("it answers %(status)s with something else than data", status=status),
            unknown=is_taken,
            permanent=True,
        )
    return is_taken, answer
