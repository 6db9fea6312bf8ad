"""Who gets no offers at all, so that it can be seen what they bring: drawn before anybody looks who could.

Each flow has a hold-out of its own beside it (plan.definition.Flow.hold_out). Neither is ever about what a
shopper bought or asked for.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.flows.plan import chance
from app.flows.plan.definition import Flow
from app.shops import choices
from app.shops.models import Shop
from app.vocabulary import Category

SETTING = "hold_out"
OFFERS = "offers"
"""The name of the comparison between whoever gets offers and whoever gets none; a flow's is its trigger."""
USUAL = 5
SHARES = (0, 1, 2, 5, 10, 20)
"""How many in a hundred may be left out."""


def share(shop: Shop) -> int:
    """Return how many of a hundred shoppers get no offers at all."""
    chosen = shop.settings.get(SETTING)
    return chosen if chosen in SHARES else USUAL


def choose(session: Session, shop: Shop, percent: int) -> None:
    """Leave so many in a hundred out from now; whoever was left out before still is, where more are."""
    if percent not in SHARES:
        raise ValueError(f"{percent} is none of {SHARES}")
    choices.keep(session, shop, {SETTING: percent})


def gets_none(who: str, flow: Flow, percent: int) -> bool:
    """Tell whether somebody is left out of a flow because they get no offers at all."""
    return flow.category is Category.MARKETING and chance.is_held_out(who, OFFERS, percent)


def arms(who: str, flow: Flow, *, gets_none: bool, percent: int) -> Iterable[tuple[str, int, bool]]:
    """Return which comparisons somebody is in who could be offered something now: name, share, left out.

    Who gets no offers at all tells nothing of a single flow; who was drawn under another share is in neither.
    """
    if flow.category is not Category.MARKETING:
        return
    if percent and chance.is_held_out(who, OFFERS, percent) is gets_none:
        yield OFFERS, percent, gets_none
    if flow.hold_out and not gets_none:
        yield flow.key, flow.hold_out, chance.is_held_out(who, flow.key, flow.hold_out)
