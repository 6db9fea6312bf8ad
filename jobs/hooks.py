"""Tell whomever the merchant named what happened: one request, its answer kept beside the call."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic

import requests
from requests import codes
from sqlalchemy.orm import Session

from app.channels.base import SendError
from app.hooks import accounts, forgetting, telling
from app.hooks.forgetting import Wanted
from app.hooks.models import OffBecause
from app.hooks.telling import News
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json
from app.listeners.base import Known, Letter, ListenerKind, Occasion, Request
from app.shops import calls, team
from app.shops.calls import Due, Outcome
from app.vocabulary import CallReason
from jobs import posting

TIMEOUT = (5.0, 15.0)
ENDS_AFTER = 20.0
"""Seconds: whoever takes longer has not taken it."""
LONGEST_ANSWER = 500
"""Characters that are kept to be shown."""
LONGEST_WAIT = timedelta(hours=24)
GONE = (codes.not_found, codes.gone)


class Unheard(Unreachable):
    """It did not take what it was told: how it answered, and what follows from that."""

    def __init__(  # noqa: PLR0913 - what is known of a failure
        self,
        hook_id: int,
        reason: str,
        tried: Json,
        *,
        permanent: bool = False,
        wait: timedelta = calls.NOW,
        because: OffBecause | None = None,
    ) -> None:
        super().__init__(reason, permanent=permanent)
        self.hook_id = hook_id
        self.tried = tried
        self.wait = wait
        self.because = because
        """Why it should be told nothing more."""

    def note(self, session: Session, due: Due) -> None:
        """Write down how it went, at the call and at whoever was called."""
        accounts.hold(session, self.hook_id)
        calls.fail(session, due, str(self), permanent=self.permanent, wait=self.wait, tried=self.tried)
        accounts.went_wrong(session, self.hook_id, str(self), self.because)


def tell(due: Due) -> Outcome:
    """Tell it once; where it knows no keys, it is asked first whenever it may have been told before."""
    with transaction() as session:
        news = telling.prepare(session, due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    occasion = Occasion(told=news.told, key=due.key, at=clock.now())
    listener = news.listener
    if listener.letter is not None:
        return _well(news, _mailed(news, listener.letter(news.keys, occasion), due))
    wanted = listener.request(news.keys, occasion)
    if wanted is None:
        return Outcome(reason=CallReason.USELESS)
    if listener.asked is not None and due.attempt > 1:
        answer, tried = _speak(news, listener.asked(news.keys, occasion))
        known = listener.is_known(answer, occasion)
        if known is not None:
            return _well(news, Outcome(known, tried=tried))
    answer, tried = _speak(news, wanted)
    kept = listener.kind is ListenerKind.ENDPOINT
    return _well(news, Outcome(listener.made(answer), tried=tried, keeps=kept))


def forget(due: Due) -> Outcome:
    """Ask a service to forget a shopper; what is not there (any more) is forgotten. A server is told.

    That it may not be asked says nothing of whether it may be told: it is switched off for no answer here.
    """
    if "told" in due.payload:
        return tell(due)
    with transaction() as session:
        wanted = forgetting.prepare(session, due)
    if isinstance(wanted, CallReason) or wanted.listener.forget is None:
        return Outcome(reason=wanted if isinstance(wanted, CallReason) else CallReason.USELESS)
    try:
        known = _made(wanted) if wanted.known.key else wanted.known
        if known is None:
            return Outcome()
        _, tried = _speak(wanted, wanted.listener.forget(wanted.keys, known))
    except Unheard as error:
        if error.tried["status"] not in GONE:
            unasked = Unreachable(str(error), permanent=error.permanent)
            unasked.wait = error.wait
            raise unasked from error
        tried = error.tried
    return Outcome(tried={**tried, "answer": ""})


def _made(wanted: Wanted) -> Known | None:
    """Ask a service what it made under a name of ours; None: nothing."""
    occasion = Occasion(told={}, key=wanted.known.key, at=clock.now())
    if wanted.listener.asked is None:
        return None
    answer, _ = _speak(wanted, wanted.listener.asked(wanted.keys, occasion))
    made = wanted.listener.is_known(answer, occasion)
    return Known(made=made) if made else None


def mail(due: Due) -> Outcome:
    """Mail the merchant; a mail whose answer was lost is sent again under the same Message-ID."""
    try:
        return Outcome(posting.post(Letter(**due.payload), due.key, due.shop_id))
    except SendError as error:
        raise Unreachable(str(error), permanent=error.permanent) from error


def mail_link(due: Due) -> Outcome:
    """Mail somebody the link that lets them in wherever they work, over the operator's server."""
    try:
        return Outcome(posting.post_from_house(Letter(**due.payload), due.key))
    except SendError as error:
        raise Unreachable(str(error), permanent=error.permanent) from error


