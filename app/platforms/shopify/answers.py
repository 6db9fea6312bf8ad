"""What the Admin API answers, in the same records as a delivery of the same thing."""

from collections.abc import Mapping
from datetime import datetime

from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.platforms.base import Record, ScopesChanged, ShopChanged
from app.platforms.purchases import (
    Address,
    Fulfillment,
    LineItem,
    Order,
    OrderState,
    Parcel,
    Person,
    Refund,
    Scan,
)
from app.platforms.shopify.orders import PAID
from app.platforms.shopify.shipping import FAILED, STATUSES, UNKNOWN, WAITING


def shop(data: Json) -> tuple[ShopChanged, ScopesChanged]:
    """Return what ShopInfo says of the store, and what the merchant lets us do."""
    info = reading.object_(data, "shop")
    granted = reading.objects(reading.object_(data, "currentAppInstallation"), "accessScopes")
    return (
        ShopChanged(
            name=reading.text(info, "name"),
            url=(reading.text(reading.object_(info, "primaryDomain"), "url") or "").rstrip("/") or None,
            email=reading.text(info, "contactEmail"),
            timezone=reading.text(info, "ianaTimezone"),
            currency=reading.text(info, "currencyCode"),
            country=reading.text(reading.object_(info, "shopAddress"), "countryCodeV2"),
        ),
        ScopesChanged(scopes=tuple(reading.required(scope, "handle") for scope in granted)),
    )


def changed(data: Json) -> tuple[dict[str, datetime], str | None]:
    """Return which orders changed when, and where the next page begins; None where this is the last.

    Raises Unreadable where there is no list.
    """
    if not isinstance(data.get("orders"), dict):
        raise Unreadable("it lists no orders")
    page = reading.object_(reading.object_(data, "orders"), "pageInfo")
    found = {_id(node): reading.required_moment(node, "updatedAt") for node in _nodes(data, "orders")}
    return found, reading.text(page, "endCursor") if page.get("hasNextPage") is True else None


def order(node: Json) -> tuple[Record, ...]:
    """Return an order with its fulfillments, their scans, and its refunds."""
    external_id = _id(node)
    currency = reading.required(node, "currencyCode")
    cancelled_at = reading.moment(node, "cancelledAt")
    paid = (reading.text(node, "displayFinancialStatus") or "").lower() in PAID
    refunds = [_refund(data, external_id, currency) for data in reading.objects(node, "refunds")]
    record = Order(
        external_id=external_id,
        updated_at=reading.required_moment(node, "updatedAt"),
        state=OrderState.CANCELLED if cancelled_at else OrderState.PLACED if paid else OrderState.OPEN,
        name=reading.required(node, "name"),
        currency=currency,
        total=_money(node, "totalPriceSet", currency),
        refunded=sum(refund.amount for refund in refunds),
        person=_person(node),
        ship_to=_address(reading.object_(node, "shippingAddress")),
        shipping=reading.text(reading.object_(node, "shippingLine"), "title"),
        tags=tuple(reading.texts(node, "tags")),
        items=tuple(
            _item(line, currency) for line in _nodes(node, "lineItems") if line.get("currentQuantity")
        ),
        created_at=reading.required_moment(node, "createdAt"),
        placed_at=reading.moment(node, "processedAt") if paid else None,
        cancelled_at=cancelled_at,
        is_test=node.get("test") is True,
        is_fulfilled=reading.text(node, "displayFulfillmentStatus") == "FULFILLED",
        checkout_token=reading.text(node, "checkoutToken"),
        cart_token=reading.text(node, "cartToken"),
        status_url=reading.text(node, "statusPageUrl"),
    )
    sent = [found for data in reading.objects(node, "fulfillments") for found in _sent(data, external_id)]
    return (record, *sent, *refunds)


def scans_of(data: Json, orders: Mapping[str, str]) -> tuple[Scan, ...]:
    """Return what the events of several fulfillments say; `orders` names each one's."""
    sent = [(_id(node), node) for node in reading.objects(data, "nodes") if node.get("events")]
    return tuple(
        scan for ident, node in sent if ident in orders for scan in scans(node, ident, orders[ident])
    )


def count(data: Json) -> int | None:
    """Return how many orders OrdersCount tells of."""
    return reading.whole(reading.object_(data, "ordersCount"), "count")


