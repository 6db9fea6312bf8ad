"""Calling a source's API: its JSON, or a SourceError that says whether asking later may help."""

from datetime import timedelta
from typing import Any

from requests import Response, codes

from app.carriers.base import KeyRefused, NoAnswer, NotData, SourceError, TooOften
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

TOLD_AS_ERROR = (codes.bad_request, codes.not_found)
"""Statuses by which carriers say that they do not know a number; their body tells."""
LONGEST_WAIT = timedelta(hours=24)


def call(
    outside: Outside,
    method: str,
    url: str,
    *,
    also: tuple[int, ...] = (),
    **options: Any,  # noqa: ANN401 - requests' own
) -> Json:
    """Return the JSON object that a source answers with; raises SourceError.

    Errors of a status in `also` are answers, too: their body says more than their number.
    """
    try:
        response = outside.request(method, url, allow_redirects=False, **options)
    except Unreachable as error:
        raise NoAnswer(str(error), permanent=error.permanent) from error
    status = response.status_code
    check(response)
    if status >= codes.multiple_choices and status not in also:
        raise SourceError(_answers(status), permanent=status != codes.request_timeout)
    try:
        answer = response.json()
    except ValueError as error:
        raise NotData(merchant_sentence("it answers with a page instead of data")) from error
    if not isinstance(answer, dict):
        raise NotData(merchant_sentence("it answers with something that is no object"))
    return answer


def check(response: Response) -> Response:
    """Return an answer; raises SourceError where it refuses our keys, asks us to wait or is out of order."""
    status = response.status_code
    if status in (codes.unauthorized, codes.forbidden):
        raise KeyRefused(merchant_sentence("it refuses the keys (%(status)s)", status=status))
    if status == codes.too_many_requests:
        raise TooOften(_answers(status), retry_after=_asked_to_wait(response))
    if status >= codes.server_error:
        raise SourceError(_answers(status), retry_after=_asked_to_wait(response))
    return response


def _answers(status: int) -> str:
    return merchant_sentence("it answers %(status)s", status=status)


def _asked_to_wait(response: Response) -> timedelta | None:
    """Return the seconds of Retry-After; a date there is as good as nothing said."""
    seconds = response.headers.get("Retry-After", "").strip()
    return min(timedelta(seconds=int(seconds[:6])), LONGEST_WAIT) if seconds.isdecimal() else None
