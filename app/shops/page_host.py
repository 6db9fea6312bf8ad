"""A shop's own address for its shoppers' pages: "track.ridge.example", once it leads to us.

That a name leads here says nothing of whose it is: where other stores live here, too, a record there says so.
"""

import ipaddress
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.lib import signing
from app.lib.config import settings
from app.lib.statements import Statement
from app.lib.words import merchant_sentence
from app.shops import choices, errands
from app.shops.models import Errand, Shop
from app.vocabulary import ShopState

CHECK = "page_host.check"
DAILY = 86400
PURPOSE, CLAIM = "page-host", "page-host-claim"
CLAIMED_AT = "_doorstep."
"""What comes before a name where its owner says whose it is."""
DOUBTED_FOR = timedelta(days=2)
"""How long an address that led to us may fail before mails name ours again."""
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LONGEST = 253
CLAIM_LETTERS = 24

AT = Statement("shop_at_host", "SELECT id::text FROM shop WHERE page_host = $1 AND state = 'installed'")
CHOSEN = Statement(
    "page_host_chosen",
    "SELECT 'yes' FROM shop WHERE settings ->> 'page_host' = $1 AND state = 'installed' LIMIT 1",
)
OF_ORDER = Statement("shop_of_order", 'SELECT shop_id::text FROM "order" WHERE id = $1')


class Unfit(Exception):
    """What was typed cannot be such an address; the sentence says why."""


def public_url(shop: Shop) -> str:
    """Return where a shop's pages are for its shoppers, without slash at the end."""
    return f"https://{shop.page_host}" if shop.page_host else settings().url


def wanted(shop: Shop) -> str | None:
    """Return the address that the merchant chose, whether or not it leads to us."""
    chosen = shop.settings.get("page_host")
    return chosen if isinstance(chosen, str) else None


def ours() -> str:
    """Return the name that such an address must lead to."""
    return urlsplit(settings().url).hostname or ""


def shop_at(host: str) -> int | None:
    """Return the shop whose pages stand at a host; None at ours, and at one that is nobody's."""
    name = host.lower().rpartition(":")[0] or host.lower()
    return None if name == ours() else _number(AT.first(name))


def is_chosen(name: str) -> bool:
    """Tell whether a merchant chose this host, whether or not it leads to us yet."""
    return CHOSEN.first(name) is not None


def shop_of(order_id: int) -> int | None:
    """Return the shop that an order is of."""
    return _number(OF_ORDER.first(order_id))


def read(typed: str) -> str:
    """Return the host that a merchant typed, however; raises Unfit."""
    name = typed.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/.")
    try:
        name = name.encode("idna").decode()
    except UnicodeError as error:
        raise Unfit(merchant_sentence("That is no address. It looks like track.your-shop.com.")) from error
    labels = name.split(".")
    if len(name) > LONGEST or len(labels) < 2 or not all(map(LABEL.fullmatch, labels)) or _is_ip(name):  # noqa: PLR2004 - a name and a domain
        raise Unfit(merchant_sentence("That is no address. It looks like track.your-shop.com."))
    if name == ours():
        raise Unfit(merchant_sentence("That is the address of this Doorstep itself."))
    return name


def choose(session: Session, shop: Shop, name: str) -> None:
    """Let a shop's pages move to a host as soon as it leads to us; until then they stay where they are."""
    if shop.page_host != name:
        shop.page_host = None
    choices.keep(session, shop, {"page_host": name})
    _stop_checking(session, shop.id)
    errands.add(session, shop.id, CHECK, name, every=DAILY)


def go_on(session: Session, shop: Shop) -> None:
    """Look at the address that a shop which comes back had chosen: it was free for others meanwhile."""
    name = wanted(shop)
    if name is not None:
        errands.add(session, shop.id, CHECK, name, every=DAILY)


def give_up(session: Session, shop: Shop) -> None:
    """Let a shop's pages stand at our own address again."""
    shop.page_host = None
    choices.keep(session, shop, {"page_host": None})
    _stop_checking(session, shop.id)


def proof(host: str) -> str:
    """Return what only this installation says at a host."""
    return signing.token(PURPOSE, host)


def is_proof(host: str, said: str) -> bool:
    """Tell whether this was said by us, at this very host."""
    try:
        return signing.read_token(PURPOSE, said.strip()) == host
    except signing.Forged:
        return False


def claim(shop: Shop, name: str) -> str:
    """Return what nobody but a name's owner can write at it: that it is this shop's."""
    return f"doorstep={signing.token(CLAIM, [name, shop.key])[-CLAIM_LETTERS:]}"


def claim_record(shop: Shop, name: str) -> tuple[str, str]:
    """Return the name and the value of the TXT record that says so."""
    return f"{CLAIMED_AT}{name}", claim(shop, name)


def wants_claim(session: Session, shop: Shop, name: str) -> bool:
    """Tell whether a record has to say whose a name is: others live here, and it is not held already."""
    others = select(Shop.id).where(Shop.id != shop.id, Shop.state == ShopState.INSTALLED).limit(1)
    return shop.page_host != name and session.scalar(others) is not None


def believe(session: Session, shop: Shop, name: str, said: Collection[str] = ()) -> bool:
    """Let a shop's pages stand at a host that leads to us; False where it does not say that it is theirs.

    `said`: what it says of that, where it is asked. One that another shop holds goes over to whose it is.
    """
    if wanted(shop) != name:
        return True
    if wants_claim(session, shop, name) and claim(shop, name) not in said:
        return False
    held = select(Shop).where(Shop.page_host == name, Shop.id != shop.id).with_for_update()
    holder = session.scalar(held)
    if holder is not None:
        if claim(holder, name) in said:  # both are the owner's: the first stays
            return False
        holder.page_host = None
        session.flush()  # before another holds it
    shop.page_host = name
    return True


def doubt(shop: Shop, held_at: datetime | None, now: datetime) -> None:
    """Go back to our own address where the shop's has failed for days."""
    if held_at is None or now - held_at > DOUBTED_FOR:
        shop.page_host = None


def failure(session: Session, shop: Shop) -> str | None:
    """Return why the chosen address was not believed when we last looked."""
    return session.scalar(select(Errand.failure).filter_by(shop_id=shop.id, kind=CHECK))


def _stop_checking(session: Session, shop_id: int) -> None:
    session.execute(delete(Errand).filter_by(shop_id=shop_id, kind=CHECK))


def _number(row: tuple[bytes | None, ...] | None) -> int | None:
    return int(row[0]) if row and row[0] else None


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
