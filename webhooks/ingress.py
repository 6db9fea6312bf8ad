"""The hot path: a small RSGI app in front of Flask that keeps every delivery before it answers 200.

Verified on the raw bytes before anything is parsed. 401: no or a wrong signature. 408: it came too slowly.
413: too large. 503: not durably stored within 4 s; the store sends it again.
"""

from collections.abc import Mapping
from functools import cache

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from app.carriers.base import Push
from app.channels.receipts.base import Told
from app.commerce import inbox
from app.lib import plugins, rsgi
from app.lib.config import settings
from app.lib.http import Unreachable
from app.lib.reading import Unreadable
from app.lib.rsgi import Exchange, Scope
from app.lib.signing import any_matches
from app.platforms.base import Platform
from app.vocabulary import PlatformKey
from webhooks import carriers, receipts, stores, texts
from webhooks.committer import Committer
from webhooks.senders import Remembered

PREFIX = "/webhooks/"
SENDERS = frozenset((*PlatformKey, carriers.NAME, receipts.NAME, texts.NAME))
ANSWERED = Counter(
    "doorstep_webhooks_answered", "Deliveries by platform and outcome", ["platform", "outcome"]
)

Answer = tuple[int, str]
OK = 200
NOWHERE = (404, "no such platform")
NOT_POSTED = (405, "deliveries are posted")
NOT_GREETED = (403, "not our token")
UNSIGNED = (401, "not signed by this store")
UNSIGNED_RECEIPT = (401, "not signed with the secret that the operator named")
UNSIGNED_PUSH = (401, "not signed with this shop's secret")
TRY_AGAIN = (503, "try again")

log = structlog.get_logger()


class Ingress:
    """Takes /webhooks/* itself and passes everything else on."""

    def __init__(self, behind: rsgi.Application) -> None:
        self._behind = behind
        self._committer = Committer()
        self._stores = Remembered(stores.ask)
        self._accounts = carriers.Accounts()
        self._texts = texts.Accounts()

    async def __call__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        if not scope.path.startswith(PREFIX):
            await self._behind(scope, exchange)
            return
        name, _, ref = scope.path.removeprefix(PREFIX).strip("/").partition("/")
        if name not in SENDERS or "\0" in ref:  # which PostgreSQL cannot even be asked for
            status, outcome = NOWHERE
        elif scope.method == "GET" and name == texts.NAME and scope.query_string:
            _greet(ref, scope, exchange)
            return
        elif scope.method != "POST":
            status, outcome = NOT_POSTED
        else:
            status, outcome = await self._answer(name, ref, scope, exchange)
        _answered(name if name in SENDERS else "other", outcome).inc()
        said = texts.answer(ref) if name == texts.NAME and status == OK else None
        if said is None:
            exchange.response_str(status, rsgi.PLAIN, outcome)
        else:
            exchange.response_str(status, [("content-type", said.content_type)], said.body)

    async def close(self) -> None:
        """Let go of the database."""
        await self._committer.close()

    async def _answer(self, name: str, ref: str, scope: Scope, exchange: Exchange) -> Answer:
        platform: Platform | None = plugins.discover("app.platforms").get(name)
        try:
            body = await rsgi.read(scope, exchange, settings().webhook_body_limit)
            headers = dict(scope.headers.items())
            if name in (receipts.NAME, texts.NAME):
                return await self._learn(name, ref, scope, body)
            if platform is None:
                return await self._keep_push(ref, Push(headers=headers, body=body))
            return await self._keep(platform, ref, headers, body)
        except rsgi.Unread as error:
            return error.status, error.why
        except Unreadable as error:
            return 400, str(error)
        except Unreachable as error:
            log.warning("ingress.cannot_check", reason=str(error))
        except SQLAlchemyError as error:
            log.error("ingress.database_away", error=type(error).__name__)
        return TRY_AGAIN

    async def _keep(self, platform: Platform, ref: str, headers: Mapping[str, str], body: bytes) -> Answer:
        signature = headers.get(platform.signature_header, "")
        if not signature and platform.is_ping(headers, body):
            return OK, "ping"
        if not signature:
            return UNSIGNED
        claim = platform.key, platform.sender(headers, ref)
        store = await self._stores.get(claim)
        if not any_matches(store.secrets, body, signature):
            store = await self._stores.again(claim)
            if not any_matches(store.secrets, body, signature):
                return UNSIGNED
        if store.shop_id is None:
            return OK, "no shop of ours"
        row = inbox.incoming(platform, store.shop_id, headers, body)
        return (OK, "kept") if await self._committer.store(row) else TRY_AGAIN

    async def _learn(self, name: str, ref: str, scope: Scope, body: bytes) -> Answer:
        """Take what became of messages, and what is texted back; its consequences are kept with it."""
        headers = dict(scope.headers.items())
        if name == receipts.NAME:
            is_known = await receipts.receive(ref, Told(headers=headers, body=body))
            return (OK, "kept") if is_known else UNSIGNED_RECEIPT
        is_known = await self._texts.receive(ref, texts.told(scope, headers, body))
        return (OK, "kept") if is_known else UNSIGNED_PUSH

    async def _keep_push(self, path: str, push: Push) -> Answer:
        row = await self._accounts.receive(path, push)
        if row is None:
            return UNSIGNED_PUSH
        return (OK, "kept") if await self._committer.store(row) else TRY_AGAIN


def _greet(ref: str, scope: Scope, exchange: Exchange) -> None:
    """Tell a provider that asks for it that an address is ours, in its own words; nothing changes."""
    challenge = texts.greet(ref, scope.query_string)
    status, said = NOT_GREETED if challenge is None else (OK, challenge)
    _answered(texts.NAME, "greeted" if challenge else said).inc()
    exchange.response_str(status, rsgi.PLAIN, said)


@cache
def _answered(platform: str, outcome: str) -> Counter:
    return ANSWERED.labels(platform, outcome)
