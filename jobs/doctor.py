"""Look at the connections to stores, and mend what a button can: outside of any transaction."""

from collections.abc import Callable
from urllib.parse import urlsplit

from app.commerce import pulse
from app.flows import switches
from app.lib import clock
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Outside, PrivateAddress, Unreachable
from app.lib.words import merchant_sentence
from app.platforms import findings
from app.platforms.findings import Finding, Grade, Remedy, good, unseen
from app.platforms.shopify import answers
from app.platforms.shopify import doctor as shopify_doctor
from app.platforms.shopify.graphql import TokenDead
from app.platforms.woocommerce import doctor as woo_doctor
from app.platforms.woocommerce import mails
from app.platforms.woocommerce.api import KeysRefused
from app.shops import checkups, page_host
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import PlatformKey
from jobs import doubles, shopify, woocommerce
from jobs.page_host import PATH

OUR_ADDRESS = merchant_sentence("Our address")
PORTS = (None, 443)
"""Where stores deliver to: WordPress refuses most others."""


def look(due: Due) -> None:
    """Look at a shop's connection, and keep what was found for its merchant."""
    found = examine(due.shop_id)
    with transaction() as session:
        checkups.keep(session, due.shop_id, found)


def examine(shop_id: int) -> list[Finding]:
    """Return all that a look at a shop's connection finds, the gravest first; never raises for a store."""
    with transaction() as session:
        shop = session.get_one(Shop, shop_id)
        found = pulse.look(session, shop)
    found += LOOKS[shop.platform](shop)
    return checkups.gravest_first([*found, reachable()])


def reachable() -> Finding:
    """Return whether our own address is one that stores can call, and leads to us."""
    ours, what = settings().url, OUR_ADDRESS
    if settings().demo:
        return good(what, merchant_sentence("This is the demo: its stores call Doorstep on this machine."))
    try:
        parts = urlsplit(ours)
        if parts.scheme != "https" or parts.port not in PORTS:
            return _unreachable(
                merchant_sentence(
                    "%(ours)s is none that stores call: stores deliver to https addresses without a port "
                    "only.",
                    ours=ours,
                )
            )
        answer = Outside().get(f"{ours}{PATH}", allow_redirects=False)
    except PrivateAddress:
        return _unreachable(
            merchant_sentence("%(ours)s leads into a private network, where no store can call it.", ours=ours)
        )
    except Unreachable as error:
        return _unreachable(
            merchant_sentence("%(ours)s does not answer from outside: %(why)s.", ours=ours, why=error)
        )
    if not page_host.is_proof(page_host.ours(), answer.text[:500]):
        return _unreachable(
            merchant_sentence("At %(ours)s something else answers, not this Doorstep.", ours=ours)
        )
    return good(
        what, merchant_sentence("%(ours)s can be called from outside, and leads to this Doorstep.", ours=ours)
    )


def mail(due: Due) -> None:
    """Make one of the store's own mails be on or off, as the merchant last wished, and look again."""
    with transaction() as session:
        wish = checkups.mails(session.get_one(Shop, due.shop_id)).get(due.subject)
    if wish is not None:
        mails.switch(woocommerce.connection(due.shop_id).store, due.subject, on=wish)
    with transaction() as session:
        checkups.ask(session, due.shop_id)


HANDLERS: dict[str, Callable[[Due], None]] = {
    checkups.LOOK: look,
    checkups.MAIL: woocommerce.says_when_cut_off(mail),
}


def _unreachable(said: str) -> Finding:
    mend = merchant_sentence(
        "Whoever runs this Doorstep has to give it a public https address, and say so in DOORSTEP_URL."
    )
    return Finding(what=OUR_ADDRESS, grade=Grade.BAD, said=said, mend=mend)


def _shopify(shop: Shop) -> list[Finding]:
    with transaction() as session:
        addresses = shopify_doctor.addresses(*pulse.addresses(session, shop.id))
    try:
        _, granted = answers.shop(shopify.ask(shop.id, "ShopInfo"))
    except TokenDead:
        return [_cut_off()]
    except Unreachable as error:
        return [unseen(merchant_sentence("Permissions"), str(error))]
    found = [
        good(merchant_sentence("API"), merchant_sentence("Your store’s API answers.")),
        shopify_doctor.scopes(granted.scopes),
    ]
    return [*found, *filter(None, (addresses, _clock(f"https://{shop.domain}/")))]


def _woocommerce(shop: Shop) -> list[Finding]:
    try:
        connection = woocommerce.connection(shop.id)
    except KeysRefused:
        return [_cut_off()]
    with transaction() as session:
        flows_on = set(switches.switched_on(session, shop.id))
    doubles.look(shop.id, connection.store)
    return woo_doctor.examine(
        woo_doctor.Visit(
            store=connection.store,
            url=f"https://{shop.domain}",
            address=connection.address,
            flows_on=flows_on,
            switched_off=[ident for ident, on in checkups.mails(shop).items() if not on],
            outside=Outside(),
        )
    )


def _cut_off() -> Finding:
    return Finding(
        what=merchant_sentence("Keys"),
        grade=Grade.BAD,
        said=merchant_sentence("Your store no longer lets Doorstep in."),
        mend=merchant_sentence("Connect it again: nothing that it told us is lost."),
        remedy=Remedy.RECONNECT,
    )


def _clock(url: str) -> Finding | None:
    try:
        return findings.clock(Outside().head(url).headers.get("Date"), clock.now())
    except Unreachable:
        return None


LOOKS: dict[PlatformKey, Callable[[Shop], list[Finding]]] = {
    PlatformKey.SHOPIFY: _shopify,
    PlatformKey.WOOCOMMERCE: _woocommerce,
}
