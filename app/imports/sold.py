"""Orders in a merchant's table: Shopify's own export, with a line for each item, or one's own; pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from app.imports.cells import ARRIVED, CARRIER, SHIPPED, Home, Odd, Values, mailbox, moment, number_of
from app.imports.table import first
from app.lib import money, reading
from app.lib.words import merchant_sentence
from app.platforms.purchases import Address, LineItem, Order, OrderState, Parcel, Person
from app.vocabulary import PlatformKey

OF_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
"""As of when a file tells of an order: whatever the store itself says is newer."""
PREFIX = "file:"
"""What the id of an order begins with that has none of the store's."""
NAME = ("name", "ordernumber", "ordername", "order", "orderid")
PLACED = ("paidat", "createdat", "orderdate", "dateplaced", "placedat", "date")
TOTAL = ("total", "ordertotal", "amount")
ITEM = ("lineitemname", "item", "itemname", "product", "productname")
STATUS = ("financialstatus", "status", "orderstatus")
UNPAID = ("pending", "authorized", "voided", "onhold", "failed", "expired", "draft", "unpaid")
CALLED_OFF = ("cancelled", "canceled")
MOST_LINES = 500
"""Of one order."""


class Sold(NamedTuple):
    """An order of a file, and the parcel that a line of it names."""

    order: Order
    parcel: Parcel | None
    shipped_at: datetime | None
    delivered_at: datetime | None


def fits(columns: Collection[str]) -> bool:
    """Tell whether a table is one of orders: it names them, who bought, when, and for how much."""
    sets = (NAME, ("email", "customeremail", "billingemail"), PLACED, TOTAL)
    return all(not set(names).isdisjoint(columns) for names in sets)


def thing(values: Values) -> str | None:
    """Return which order a line is about."""
    return first(values, *NAME)


def read(rows: Sequence[Values], home: Home) -> Sold:
    """Return the order that lines tell of; what only the first of them says counts for all. Raises Odd."""
    if len(rows) > MOST_LINES:
        raise Odd(merchant_sentence("It has more than 500 lines."))
    whole = _joined(rows)
    name = first(whole, *NAME)
    placed_at = moment(first(whole, *PLACED))
    if not name or placed_at is None:
        raise Odd(merchant_sentence("It lacks the order’s number or its date."))
    currency = (first(whole, "currency", "ordercurrency") or home.currency).upper()
    if not (currency.isascii() and currency.isalpha() and len(currency) == len("USD")):
        raise Odd(merchant_sentence("Its currency is none. Write it as USD."))
    number, cancelled_at = number_of(whole), moment(first(whole, "cancelledat", "canceledat"))
    state = _state(whole, is_cancelled=cancelled_at is not None)
    order = Order(
        external_id=_ident(whole, name, home),
        updated_at=OF_BEFORE,
        state=state,
        name=f"#{name.lstrip('#')}",
        currency=currency,
        total=_money(whole, currency, *TOTAL),
        refunded=_money(whole, currency, "refundedamount", "refunded"),
        person=_person(whole, home),
        ship_to=_address(whole),
        shipping=first(whole, "shippingmethod"),
        items=_items(rows, currency),
        created_at=moment(first(whole, "createdat")) or placed_at,
        placed_at=placed_at if state is OrderState.PLACED else None,
        cancelled_at=(cancelled_at or placed_at) if state is OrderState.CANCELLED else None,
        is_fulfilled=_plain(first(whole, "fulfillmentstatus")) == "fulfilled" or number is not None,
    )
    return Sold(
        order=order,
        parcel=Parcel(number=number, carrier=first(whole, *CARRIER)) if number else None,
        shipped_at=moment(first(whole, *SHIPPED)),
        delivered_at=moment(first(whole, *ARRIVED)),
    )


def _joined(rows: Sequence[Values]) -> Values:
    """Return for each column the first value that a line of the order has."""
    joined: dict[str, str] = {}
    for values in rows:
        for column, value in values.items():
            joined.setdefault(column, value)
    return joined


def _ident(whole: Values, name: str, home: Home) -> str:
    """Return the store's own id, where it is the store's own export; else one of the file's."""
    is_theirs = home.platform is PlatformKey.SHOPIFY and "financialstatus" in whole
    ident = whole.get("id", "").removeprefix("gid://shopify/Order/")
    return ident if is_theirs and ident.isascii() and ident.isdecimal() else f"{PREFIX}{name.lstrip('#')}"


def _state(whole: Values, *, is_cancelled: bool) -> OrderState:
    status = _plain(first(whole, *STATUS))
    if is_cancelled or status in CALLED_OFF:
        return OrderState.CANCELLED
    return OrderState.OPEN if status in UNPAID else OrderState.PLACED


def _person(whole: Values, home: Home) -> Person:
    names = (first(whole, "shippingname", "customername", "billingname") or "").split(maxsplit=1)
    return Person(
        email=mailbox(first(whole, "email", "customeremail", "billingemail")),
        phone=reading.phone(first(whole, "phone", "shippingphone", "billingphone"), home.country),
        first_name=first(whole, "firstname", "shippingfirstname") or (names[0] if names else None),
        last_name=first(whole, "lastname", "shippinglastname") or (names[1] if names[1:] else None),
    )


def _address(whole: Values) -> Address | None:
    country = (first(whole, "shippingcountry", "shippingcountrycode", "countrycode", "country") or "").upper()
    if len(country) != len("US"):
        return None
    return Address(
        line1=first(whole, "shippingaddress1", "shippingstreet", "address"),
        line2=first(whole, "shippingaddress2"),
        city=first(whole, "shippingcity", "city"),
        region=first(whole, "shippingprovince", "shippingstate", "state"),
        postcode=first(whole, "shippingzip", "shippingpostcode", "zip", "postcode"),
        country=country,
    )


def _items(rows: Sequence[Values], currency: str) -> tuple[LineItem, ...]:
    found = (_item(position, values, currency) for position, values in enumerate(rows))
    return tuple(item for item in found if item is not None)


def _item(position: int, values: Values, currency: str) -> LineItem | None:
    title = first(values, *ITEM)
    if title is None:
        return None
    written = first(values, "lineitemquantity", "quantity", "qty") or "1"
    if not (written.isdecimal() and len(written) < len("1000000")):
        raise Odd(merchant_sentence("A quantity of it is no whole number."))
    return LineItem(
        external_id=f"line-{position}",
        title=title,
        quantity=int(written),
        sku=first(values, "lineitemsku", "sku"),
        price=_money(values, currency, "lineitemprice", "itemprice", "price"),
    )


def _money(values: Values, currency: str, *names: str) -> int:
    try:
        return money.minor(first(values, *names), currency)
    except ValueError as error:
        raise Odd(merchant_sentence("An amount of it cannot be read. Write amounts as 1234.50.")) from error


def _plain(status: str | None) -> str:
    return (status or "").lower().replace(" ", "").replace("-", "").replace("_", "").removeprefix("wc")
