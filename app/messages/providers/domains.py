"""The domains that a shop sends for: what their DNS says, and the keys that we sign with.

A key signs only once DNS shows it. To turn a key, a new one is made beside it; it takes over when it is seen,
and the old one's secret is gone at once, its record a week later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.channels import dkim
from app.channels.authentication import Finding, Hand, OwnKey, State
from app.channels.dkim import Signer
from app.channels.presets import BY_KEY, OWN
from app.lib import clock, crypto
from app.messages.providers.models import MailDomain, Provider
from app.shops import errands
from app.shops.models import Errand, Shop

LOOK = "mail.look"
HOURLY = 3600
STAYS = timedelta(days=7)
"""How long the record of a key must stay after its last mail: that may still be verified."""


def of(address: str) -> str:
    """Return an address's domain."""
    return address.rpartition("@")[2].lower()


def watch(session: Session, shop_id: int, domain: str) -> None:
    """Look at a domain's DNS now and every hour from now on."""
    row = insert(MailDomain).values(shop_id=shop_id, domain=domain).on_conflict_do_nothing()
    session.execute(row)
    errands.add(session, shop_id, LOOK, domain, every=HOURLY)


def go_on(session: Session, shop: Shop) -> None:
    """Look again, every hour, at the domains for which a shop that comes back sends."""
    senders = session.scalars(select(Provider.sender).filter_by(shop_id=shop.id))
    for domain in {of(sender) for sender in senders}:
        watch(session, shop.id, domain)


def stop_watching(session: Session, shop_id: int, domain: str) -> None:
    """Look no more; keys and what was found stay for whoever comes back."""
    session.execute(delete(Errand).filter_by(shop_id=shop_id, kind=LOOK, subject=domain))


def get(session: Session, shop_id: int, domain: str) -> MailDomain | None:
    """Return what is kept of a domain."""
    return session.scalar(select(MailDomain).filter_by(shop_id=shop_id, domain=domain))


def of_shop(session: Session, shop_id: int) -> dict[str, MailDomain]:
    """Return what is kept of a shop's domains, by name."""
    rows = session.scalars(select(MailDomain).filter_by(shop_id=shop_id).order_by(MailDomain.domain))
    return {row.domain: row for row in rows}


def make_key(row: MailDomain) -> None:
    """Make a new key, which signs as soon as DNS shows it."""
    row.next_selector, row.next_secret = dkim.new_selector(), crypto.seal(dkim.make())


def sign_no_more(row: MailDomain) -> None:
    """Forget the keys: whoever takes the mail signs it."""
    row.old_selector = row.selector
    row.selector = row.secret = row.next_selector = row.next_secret = None
    row.turned_at = clock.now()


def turn(row: MailDomain) -> None:
    """Let the new key, which DNS shows, take over."""
    row.old_selector, row.turned_at = row.selector, clock.now()
    row.selector, row.secret = row.next_selector, row.next_secret
    row.next_selector = row.next_secret = None


def signer(row: MailDomain | None, provider: Provider) -> Signer | None:
    """Return who signs what goes over a provider; None where that is the provider's own affair."""
    if row is None or row.selector is None or row.secret is None or provider.preset != OWN.key:
        return None
    secret = crypto.opened(row.secret)
    return Signer(row.domain, row.selector, secret) if secret else None


def keys(row: MailDomain) -> tuple[OwnKey | None, OwnKey | None]:
    """Return the key that signs and the one that is to follow, as DNS must show them."""
    return _key(row.selector, row.secret), _key(row.next_selector, row.next_secret)


def hands(providers: Sequence[Provider], domain: str) -> list[Hand]:
    """Return who sends for a domain."""
    return [
        Hand(BY_KEY.get(it.preset, OWN), it.host, tuple(filter(None, it.selectors.split(","))))
        for it in providers
        if of(it.sender) == domain
    ]


def keep(row: MailDomain, findings: Sequence[Finding]) -> None:
    """Keep what was found."""
    row.findings, row.looked_at = [finding.data() for finding in findings], clock.now()


def findings(row: MailDomain | None) -> list[Finding]:
    """Return what was found when we last looked, the verdict first."""
    return [Finding.of(data) for data in (row.findings or ())] if row else []


def stands(row: MailDomain | None) -> State:
    """Return whether a domain's mail passes, in one word."""
    found = findings(row)
    return found[0].state if found else State.UNKNOWN


def old_may_go_at(row: MailDomain) -> datetime | None:
    """Return when the old key's record may be removed."""
    return row.turned_at + STAYS if row.old_selector and row.turned_at else None


def _key(selector: str | None, secret: bytes | None) -> OwnKey | None:
    opened = crypto.opened(secret)
    return OwnKey(selector, dkim.record(opened)) if selector and opened else None
