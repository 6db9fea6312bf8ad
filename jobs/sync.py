"""Ask the stores what their deliveries did not say, and keep the connections healthy."""

from collections.abc import Callable
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.carriers.base import SourceError
from app.lib import queue
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.reading import Unreadable
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from jobs import (
    SLICE,
    bulletins,
    closing,
    compare,
    doctor,
    flows,
    history,
    imports,
    mail,
    page_host,
    rehearsals,
    retention,
    shopify,
    sources,
    stock,
    texts,
    theme,
    whatsapp,
    woocommerce,
)

HANDLERS: dict[str, Callable[[Due], str | None]] = {
    **history.HANDLERS,
    **imports.HANDLERS,
    **shopify.HANDLERS,
    **woocommerce.HANDLERS,
    **stock.HANDLERS,
    **sources.HANDLERS,
    **page_host.HANDLERS,
    **compare.HANDLERS,
    **doctor.HANDLERS,
    **texts.ERRANDS,
    **whatsapp.ERRANDS,
    **mail.HANDLERS,
    **theme.HANDLERS,
    **bulletins.HANDLERS,
    **rehearsals.HANDLERS,
    **flows.HANDLERS,
    **retention.HANDLERS,
    **closing.HANDLERS,
}

log = structlog.get_logger()


def run() -> None:
    """Run due errands for a few seconds at most; no transaction is open while a store is asked."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            due = errands.claim(session, list(HANDLERS))
        if due is None:
            return
        _run_one(due)
    queue.wake_now("jobs.sync.run")


def _run_one(due: Due) -> None:
    try:
        cursor = HANDLERS[due.kind](due)
    except (Unreachable, Unreadable) as error:
        log.warning("errand.failed", kind=due.kind, shop=due.shop_id, reason=str(error))
        wait = error.wait if isinstance(error, Unreachable) else errands.NOW
        with transaction() as session:
            errands.fail(session, due, str(error), wait=wait)
        return
    except SQLAlchemyError:
        with transaction() as session:
            if session.get(Shop, due.shop_id) is not None:
                raise
        return  # it was deleted meanwhile, its errands too
    except SourceError as error:
        log.warning("errand.failed", kind=due.kind, shop=due.shop_id, reason=str(error))
        with transaction() as session:
            errands.fail(session, due, str(error), wait=error.retry_after or errands.NOW)
        return
    with transaction() as session:
        errands.finish(session, due, cursor)
