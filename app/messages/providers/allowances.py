"""How many texts a shop lets go a day, by medium: counted as mails are, reserved where there is a limit."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.messages.models import Message
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM
from app.messages.providers.spending import Purse
from app.messages.providers.ways import NoWay, Way
from app.shops import texting
from app.shops.models import Shop
from app.vocabulary import Category, Medium


def choose(
    session: Session, shops: Mapping[int, Shop], messages: Sequence[Message]
) -> dict[int, Way | NoWay]:
    """Return how each text is counted, or that the budget is spent, by its id; order news comes first."""
    texts = [message for message in messages if message.medium in BY_MEDIUM]
    purses = {message.id: purse(shops[message.shop_id], message) for message in texts}
    budgets = {
        purses[message.id]: chosen.daily
        for message in texts
        if (chosen := texting.of(shops[message.shop_id], message.medium)) and chosen.daily
    }
    spent, reserved = spending.spent(session, budgets), Counter[Purse]()
    carriers = {(it.shop_id, it.medium) for it in texts}
    replaceable = {it for it in carriers if _can_be_replaced(session, shops[it[0]], it[1])}
    found: dict[int, Way | NoWay] = {}
    for message in sorted(texts, key=lambda it: (it.category is Category.MARKETING, it.id)):
        mine = purses[message.id]
        budget, is_offer = budgets.get(mine), message.category is Category.MARKETING
        has_room = budget is None or (
            spending.room(spent.get(mine, 0) + reserved[mine], budget, is_offer=is_offer) > 0
        )
        if has_room:
            is_limited = budget is not None
            reserved[mine] += is_limited
            takes_over = (message.shop_id, message.medium) in replaceable
            found[message.id] = Way(mine, is_limited, somebody_takes_over=takes_over)
        else:
            tomorrow = spending.tomorrow(shops[message.shop_id])
            found[message.id] = NoWay(is_spent=True, until=tomorrow, said="the budget of the day is spent")
    spending.add(session, reserved)
    return found


def _can_be_replaced(session: Session, shop: Shop, medium: Medium) -> bool:
    """Tell whether another provider takes over should the one that is asked refuse."""
    if len(texting.all_of(shop, medium)) <= 1:
        return False
    return len(texting.able(texting.accounts(session, shop, medium))) > 1


def purse(shop: Shop, message: Message) -> Purse:
    """Return what a text is counted in."""
    return Purse(shop.id, BY_MEDIUM[message.medium], spending.today(shop))
