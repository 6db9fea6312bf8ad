"""The mail servers that a merchant named: kept, put in order, tried, left alone for a while, forgotten."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.channels.presets import BY_KEY, OWN
from app.channels.server import SUBMISSION, Security
from app.lib import addresses, clock, crypto
from app.lib.config import settings
from app.lib.told import tell
from app.messages.providers import domains
from app.messages.providers.models import Carries, Provider
from app.shops import choices, errands
from app.shops.models import Errand, Shop

TEST = "mail.test"
AT_MOST = 5
"""How many mail servers one shop may name."""
RESTS = [timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60)]
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*")
LARGEST_PORT = 65_535
MOST_A_DAY = 10_000_000


class Unfit(Exception):
    """What was entered cannot be used; `field` is where, the sentence says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A mail server as the merchant typed it."""

    preset: str
    host: str
    port: str
    security: str
    username: str
    password: str
    """Empty: it stays as it was."""
    sender: str
    reply_to: str
    carries: str
    daily: str
    selectors: str
    receipt_secret: str
    """Empty: it stays as it was."""


def of_shop(session: Session, shop_id: int) -> Sequence[Provider]:
    """Return a shop's mail servers in their order."""
    return session.scalars(
        select(Provider).filter_by(shop_id=shop_id).order_by(Provider.place, Provider.id)
    ).all()


def get(session: Session, shop_id: int, provider_id: int) -> Provider | None:
    """Return one of a shop's mail servers."""
    return session.scalar(select(Provider).filter_by(shop_id=shop_id, id=provider_id))


def keep(session: Session, shop: Shop, entered: Entered, provider: Provider | None = None) -> Provider:
    """Keep a new mail server, or change one; raises Unfit, and nothing is changed then."""
    preset = BY_KEY.get(entered.preset, OWN)
    host, port, security = _server(entered)
    sender = _address("sender", entered.sender)
    read = {
        "preset": preset.key,
        "host": host,
        "port": port,
        "security": security,
        "username": entered.username.strip(),
        "sender": sender,
        "reply_to": _address("reply_to", entered.reply_to) if entered.reply_to.strip() else None,
        "carries": _carries(entered.carries),
        "daily": _daily(entered.daily),
        "selectors": ",".join(_selectors(entered.selectors)),
    }
    if provider is None:
        mine = select(func.count(), func.max(Provider.place)).where(Provider.shop_id == shop.id)
        count, last = session.execute(mine).one()
        if count >= AT_MOST:
            raise Unfit(
                "host", tell("Doorstep takes %(most)s mail servers at most. Remove one first.", most=AT_MOST)
            )
        provider = Provider(shop_id=shop.id, place=(last or 0) + 1, failures=0)
        session.add(provider)
    elif (host, port, security) != (provider.host, provider.port, provider.security) and not entered.password:
        provider.password = None  # what was meant for one server is not shown to another
    for name, value in read.items():
        setattr(provider, name, value)
    if entered.password:
        provider.password = crypto.seal(entered.password)
    if entered.receipt_secret:
        provider.receipt_secret = crypto.seal(entered.receipt_secret.strip())
    provider.rests_until, provider.failures, provider.complaint = None, 0, None
    provider.tried = None
    domains.watch(session, shop.id, domains.of(sender))
    return provider


def go_first(session: Session, provider: Provider) -> None:
    """Let a mail server be asked before the others."""
    first = session.scalar(select(func.min(Provider.place)).filter_by(shop_id=provider.shop_id))
    provider.place = (first or 0) - 1


def forget(session: Session, provider: Provider) -> None:
    """Forget a mail server and its password."""
    session.delete(provider)
    session.execute(delete(Errand).filter_by(shop_id=provider.shop_id, kind=TEST, subject=str(provider.id)))
    left = [it for it in of_shop(session, provider.shop_id) if it.id != provider.id]
    if domains.of(provider.sender) not in {domains.of(it.sender) for it in left}:
        domains.stop_watching(session, provider.shop_id, domains.of(provider.sender))


