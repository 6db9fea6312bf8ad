"""A look at one store on Shopify: what the merchant lets us do, and what Shopify hides from us."""

from collections.abc import Collection

from app.lib.words import merchant_sentence
from app.platforms.findings import Finding, Grade, Remedy, good
from app.platforms.shopify.oauth import SCOPES

WHAT_FOR = {
    "read_orders": merchant_sentence("see orders, carts and checkouts"),
    "write_orders": merchant_sentence("leave your flows’ tags and notes on orders"),
    "read_fulfillments": merchant_sentence("see what is sent, and its tracking numbers"),
    "write_fulfillments": merchant_sentence("tell your store where parcels are"),
    "read_customers": merchant_sentence("see shoppers, and what they agreed to"),
    "write_customers": merchant_sentence("tell your store what shoppers agreed to"),
    "read_customer_merge": merchant_sentence("follow when two records of a shopper become one"),
    "read_products": merchant_sentence("see products"),
    "write_products": merchant_sentence("show on products what their reviews come to"),
    "read_inventory": merchant_sentence("see how many of a thing there are"),
    "read_locations": merchant_sentence("see which of your places sell online"),
    "write_discounts": merchant_sentence("make the discount codes that your flows offer"),
    "write_app_proxy": merchant_sentence("show tracking inside your store"),
}
NEEDED = ("read_orders", "read_fulfillments")
"""Without these there is nothing to track."""
ENOUGH = 10
"""Orders without any address before it cannot be chance."""


def scopes(granted: Collection[str]) -> Finding:
    """Return which permissions we ask for and do not have; permission to write lets us read, too."""
    may = {*granted, *(f"read_{it.removeprefix('write_')}" for it in granted if it.startswith("write_"))}
    missing = [scope for scope in SCOPES.split(",") if scope not in may]
    if not missing:
        return good(
            merchant_sentence("Permissions"),
            merchant_sentence("Your store lets Doorstep do everything that it asks for."),
        )
    cannot = "; ".join(f"{WHAT_FOR[scope]} ({scope})" for scope in missing)
    return Finding(
        what=merchant_sentence("Permissions"),
        grade=Grade.BAD if set(missing) & set(NEEDED) else Grade.ODD,
        said=merchant_sentence("Your store does not let Doorstep %(cannot)s.", cannot=cannot),
        mend=merchant_sentence("Open the permissions once more and allow them."),
        remedy=Remedy.RECONNECT,
    )


def addresses(orders: int, with_one: int) -> Finding | None:
    """Return whether Shopify hides shoppers' addresses, as it does from apps without its approval."""
    if orders < ENOUGH or with_one:
        return None
    return Finding(
        what=merchant_sentence("Addresses"),
        grade=Grade.BAD,
        said=merchant_sentence(
            "None of the last %(orders)s orders came with an e-mail address or telephone number: nobody "
            "can be told anything.",
            orders=orders,
        ),
        mend=merchant_sentence(
            "In the Partner Dashboard, open API access → Protected customer data, and ask for name, "
            "address, e-mail and phone."
        ),
    )
