"""What the stores hold beside what Doorstep holds; and every message that was wrong, or is missing."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.lib import clock
from bench.faulted_world import FRESH, World
from bench.house import House
from demo import things
from demo.sales import Sale
from demo.shopify.wire import HOST as RIDGE_HOST
from demo.shoppers import HARBOR, RIDGE
from demo.stores import Json
from demo.woocommerce.wire import HOST as HARBOR_HOST

NO_ORDER = ("draft",)
OPEN = ("pending", "on-hold", "failed")
SENT = ("sent", "delivered")
PLATFORMS = {RIDGE_HOST: "shopify", HARBOR_HOST: "woocommerce"}
ADDRESSES = {shopper.id: shopper.email for shopper in (*RIDGE, *HARBOR)}

Key = tuple[str, str]
"""Platform, and the store's id of an order."""

ORDERS = """
SELECT shop.platform, o.external_id, o.state, o.total, o.refunded, o.email, o.updated_at,
    o.deleted_at IS NOT NULL, o.name,
    (SELECT count(*) FROM line_item WHERE order_id = o.id),
    (SELECT array_agg(s.number ORDER BY s.number) FROM shipment s
        WHERE s.order_id = o.id AND s.cancelled_at IS NULL),
    (SELECT count(*) FROM tracking_event t JOIN fulfillment f ON f.id = t.fulfillment_id
        WHERE f.order_id = o.id AND t.source = 'shopify'),
    (SELECT count(*) FROM refund WHERE order_id = o.id),
    o.first_heard_at, o.created_at
FROM "order" o JOIN shop ON shop.id = o.shop_id
"""
FIELDS = ("state", "total", "refunded", "email", "updated_at", "deleted", "name", "lines", "numbers", "scans",
          "refunds", "first_heard_at", "created_at")  # fmt: skip
COMPARED = FIELDS[:11]
MESSAGES = """
SELECT shop.platform, o.external_id, m.trigger, m.state, m.reason, m.shipment_ids,
    (SELECT array_agg(s.number ORDER BY s.number) FROM shipment s WHERE s.id = ANY (m.shipment_ids)),
    m.created_at - m.occasion_at
FROM message m JOIN "order" o ON o.id = m.order_id JOIN shop ON shop.id = o.shop_id
"""


def differences(running: House, world: World) -> tuple[int, list[tuple[str, int, int]]]:
    """Return how many fields differ, and for each how many were compared and how many differ."""
    theirs = _theirs(world)
    ours = {(row[0], row[1]): dict(zip(FIELDS, row[2:], strict=True)) for row in running.query(ORDERS)}
    differ: Counter[str] = Counter()
    for key, wanted in theirs.items():
        held = ours.get(key)
        if held is None:
            differ["orders missing"] += not wanted["deleted"]
            continue
        fields = ("deleted",) if wanted["deleted"] else COMPARED
        differ.update(field for field in fields if held[field] != wanted[field])
    differ["orders that no store has"] = len(ours.keys() - theirs.keys())
    rows = [("orders missing", len(theirs), differ["orders missing"])]
    rows += [("orders that no store has", len(ours), differ["orders that no store has"])]
    rows += [(field, len(theirs), differ[field]) for field in COMPARED]
    return sum(differ.values()), rows


def wrong_messages(running: House, world: World) -> Counter[str]:
    """Return the messages that went and should not have, and those that should have and did not."""
    wrong: Counter[str] = Counter()
    told: Counter[tuple[Key, str, str]] = Counter()
    sales = {(PLATFORMS[store], str(sale.id)): sale for store, them in world.sales.items() for sale in them}
    heard = {(row[0], row[1]): row[13] - row[14] for row in running.query(ORDERS)}
    for platform, ident, trigger, state, _, parcels, numbers, age in running.query(MESSAGES):
        key = platform, ident
        if state not in SENT:
            wrong["still waiting"] += state in ("queued", "sending")
            continue
        for parcel in parcels or [0]:
            told[key, trigger, str(parcel)] += 1
        wrong.update(name for name, is_so in WRONG.items() if is_so(sales[key], trigger, numbers or [], age))
        wrong["thanked days late"] += trigger == "thank_you" and heard[key] > timedelta(hours=24)
    wrong["told twice"] = sum(times - 1 for times in told.values())
    thanked = {key for key, trigger, _ in told if trigger == "thank_you"}
    fresh = clock.now() - FRESH
    wrong["never thanked"] = sum(
        sale.state == "paid" and sale.placed_at > fresh and key not in thanked for key, sale in sales.items()
    )
    wrong["mails that left twice"] = sum(times - 1 for times in running.sink.taken.values())
    return +wrong


def _not_bought(sale: Sale, trigger: str, _: list[str], __: timedelta) -> bool:
    return trigger == "thank_you" and sale.state in (*OPEN, *NO_ORDER)


def _not_sent(sale: Sale, trigger: str, numbers: list[str], _: timedelta) -> bool:
    theirs = {number for parcel in sale.parcels for number in parcel.numbers}
    return trigger == "shipped" and not set(numbers) <= theirs


def _not_there(sale: Sale, trigger: str, numbers: list[str], _: timedelta) -> bool:
    arrived = {
        number
        for parcel in sale.parcels
        for number in parcel.numbers
        if any(scan.status == "delivered" for scan in parcel.scans)
    }
    return trigger == "delivered" and not set(numbers) <= arrived


def _old_news(_: Sale, trigger: str, __: list[str], age: timedelta) -> bool:
    return age > timedelta(hours=24 if trigger == "thank_you" else 72)


Rule = Callable[[Sale, str, list[str], timedelta], bool]
WRONG: Mapping[str, Rule] = {
    "thanked without a purchase": _not_bought,
    "told of a parcel that is none": _not_sent,
    "told of an arrival that was none": _not_there,
    "told long after it happened": _old_news,
}


def _theirs(world: World) -> dict[Key, dict[str, Any]]:
    found = {}
    for store, sales in world.sales.items():
        for sale in sales:
            if sale.state not in NO_ORDER:
                found[PLATFORMS[store], str(sale.id)] = _wanted(store, sale, world)
    return found


def _wanted(store: str, sale: Sale, world: World) -> Json:
    """Return an order as the store holds it, in Doorstep's terms, from the sale itself."""
    is_ridge = store == RIDGE_HOST
    state = "open" if sale.state in OPEN else "cancelled" if sale.state == "cancelled" else "placed"
    numbers = sorted(number for parcel in sale.parcels for number in parcel.numbers)
    return {
        "state": state,
        "total": _total(store, sale),
        "refunded": sale.refunded,
        "email": ADDRESSES[sale.shopper],
        "updated_at": sale.updated_at,
        "deleted": sale.id in world.gone,
        "name": f"#{sale.number}",
        "lines": len(sale.lines),
        "numbers": numbers or None,
        "scans": sum(len(parcel.scans) for parcel in sale.parcels) if is_ridge else 0,
        "refunds": int(sale.refunded > 0),
    }


def _total(store: str, sale: Sale) -> int:
    shelf, shipping = (things.RIDGE, 600) if store == RIDGE_HOST else (things.HARBOR, 590)
    return sum(shelf[thing].price * quantity for thing, quantity in sale.lines) + shipping