HANDLERS: Mapping[str, Callable[[Due], Outcome]] = {
    calls.TELL: tell,
    calls.FORGET: forget,
    accounts.MAIL: mail,
    team.MAIL_LINK: mail_link,
}


def _mailed(news: News, letter: Letter, due: Due) -> Outcome:
    began, at = monotonic(), clock.now().isoformat()
    try:
        answer = posting.post(letter, due.key, due.shop_id)
    except SendError as error:
        tried = {"at": at, "status": None, "answer": str(error), "ms": _since(began)}
        raise Unheard(news.hook_id, str(error), tried, permanent=error.permanent) from error
    return Outcome(answer, tried={"at": at, "status": None, "answer": answer, "ms": _since(began)})


def _speak(news: News | Wanted, wanted: Request) -> tuple[Json, Json]:
    """Return an answer that says yes, and how the try went; raises Unheard for any other."""
    outside = Outside(timeout=TIMEOUT, ends_after=ENDS_AFTER, breaks=False)
    began, at = monotonic(), clock.now().isoformat()
    try:
        response = outside.request(
            wanted.method,
            wanted.url,
            data=wanted.body,
            headers={**wanted.headers, "Accept": "application/json"},
            allow_redirects=False,
        )
    except Unreachable as error:
        tried = {"at": at, "status": None, "answer": str(error), "ms": _since(began)}
        raise Unheard(news.hook_id, str(error), tried, permanent=error.permanent) from error
    status = response.status_code
    tried = {"at": at, "status": status, "answer": _beginning(response), "ms": _since(began)}
    if codes.ok <= status < codes.multiple_choices:
        return _json(response), tried
    is_theirs = news.listener.kind is ListenerKind.ENDPOINT
    raise Unheard(
        news.hook_id,
        f"it answers {status}",
        tried,
        permanent=status == codes.gone or (not is_theirs and _says_no(status)),
        wait=_asked_to_wait(response),
        because=_because(status, is_theirs=is_theirs),
    )


def _because(status: int, *, is_theirs: bool) -> OffBecause | None:
    if status == codes.gone:
        return OffBecause.GONE
    refused = status in (codes.unauthorized, codes.forbidden)
    return OffBecause.REFUSED if refused and not is_theirs else None


def _says_no(status: int) -> bool:
    """Tell whether a service will say the same whenever it is told; a merchant's server may be mended."""
    later = (codes.request_timeout, codes.conflict, codes.too_many_requests)
    return codes.bad_request <= status < codes.server_error and status not in later


def _well(news: News, outcome: Outcome) -> Outcome:
    with transaction() as session:
        accounts.went_well(session, news.hook_id)
    return outcome


def _beginning(response: requests.Response) -> str:
    """Return how an answer begins, as far as PostgreSQL keeps it; the rest is not even decoded."""
    begins = response.content[: 4 * LONGEST_ANSWER].decode(errors="replace")
    return begins.replace("\0", "")[:LONGEST_ANSWER]


def _json(response: requests.Response) -> Json:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _asked_to_wait(response: requests.Response) -> timedelta:
    """Return the seconds of Retry-After; a date there is as good as nothing said."""
    seconds = response.headers.get("Retry-After", "").strip()
    return min(timedelta(seconds=int(seconds[:6])), LONGEST_WAIT) if seconds.isdecimal() else calls.NOW


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)
