"""Harbor Goods' REST API, wc/v3: the routes that an app like ours asks for."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from app.lib import clock
from demo import shoppers, stock, things
from demo.sales import Sale
from demo.stores import Json, Shelf
from demo.woocommerce import auth, told, webhooks, wire

NO_ORDER = "woocommerce_rest_shop_order_invalid_id"
MOST = 100
"""Rows on a page at most."""
SORTED = {
    "date": "date_created_gmt",
    "id": "id",
    "modified": "date_modified_gmt",
    "date_registered": "date_registered",
}
EMAILS = ("new_order", "customer_processing_order", "customer_completed_order", "customer_refunded_order",
          "customer_note", "customer_fulfillment_created", "customer_review_request")  # fmt: skip
OFF_AT_FIRST = ("customer_review_request",)

Answer = tuple[Response, int]

blueprint = Blueprint("rest", __name__)


@blueprint.before_request
def check_keys() -> Answer | None:
    """Let nobody in without keys; by Basic authentication, or in the query for hosts that strip headers."""
    given = request.authorization
    key = (given.username if given else request.args.get("consumer_key")) or ""
    secret = (given.password if given else request.args.get("consumer_secret")) or ""
    try:
        auth.check(_shelf(), request.method, key, secret)
    except auth.NoEntry as closed:
        return wrong(closed.code, closed.message, 401)
    return None


@blueprint.get("/orders")
def orders() -> Answer:
    """List orders, drafts too, as the store does."""
    rows = [told.shown(_shelf(), sale) for sale in _sales()]
    states = [word for word in request.args.get("status", "any").split(",") if word != "any"]
    return listed(
        _within([row for row in rows if (row["status"] in states if states else row["status"] != "trash")])
    )


@blueprint.get("/orders/<int:ident>")
def order(ident: int) -> Answer:
    """Return one order."""
    return _found(_sale(ident), lambda it: told.shown(_shelf(), it), NO_ORDER)


@blueprint.route("/orders/<int:ident>", methods=["PUT", "POST"])
def change_order(ident: int) -> Answer:
    """Give an order meta data."""
    asked = request.get_json(silent=True) or {}
    return _found(_sale(ident), lambda it: told.change(_shelf(), it, asked), NO_ORDER)


@blueprint.get("/orders/<int:ident>/fulfillments")
def fulfillments(ident: int) -> Answer:
    """List the core's own fulfillments of an order."""
    return _found(_sale(ident), wire.fulfillments, NO_ORDER)


@blueprint.get("/orders/<int:ident>/notes")
def notes(ident: int) -> Answer:
    """List an order's notes."""
    return _found(_sale(ident), lambda it: told.notes(_shelf(), it), NO_ORDER)


@blueprint.post("/orders/<int:ident>/notes")
def write_note(ident: int) -> Answer:
    """Add a note to an order."""
    asked = request.get_json(silent=True) or {}
    if not asked.get("note"):
        return wrong("rest_missing_callback_param", "Missing parameter(s): note", 400, params=["note"])
    made, status = _found(_sale(ident), lambda it: told.note(_shelf(), it, asked), NO_ORDER)
    return made, 201 if status == HTTPStatus.OK else status


@blueprint.get("/products")
def products() -> Answer:
    """List products."""
    return listed(_within([_product(thing) for thing in things.HARBOR.values()]))


@blueprint.get("/products/<int:ident>")
def product(ident: int) -> Answer:
    """Return one product."""
    return _found(things.HARBOR.get(ident), _product, "woocommerce_rest_product_invalid_id")


@blueprint.get("/customers")
def customers() -> Answer:
    """List shoppers with an account."""
    known = [shopper for shopper in shoppers.HARBOR if wire.is_registered(shopper)]
    return listed([wire.customer(shopper, opened()) for shopper in known])


@blueprint.route("/customers/<int:ident>", methods=["GET", "PUT", "POST"])
def one_customer(ident: int) -> Answer:
    """Return a shopper with an account, or give them meta data."""
    known = next((it for it in shoppers.HARBOR if it.id == ident and wire.is_registered(it)), None)
    asked = {} if request.method == "GET" else request.get_json(silent=True) or {}
    return _found(
        known,
        lambda it: told.customer(_shelf(), wire.customer(it, opened()), asked),
        "woocommerce_rest_invalid_id",
    )


@blueprint.get("/settings/general/<name>")
def general(name: str) -> Answer:
    """Return the currency, the one general setting that is asked for."""
    found = wire.TEMPLATES["currency"] if name == "woocommerce_currency" else None
    return _found(found, dict, "rest_setting_setting_invalid", "Invalid setting.")


