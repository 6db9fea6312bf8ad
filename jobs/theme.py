"""What a store's own first page says of its look, for the merchant to take over."""

from collections.abc import Callable

from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Outside, Unreachable
from app.lib.words import merchant_sentence
from app.shops import theme
from app.shops.errands import Due
from app.shops.models import Shop
from app.tracking.page import designs

LONGEST = 2_000_000
"""Bytes of a page that are read."""


def read(due: Due) -> None:
    """Look at a store's first page once; the merchant, who asked for it, sees what came of it."""
    with transaction() as session:
        url = session.get_one(Shop, due.shop_id).url
    found, failure = theme.Theme(), ""
    try:
        answer = Outside().get(url, headers={"Accept": "text/html"})
        answer.raise_for_status()
        found = theme.read(answer.content[:LONGEST].decode(errors="replace"), answer.url)
    except (Unreachable, OSError) as error:
        failure = (
            merchant_sentence("Your store’s first page could not be read: %(why)s", why=error)
            if isinstance(error, Unreachable)
            else merchant_sentence("Your store’s first page could not be read.")
        )
    with transaction() as session:
        designs.note_theme(session, due.shop_id, found, failure, at=clock.now())


HANDLERS: dict[str, Callable[[Due], str | None]] = {theme.READ: read}
