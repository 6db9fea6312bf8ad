"""What Harbor Goods' store tells the app: the whole order every time, steps merged."""

from demo import stock
from demo.sales import Sale
from demo.stores import Json, Shelf
from demo.things import Thing
from demo.woocommerce import wire

Notice = tuple[str, Json]


def placed(sale: Sale) -> list[Notice]:
    """Tell that somebody has bought; a checkout's draft is only ever updated."""
    early = sale.model_copy(
        update={
            "parcels": [],
            "updated_at": sale.placed_at,
            "completed_at": None,
            "refunded": 0,
            "state": sale.state if sale.state in ("draft", "pending", "failed", "on-hold") else "paid",
        }
    )
    topics = ["order.updated"] if sale.state == "draft" else ["order.created", "order.updated"]
    return [(topic, wire.order(early)) for topic in topics]


def carted(sale: Sale) -> list[Notice]:
    """Tell of the cart before it is bought, as our companion plug-in does once its shopper is known."""
    return [("cart.updated", wire.cart(sale))]


def stocked(shelf: Shelf, thing: Thing) -> list[Notice]:
    """Tell that there is more or less of a thing."""
    there = stock.of(shelf, thing.id)
    return [("product.updated", wire.product(thing, there.at, there.quantity))]


def changed(sale: Sale) -> list[Notice]:
    """Tell that something about the order is new: tracking, completion, a refund."""
    return [("order.updated", wire.order(sale))]


def whole(sale: Sale) -> list[Notice]:
    """Return what the store has told of a purchase so far."""
    return placed(sale) + (changed(sale) if sale.updated_at != sale.placed_at else [])
