"""What a new shop has to do, each step found done or not in the rows themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.admin.dates import Calendar
from app.admin.doors.session import address
from app.admin.words import plural
from app.channels.authentication import State
from app.imports import history
from app.imports.models import Import, ImportState
from app.lib import clock
from app.messages.providers import domains
from app.messages.providers.models import Provider
from app.shops import choices
from app.shops.models import Shop
from app.tracking.page.sections import SETTING as SECTIONS
from app.vocabulary import Trigger

SETTING = "setup"
"""In a shop's settings: when its tracking page was looked at, and when the list was put away."""
LOOKED, HIDDEN = "looked_at", "hidden_at"
LOOK = "look"
"""The action of the step that is done by looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: whether it is done, and what leads on from there."""

    done: bool
    title: str
    said: str
    """Of a step that is done what came of it, else what it is for."""
    minutes: int = 0
    button: str
    href: str


def steps(
    session: Session, shop: Shop, on: Collection[Trigger], servers: Sequence[Provider], here: Calendar
) -> list[Step]:
    """Return every step: what is done, then what is to be done, then what comes by itself."""
    found = [
        _connected(shop, here),
        _history(history.of_shop(session, shop.id), here),
        _page(shop),
        _flow(on),
        _sender(session, shop, servers),
    ]
    return sorted(found, key=lambda step: (not step.done, step.minutes == 0))


def is_hidden(shop: Shop) -> bool:
    """Tell whether the merchant has put the list away."""
    return HIDDEN in _kept(shop)


def note(session: Session, shop: Shop, what: str) -> None:
    """Remember that the merchant has done something, since the first time."""
    choices.lock(session, shop)
    kept = _kept(shop)
    if what not in kept:
        choices.keep(session, shop, {SETTING: {**kept, what: clock.now().isoformat()}})


def show_again(session: Session, shop: Shop) -> None:
    """Bring the list back."""
    choices.lock(session, shop)
    kept = _kept(shop)
    choices.keep(session, shop, {SETTING: {name: at for name, at in kept.items() if name != HIDDEN}})


def _connected(shop: Shop, here: Calendar) -> Step:
    if shop.broken_reason is None:
        said = f"since {here.date(shop.installed_at)}"
        return Step(done=True, title="Store connected", said=said, button="", href=address("inbox.index"))
    return Step(
        done=False,
        title="Connect your store again",
        said="It no longer lets us read it: new orders are not seen.",
        minutes=1,
        button="Connect again",
        href=address("inbox.index"),
    )


def _history(row: Import | None, here: Calendar) -> Step:
    orders = (row.counts.get("orders", {}) if row else {}).get("done", 0)
    if row is not None and row.state is ImportState.DONE:
        back = f", back to {here.month(row.begins_at)}" if row.begins_at else ""
        said = f"{plural(orders, 'order')} read{back}" if orders else "there were no orders before"
        return Step(done=True, title="Earlier orders read", said=said, button="", href=address("inbox.index"))
    so_far = f"{plural(orders, 'order')} so far." if orders else "They begin to come in within minutes."
    return Step(
        done=False,
        title="Read your earlier orders",
        said=f"It goes on by itself. {so_far} Nobody gets a message about them.",
        button="See how far it is",
        href=address("inbox.index"),
    )


def _page(shop: Shop) -> Step:
    is_done = LOOKED in _kept(shop) or SECTIONS in shop.settings
    return Step(
        done=is_done,
        title="Tracking page looked at" if is_done else "Look at your tracking page",
        said="as shoppers see it"
        if is_done
        else "It is there already, for every order: see it as a shopper does.",
        minutes=1,
        button="Look again" if is_done else "Look at it",
        href=LOOK,
    )


def _flow(on: Collection[Trigger]) -> Step:
    if on:
        many = plural(len(on), "flow is", "flows are")
        return Step(
            done=True,
            title="First flow switched on",
            said=f"{many} on",
            button="",
            href=address("flows.index"),
        )
    return Step(
        done=False,
        title="Switch on your first flow",
        said="Nothing is sent before you do. Each flow says beside its switch what it would do.",
        minutes=1,
        button="Choose a flow",
        href=address("flows.index"),
    )


def _sender(session: Session, shop: Shop, servers: Sequence[Provider]) -> Step:
    href = address("sending.index")
    if not servers:
        return Step(
            done=False,
            title="Send mail from your own domain",
            said="Until then mail comes from this Doorstep’s own address.",
            minutes=5,
            button="Set up mail",
            href=href,
        )
    first = servers[0]
    stands = domains.stands(domains.get(session, shop.id, domains.of(first.sender)))
    went = first.tried is not None and bool(first.tried["went"])
    if went and stands is not State.WRONG:
        return Step(done=True, title="Mail comes from your address", said=first.sender, button="", href=href)
    said = (
        f"The DNS of {domains.of(first.sender)} does not vouch for your mail yet."
        if went
        else f"No test mail has gone over {first.host} yet."
    )
    return Step(
        done=False,
        title="Finish setting up your mail",
        said=said,
        minutes=5,
        button="Check domain" if went else "Send a test",
        href=href,
    )


def _kept(shop: Shop) -> dict[str, str]:
    kept = shop.settings.get(SETTING)
    return dict(kept) if isinstance(kept, dict) else {}
