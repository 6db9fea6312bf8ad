"""Harbor Goods' wc-analytics API: what each shopper has bought in all, guests too."""

from flask import Blueprint, request

from demo import shoppers
from demo.sales import Sale
from demo.shoppers import Shopper
from demo.stores import Json, Shelf
from demo.woocommerce import rest, wire

blueprint = Blueprint("analytics", __name__)
blueprint.before_request(rest.check_keys)


@blueprint.get("/reports/customers")
def customers() -> rest.Answer:
    """List the shoppers with what they bought, before an app came too; every second has an account.

    `customers`: only those with these numbers.
    """
    wanted = {int(it) for it in request.args.get("customers", "").split(",") if it}
    sales = [Sale.model_validate(row) for row in Shelf(wire.HOST).every("sale")]
    paid = [sale for sale in sales if wire.status(sale) not in wire.NOT_PAID]
    rows = [_row(shopper, [s for s in paid if s.shopper == shopper.id]) for shopper in shoppers.HARBOR]
    return rest.listed([row for row in rows if not wanted or row["id"] in wanted])


def _row(shopper: Shopper, sales: list[Sale]) -> Json:
    city, region, country = shopper.town
    count = len(sales) + shopper.id % 4
    spent = round(sum(wire.total(sale) - sale.refunded for sale in sales) / 100 + shopper.id % 4 * 50, 2)
    last = max((sale.placed_at for sale in sales), default=None)
    is_registered = wire.is_registered(shopper)
    opened = wire.times("registered", rest.opened() if is_registered else None)
    return {
        "id": 1000 + shopper.id,
        "user_id": shopper.id if is_registered else 0,
        "username": shopper.email.partition("@")[0] if is_registered else "",
        "name": f"{shopper.first} {shopper.last}",
        "first_name": shopper.first,
        "last_name": shopper.last,
        "email": shopper.email,
        "country": country,
        "city": city,
        "state": region,
        "postcode": shopper.postcode,
        "date_registered": opened["date_registered"],
        "date_last_active": opened["date_registered"],
        "date_last_order": last.astimezone(wire.ZONE).strftime("%Y-%m-%d %H:%M:%S") if last else None,
        "orders_count": count,
        "total_spend": spent,
        "avg_order_value": round(spent / count, 2) if count else 0,
        "date_registered_gmt": opened["date_registered_gmt"],
        "date_last_active_gmt": opened["date_registered_gmt"],
    }
