"""What a new shop has to do, each step found done or not in the rows themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.admin.dates import Calendar
from app.admin.doors.session import address
from app.admin.saying import say, say_many
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
        said = say("since %(date)s", date=here.date(shop.installed_at))
        return Step(
            done=True, title=say("Store connected"), said=said, button="", href=address("inbox.index")
        )
    return Step(
        done=False,
        title=say("Connect your store again"),
        said=say("It no longer lets us read it: new orders are not seen."),
        minutes=1,
        button=say("Connect again"),
        href=address("inbox.index"),
    )


def _history(row: Import | None, here: Calendar) -> Step:
    orders = (row.counts.get("orders", {}) if row else {}).get("done", 0)
    href = address("inbox.index")
    if row is not None and row.state is ImportState.DONE:
        back = here.month(row.begins_at) if row.begins_at else ""
        return Step(
            done=True, title=say("Earlier orders read"), said=_read(orders, back), button="", href=href
        )
    so_far = say_many(
        "It goes on by itself. %(count)s order so far. Nobody gets a message about them.",
        "It goes on by itself. %(count)s orders so far. Nobody gets a message about them.",
        orders,
    )
    begins = say(
        "It goes on by itself. They begin to come in within minutes. Nobody gets a message about them."
    )
    return Step(
        done=False,
        title=say("Read your earlier orders"),
        said=so_far if orders else begins,
        button=say("See how far it is"),
        href=href,
    )


def _read(orders: int, back: str) -> str:
    if not orders:
        return say("there were no orders before")
    if not back:
        return say_many("%(count)s order read", "%(count)s orders read", orders)
    return say_many(
        "%(count)s order read, back to %(month)s",
        "%(count)s orders read, back to %(month)s",
        orders,
        month=back,
    )


def _page(shop: Shop) -> Step:
    is_done = LOOKED in _kept(shop) or SECTIONS in shop.settings
    return Step(
        done=is_done,
        title=say("Tracking page looked at") if is_done else say("Look at your tracking page"),
        said=say("as shoppers see it")
        if is_done
        else say("It is there already, for every order: see it as a shopper does."),
        minutes=1,
        button=say("Look again") if is_done else say("Look at it"),
        href=LOOK,
    )


def _flow(on: Collection[Trigger]) -> Step:
    if on:
        return Step(
            done=True,
            title=say("First flow switched on"),
            said=say_many("%(count)s flow is on", "%(count)s flows are on", len(on)),
            button="",
            href=address("flows.index"),
        )
    return Step(
        done=False,
        title=say("Switch on your first flow"),
        said=say("Nothing is sent before you do. Each flow says beside its switch what it would do."),
        minutes=1,
        button=say("Choose a flow"),
        href=address("flows.index"),
    )


def _sender(session: Session, shop: Shop, servers: Sequence[Provider]) -> Step:
    href = address("sending.index")
    if not servers:
        return Step(
            done=False,
            title=say("Send mail from your own domain"),
            said=say("Until then mail comes from this Doorstep’s own address."),
            minutes=5,
            button=say("Set up mail"),
            href=href,
        )
    first = servers[0]
    stands = domains.stands(domains.get(session, shop.id, domains.of(first.sender)))
    went = first.tried is not None and bool(first.tried["went"])
    if went and stands is not State.WRONG:
        title = say("Mail comes from your address")
        return Step(done=True, title=title, said=first.sender, button="", href=href)
    said = (
        say("The DNS of %(domain)s does not vouch for your mail yet.", domain=domains.of(first.sender))
        if went
        else say("No test mail has gone over %(server)s yet.", server=first.host)
    )
    return Step(
        done=False,
        title=say("Finish setting up your mail"),
        said=said,
        minutes=5,
        button=say("Check domain") if went else say("Send a test"),
        href=href,
    )


def _kept(shop: Shop) -> dict[str, str]:
    kept = shop.settings.get(SETTING)
    return dict(kept) if isinstance(kept, dict) else {}