@blueprint.route("/settings/email_<name>/enabled", methods=["GET", "PUT", "POST"])
def email_setting(name: str) -> Answer:
    """Tell or change whether the store sends one of its own mails."""
    if name not in EMAILS:
        return wrong("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    default = "no" if name in OFF_AT_FIRST else "yes"
    kept = _shelf().get("email", name) or {"value": default}
    if request.method != "GET":
        kept = {"value": (request.get_json(silent=True) or {}).get("value", kept["value"])}
        _shelf().put("email", name, kept)
    setting = {
        "id": "enabled",
        "label": "Enable/Disable",
        "description": "",
        "type": "checkbox",
        "default": default,
        "value": kept["value"],
        "group_id": f"email_{name}",
    }
    return jsonify(setting), 200


@blueprint.get("/system_status")
def system_status() -> Answer:
    """Return the versions of everything."""
    return jsonify(wire.TEMPLATES["system_status"]), 200


@blueprint.get("/webhooks")
def list_webhooks() -> Answer:
    """List webhooks, newest first."""
    status = request.args.get("status", "all")
    rows = [hook for hook in _shelf().every("webhook") if status in ("all", hook["status"])]
    return listed([webhooks.shown(hook) for hook in rows])


@blueprint.post("/webhooks")
def create_webhook() -> Answer:
    """Register a webhook."""
    try:
        hook = webhooks.create(_shelf(), request.get_json(silent=True) or {})
    except webhooks.Refused as refused:
        return wrong(refused.code, refused.message, 400, **refused.data)
    return jsonify(webhooks.shown(hook)), 201


@blueprint.route("/webhooks/<int:ident>", methods=["GET", "PUT", "POST"])
def one_webhook(ident: int) -> Answer:
    """Return or change one webhook."""
    asked = {} if request.method == "GET" else request.get_json(silent=True) or {}
    try:
        hook = webhooks.update(_shelf(), ident, asked) if asked else _shelf().get("webhook", ident)
    except webhooks.Refused as refused:
        return wrong(refused.code, refused.message, 400, **refused.data)
    return _found(hook, webhooks.shown, "woocommerce_rest_shop_webhook_invalid_id")


@blueprint.delete("/webhooks/<int:ident>")
def delete_webhook(ident: int) -> Answer:
    """Forget a webhook; webhooks have no trash."""
    if request.args.get("force") not in ("true", "1"):
        return wrong("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
    hook = _shelf().get("webhook", ident)
    _shelf().drop("webhook", ident)
    return _found(hook, webhooks.shown, "woocommerce_rest_shop_webhook_invalid_id")


def wrong(code: str, message: str, status: int, **data: object) -> Answer:
    """Return WooCommerce's form of an error."""
    return jsonify(code=code, message=message, data={"status": status, **data}), status


def _within(rows: list[Json]) -> list[Json]:
    """Return the rows that changed within the window that is asked for."""
    for name, later in (("modified_after", True), ("modified_before", False)):
        moment = request.args.get(name)
        if moment:
            rows = [row for row in rows if (row["date_modified_gmt"] > _gmt(moment)) is later]
    return rows


def listed(rows: list[Json]) -> Answer:
    """Return a page of rows with the headers that say how many there are."""
    sort = SORTED.get(request.args.get("orderby", "date"), "date_created_gmt")
    rows.sort(
        key=lambda row: (row[sort] is not None, row[sort]),
        reverse=request.args.get("order", "desc") == "desc",
    )
    size, page = request.args.get("per_page", 10, int), request.args.get("page", 1, int)
    if not 1 <= size <= MOST:
        sentence = f"per_page must be between 1 (inclusive) and {MOST} (inclusive)"
        details = {"per_page": {"code": "rest_out_of_bounds", "message": sentence, "data": None}}
        invalid = "Invalid parameter(s): per_page"
        return wrong("rest_invalid_param", invalid, 400, params={"per_page": sentence}, details=details)
    pages = -(-len(rows) // size)
    begins = request.args.get("offset", (page - 1) * size, int)
    answer = jsonify(rows[begins : begins + size])
    answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"] = str(len(rows)), str(pages)
    if page < pages:
        query = urlencode({**request.args, "page": page + 1})
        answer.headers["Link"] = f'<{wire.HOME}{request.path}?{query}>; rel="next"'
    return answer, 200


def _found(
    row: Any,  # noqa: ANN401 - whatever `shown` takes
    shown: Callable[[Any], object],
    code: str,
    message: str = "Invalid ID.",
) -> Answer:
    return wrong(code, message, 404) if row is None else (jsonify(shown(row)), 200)


def _product(thing: things.Thing) -> Json:
    there = stock.of(_shelf(), thing.id)
    return wire.product(thing, there.at if _shelf().get("stock", thing.id) else opened(), there.quantity)


def _sales() -> list[Sale]:
    return [Sale.model_validate(row) for row in _shelf().every("sale")]


def _sale(ident: int) -> Sale | None:
    row = _shelf().get("sale", ident)
    return Sale.model_validate(row) if row else None


def _gmt(moment: str) -> str:
    """Return a moment of the query as the wire writes it; the store's own time without dates_are_gmt."""
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        is_gmt = request.args.get("dates_are_gmt") in ("true", "1", "True")
        at = at.replace(tzinfo=UTC if is_gmt else wire.ZONE)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def opened() -> datetime:
    """Return when the store's products and accounts were made: the first day of this year."""
    return clock.now().replace(month=1, day=1, hour=9, minute=0, second=0, microsecond=0)


def _shelf() -> Shelf:
    return Shelf(wire.HOST)
