"""What came of a replay, beside what the data says: nothing lost, nothing twice, everything explained."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from bench.olist import Sale

Query = Callable[..., list[tuple[Any, ...]]]
"""Returns the rows of an SQL query with its values."""
EXPLAINED = {"too_old", "superseded", "test_order", "no_address"}


def reconcile(
    query: Query,
    taken: Mapping[str, int],
    found: list[Sale],
    counts: dict[str, int],
    explained: Collection[str] = EXPLAINED,
) -> dict[str, Any]:
    """Print the table; return its figures. `taken`: how often the mail server took each Message-ID."""
    orders = _orders(query)
    lost = [sale for sale in found if (sale.is_shopify, str(sale.number)) not in orders]
    shipped = _compare(found, orders, "shipped_at")
    delivered = _compare([sale for sale in found if sale.is_shopify], orders, "delivered_at")
    messages = query("SELECT trigger, state, coalesce(reason, ''), count(*) FROM message GROUP BY 1, 2, 3")
    inbox: Counter[str] = Counter(dict(query("SELECT state, count(*) FROM inbox GROUP BY state")))
    twice = sum(many - 1 for many in taken.values())
    sent = sum(count for _, state, _, count in messages if state == "sent")
    unexplained = sum(
        count for _, state, reason, count in messages if state != "sent" and reason not in explained
    )
    called_off = _called_off_first(query, found)
    wanted = _wanted(found)
    wanted["thank_you"] -= len(called_off)
    got = Counter(dict.fromkeys(wanted, 0))
    for trigger, _, _, count in messages:
        got[trigger] += count
    rows: list[tuple[str, object, object]] = [
        ("orders in the data / stored", len(found), len(orders)),
        ("orders lost", 0, len(lost)),
        ("shipped times that differ", 0, shipped),
        ("delivered times that differ (Shopify half)", 0, delivered),
        ("deliveries sent / kept once", counts["deliveries"], sum(inbox.values())),
        ("deliveries parked", 0, inbox["parked"]),
        *((f"{trigger}: wanted / asked for", wanted[trigger], got[trigger]) for trigger in wanted),
        ("  orders called off before their payment was told", "", len(called_off)),
        ("mails sent / taken by the mail server", sent, len(taken)),
        ("mails taken twice", 0, twice),
        ("messages neither sent nor explained", 0, unexplained),
    ]
    print(f"\n{'':<48}{'data':>10}{'Doorstep':>10}")
    for what, data, ours in rows:
        print(f"{what:<48}{data!s:>10}{ours!s:>10}")
    print("\nmessages by kind, outcome and reason")
    for trigger, state, reason, count in sorted(messages):
        print(f"  {trigger:<20}{state:<10}{reason:<16}{count:>8}")
    met = not (lost or shipped or delivered or inbox["parked"] or twice or unexplained)
    as_wanted = all(got[trigger] == count for trigger, count in wanted.items())  # who runs late, we say
    met = met and as_wanted and sent == len(taken)
    return {
        "bench": "replay",
        "orders": len(found),
        "lost": len(lost),
        "times_that_differ": shipped + delivered,
        "duplicates": twice,
        "unexplained": unexplained,
        "parked": inbox["parked"],
        "sent": sent,
        "targets": {"lost": 0, "times_that_differ": 0, "duplicates": 0, "unexplained": 0, "parked": 0},
        "met": met,
    }


def _orders(query: Query) -> dict[tuple[bool, str], dict[str, datetime | None]]:
    rows = query(
        'SELECT shop.platform, o.external_id, s.shipped_at, s.delivered_at FROM "order" o'
        " JOIN shop ON shop.id = o.shop_id LEFT JOIN shipment s ON s.order_id = o.id"
    )
    return {
        (platform == "shopify", external_id): {"shipped_at": shipped_at, "delivered_at": delivered_at}
        for platform, external_id, shipped_at, delivered_at in rows
    }


def _compare(
    found: list[Sale], orders: dict[tuple[bool, str], dict[str, datetime | None]], field: str
) -> int:
    differ = 0
    for sale in found:
        ours = orders.get((sale.is_shopify, str(sale.number)), {}).get(field)
        theirs = getattr(sale, field) if sale.shipped_at is not None else None
        differ += ours != theirs
    return differ


def _called_off_first(query: Query, found: list[Sale]) -> list[Sale]:
    """Return the orders cancelled before their payment was told, which came late: rightly never thanked."""
    rows = query(
        'SELECT shop.platform, o.external_id FROM "order" o JOIN shop ON shop.id = o.shop_id'
        " JOIN message m ON m.order_id = o.id AND m.trigger = 'thank_you'"
    )
    asked = {(platform == "shopify", external_id) for platform, external_id in rows}
    unasked = [sale for sale in found if sale.paid_at and (sale.is_shopify, str(sale.number)) not in asked]
    return [sale for sale in unasked if sale.cancelled_at is not None]


def _wanted(found: list[Sale]) -> dict[str, int]:
    """Return how many messages of each kind the data calls for, sent or not."""
    return {
        "thank_you": sum(sale.paid_at is not None for sale in found),
        "shipped": sum(sale.shipped_at is not None for sale in found),
        "delivered": sum(
            sale.is_shopify and sale.shipped_at is not None and sale.delivered_at is not None
            for sale in found
        ),
    }