def ask_test(session: Session, provider: Provider, to: str) -> None:
    """Have a test mail sent; raises Unfit where that is no address."""
    provider.asked_to = _address("to", to)
    provider.tried = None
    errands.add(session, provider.shop_id, TEST, str(provider.id))


def note_test(session: Session, provider: Provider, to: str, steps: Sequence[tuple[str, str, bool]]) -> None:
    """Keep how a test went; a server that took it is asked for mail again at once."""
    went = all(is_good for _, _, is_good in steps)
    provider.tried = {
        "to": to,
        "at": clock.now().isoformat(),
        "went": went,
        "steps": [list(it) for it in steps],
    }
    provider.asked_to = None
    if went:
        works(session, [provider.id])


def rest(session: Session, provider_id: int, complaint: str) -> None:
    """Leave a mail server alone for a while that refused for reasons of its own; longer each time."""
    row = session.scalar(select(Provider).filter_by(id=provider_id).with_for_update())
    if row is not None:
        row.rests_until = clock.now() + RESTS[min(row.failures, len(RESTS) - 1)]
        row.failures, row.complaint = row.failures + 1, complaint[:300]


def works(session: Session, provider_ids: Collection[int]) -> None:
    """Note that mail servers take mail (again)."""
    back = update(Provider).where(Provider.id.in_(provider_ids), Provider.failures > 0)
    session.execute(back.values(failures=0, complaint=None, rests_until=None))


def uses_house(shop: Shop) -> bool:
    """Tell whether the operator's server takes over where none of the merchant's does."""
    return bool(shop.settings.get("house_mail", True))


def use_house(session: Session, shop: Shop, *, wanted: bool) -> None:
    """Let the operator's server take over, or not."""
    choices.keep(session, shop, {"house_mail": wanted})


def _server(entered: Entered) -> tuple[str, int, Security]:
    host = entered.host.strip().lower().rstrip(".")
    if not HOST.fullmatch(host):
        raise Unfit("host", tell("This is no server’s name. It looks like smtp.your-provider.com."))
    is_inside = host in settings().inside_mail_hosts
    try:
        port, security = int(entered.port), Security(entered.security)
    except ValueError:
        raise Unfit("port", tell("Choose a port and how the line is protected.")) from None
    if not (is_inside and 0 < port <= LARGEST_PORT) and port not in SUBMISSION:
        raise Unfit("port", tell("Mail servers listen at %(ports)s.", ports=", ".join(map(str, SUBMISSION))))
    if security is Security.NONE and not is_inside:
        raise Unfit("security", tell("A password goes over a protected line only: choose STARTTLS or TLS."))
    return host, port, security


def _address(field: str, typed: str) -> str:
    address = typed.strip().lower()
    if not addresses.is_plain(address):
        raise Unfit(field, tell("This is no e-mail address. It looks like orders@your-shop.com."))
    return address


def _carries(typed: str) -> Carries:
    try:
        return Carries(typed)
    except ValueError:
        raise Unfit("carries", tell("Choose what goes over this server.")) from None


def _daily(typed: str) -> int | None:
    number = typed.strip().replace(",", "").replace(".", "")
    if not number:
        return None
    if not number.isdecimal() or not 0 < int(number) <= MOST_A_DAY:
        raise Unfit("daily", tell("Use a whole number, or leave it empty if there is no limit."))
    return int(number)


def _selectors(typed: str) -> list[str]:
    names = [
        name.strip().lower().removesuffix("._domainkey")
        for name in re.split(r"[,\s]+", typed)
        if name.strip()
    ]
    for name in names:
        if not HOST.fullmatch(name):
            raise Unfit(
                "selectors",
                tell("“%(name)s” is no key’s name. It is what stands before ._domainkey.", name=name),
            )
    return names[:10]
