"""Asks stores which of their own mails and plug-ins would say what our flows say."""

import structlog

from app.flows import doubles
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.platforms.woocommerce import mailers, mails
from app.platforms.woocommerce.api import Store

log = structlog.get_logger()


def look(shop_id: int, store: Store) -> None:
    """Ask a store and keep what it says; where it does not answer, what it said before still stands."""
    try:
        asked = {mail.ident: mails.is_on(store, mail.ident) for mail in mails.MAILS}
        status = store.read("system_status", _fields="active_plugins")
    except Unreachable as error:
        log.warning("doubles.unasked", shop=shop_id, reason=str(error))
        return
    told = {ident: is_on for ident, is_on in asked.items() if is_on is not None}
    with transaction() as session:
        doubles.keep(session, shop_id, told, mailers.active(status))
