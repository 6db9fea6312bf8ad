"""What Ridge & Pine's store tells the app when something happens: topic and body, in Shopify's order."""

from demo.sales import Parcel, Sale, Scan
from demo.shopify import stock, wire
from demo.stores import Json, Shelf
from demo.things import Thing

Notice = tuple[str, Json]


def placed(sale: Sale) -> list[Notice]:
    """Tell that somebody has bought."""
    early = sale.model_copy(
        update={"parcels": [], "updated_at": sale.placed_at, "cancelled_at": None, "refunded": 0}
    )
    body = wire.order(early)
    return [("orders/create", body)] + ([("orders/paid", body)] if sale.state != "pending" else [])


def sent(sale: Sale, parcel: Parcel) -> list[Notice]:
    """Tell that a parcel was handed over."""
    upto = sale.parcels[: sale.parcels.index(parcel) + 1]
    then = sale.model_copy(update={"parcels": upto, "updated_at": parcel.shipped_at, "refunded": 0})
    topic = "orders/fulfilled" if then.is_sent else "orders/partially_fulfilled"
    return [("fulfillments/create", wire.fulfillment(sale, parcel)), (topic, wire.order(then))]


def scanned(sale: Sale, parcel: Parcel, scan: Scan) -> list[Notice]:
    """Tell that a parcel has moved."""
    return [("fulfillment_events/create", wire.scan(sale, parcel, scan))]


def ended(sale: Sale) -> list[Notice]:
    """Tell that the purchase was cancelled or paid back, where it was."""
    told: list[Notice] = []
    if sale.cancelled_at:
        told.append(("orders/cancelled", wire.order(sale)))
    if sale.refunded:
        told += [("refunds/create", wire.refund(sale)), ("orders/updated", wire.order(sale))]
    return told


def stocked(shelf: Shelf, thing: Thing) -> list[Notice]:
    """Tell how many of a thing lie in the warehouse."""
    return [("inventory_levels/update", stock.level(shelf, thing))]


def whole(sale: Sale) -> list[Notice]:
    """Return everything that has happened to a purchase so far."""
    told = placed(sale)
    for parcel in sale.parcels:
        told += sent(sale, parcel)
        for scan in parcel.scans:
            told += scanned(sale, parcel, scan)
    return told + ended(sale)