def scans(node: Json, fulfillment_id: str, order_id: str) -> tuple[Scan, ...]:
    """Return what a fulfillment's events say."""
    return tuple(_scan(event, fulfillment_id, order_id) for event in _nodes(node, "events"))


def _sent(node: Json, order_id: str) -> tuple[Record, ...]:
    status = (reading.text(node, "status") or "").lower()
    parcels = tuple(
        Parcel(
            number=reading.text(parcel, "number"),
            carrier=reading.text(parcel, "company"),
            url=reading.text(parcel, "url"),
        )
        for parcel in reading.objects(node, "trackingInfo")
        if reading.text(parcel, "number")
    )
    if status in WAITING and not parcels:
        return ()
    fulfillment = Fulfillment(
        external_id=_id(node),
        order_id=order_id,
        updated_at=reading.required_moment(node, "updatedAt"),
        shipped_at=reading.required_moment(node, "createdAt"),
        cancelled=status in FAILED,
        parcels=parcels,
        items=tuple(
            (_id(reading.object_(line, "lineItem")), reading.whole(line, "quantity") or 0)
            for line in _nodes(node, "fulfillmentLineItems")
        ),
    )
    return (fulfillment, *scans(node, fulfillment.external_id, order_id))


def _scan(node: Json, fulfillment_id: str, order_id: str) -> Scan:
    raw_status = reading.required(node, "status").lower()
    status, detail = STATUSES.get(raw_status, UNKNOWN)
    return Scan(
        external_id=_id(node),
        fulfillment_id=fulfillment_id,
        order_id=order_id,
        status=status,
        detail=detail,
        raw_status=raw_status,
        text=reading.text(node, "message"),
        happened_at=reading.required_moment(node, "happenedAt"),
        city=reading.text(node, "city"),
        region=reading.text(node, "province"),
        country=reading.text(node, "country"),
        expected_at=reading.moment(node, "estimatedDeliveryAt"),
    )


def _refund(node: Json, order_id: str, currency: str) -> Refund:
    return Refund(
        external_id=_id(node),
        order_id=order_id,
        amount=_money(node, "totalRefundedSet", currency),
        currency=currency,
        created_at=reading.required_moment(node, "processedAt"),
    )


def _item(node: Json, currency: str) -> LineItem:
    return LineItem(
        external_id=_id(node),
        title=reading.text(node, "title") or "Item",
        quantity=reading.whole(node, "currentQuantity") or 0,
        variant_title=reading.text(node, "variantTitle"),
        sku=reading.text(node, "sku"),
        price=_money(node, "originalUnitPriceSet", currency),
        image_url=reading.text(reading.object_(node, "image"), "url"),
        product_id=_maybe_id(node, "product"),
        variant_id=_maybe_id(node, "variant"),
    )


def _person(node: Json) -> Person:
    customer, place = reading.object_(node, "customer"), reading.object_(node, "shippingAddress")
    return Person(
        external_id=_maybe_id(node, "customer"),
        email=reading.text(node, "email"),
        phone=reading.phone(reading.text(node, "phone"), reading.text(place, "countryCodeV2")),
        first_name=reading.text(customer, "firstName") or reading.text(place, "firstName"),
        last_name=reading.text(customer, "lastName") or reading.text(place, "lastName"),
        locale=reading.text(node, "customerLocale"),
        updated_at=reading.moment(customer, "updatedAt"),
    )


def _address(place: Json) -> Address | None:
    if not place:
        return None
    return Address(
        first_name=reading.text(place, "firstName"),
        last_name=reading.text(place, "lastName"),
        line1=reading.text(place, "address1"),
        line2=reading.text(place, "address2"),
        city=reading.text(place, "city"),
        region=reading.text(place, "provinceCode"),
        postcode=reading.text(place, "zip"),
        country=reading.text(place, "countryCodeV2"),
    )


def _nodes(node: Json, connection: str) -> list[Json]:
    return reading.objects(reading.object_(node, connection), "nodes")


def _money(node: Json, bag: str, currency: str) -> int:
    return reading.amount(reading.object_(reading.object_(node, bag), "shopMoney"), "amount", currency)


def _id(node: Json) -> str:
    """Return the number that webhooks use, of an id such as gid://shopify/Order/1042."""
    return reading.required(node, "id").rpartition("/")[2]


def _maybe_id(node: Json, name: str) -> str | None:
    inner = reading.object_(node, name)
    return _id(inner) if inner else None
