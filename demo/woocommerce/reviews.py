"""Harbor Goods' product reviews, wc/v3: what apps write, kept as comments are."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify, request

from app.lib import clock
from demo import things
from demo.sales import Sale
from demo.stores import Json, Shelf
from demo.woocommerce import rest, wire
from demo.woocommerce.rest import Answer, wrong

NEEDED = ("product_id", "review", "reviewer", "reviewer_email")
NO_REVIEW = "woocommerce_rest_review_invalid_id"

blueprint = Blueprint("reviews", __name__)
blueprint.before_request(rest.check_keys)


@blueprint.get("/products/reviews")
def reviews() -> Answer:
    """List reviews: approved ones, unless others are asked for."""
    status = request.args.get("status", "approved")
    rows = [row for row in _shelf().every("review") if status in ("all", row["status"])]
    for name, field in (("product", "product_id"), ("reviewer_email", "reviewer_email")):
        if request.args.get(name):
            rows = [row for row in rows if str(row[field]) == request.args[name]]
    return rest.listed([{**_shown(row), "date_created_gmt": row["date_created_gmt"]} for row in rows])


@blueprint.post("/products/reviews")
def create() -> Answer:
    """Add a review; the very same a second time is refused, as WordPress does with comments."""
    asked: Json = request.get_json(silent=True) or {}
    missing = [name for name in NEEDED if name not in asked]
    if missing:
        sentence = f"Missing parameter(s): {', '.join(missing)}"
        return wrong("rest_missing_callback_param", sentence, 400, params=missing)
    if asked["product_id"] not in things.HARBOR:
        return wrong("woocommerce_rest_product_invalid_id", "Invalid product ID.", 404)
    if not asked["review"]:
        return wrong("woocommerce_rest_review_content_invalid", "Invalid review content.", 400)
    same = ("product_id", "review", "reviewer_email")
    if any(all(row[name] == asked[name] for name in same) for row in _shelf().every("review")):
        return wrong("woocommerce_rest_comment_duplicate", "Duplicate comment detected.", 409)
    ident = _shelf().take_number("review")
    now = clock.now().replace(microsecond=0, tzinfo=None).isoformat()
    row = {name: asked[name] for name in NEEDED}
    row |= {"id": ident, "rating": int(asked.get("rating") or 0), "date_created_gmt": now}
    row |= {"status": asked.get("status", "approved")}
    _shelf().put("review", ident, row)
    return jsonify(_shown(row, edit=True)), 201


@blueprint.route("/products/reviews/<int:ident>", methods=["GET", "PUT", "POST"])
def one(ident: int) -> Answer:
    """Return or change one review."""
    row = _shelf().get("review", ident)
    if row is None:
        return wrong(NO_REVIEW, "Invalid review ID.", 404)
    asked: Json = {} if request.method == "GET" else request.get_json(silent=True) or {}
    if "review" in asked and not asked["review"]:
        return wrong("woocommerce_rest_review_content_invalid", "Invalid review content.", 400)
    row |= {name: asked[name] for name in (*NEEDED, "rating", "status") if name in asked}
    _shelf().put("review", ident, row)
    return jsonify(_shown(row, edit=request.method != "GET")), 200


@blueprint.delete("/products/reviews/<int:ident>")
def delete(ident: int) -> Answer:
    """Throw a review away: for good with `force`, else into the trash."""
    row = _shelf().get("review", ident)
    if row is None:
        return wrong(NO_REVIEW, "Invalid review ID.", HTTPStatus.NOT_FOUND)
    if request.args.get("force") in ("true", "1"):
        _shelf().drop("review", ident)
        return jsonify(deleted=True, previous=_shown(row, edit=True)), 200
    _shelf().put("review", ident, row | {"status": "trash"})
    return jsonify(_shown(row | {"status": "trash"}, edit=True)), 200


def _shown(row: Json, *, edit: bool = False) -> Json:
    """Return a review as it is shown: in paragraphs, unless to whoever edits it."""
    thing = things.HARBOR[row["product_id"]]
    told: dict[str, Any] = {
        **row,
        "date_created": row["date_created_gmt"],
        "product_name": thing.title,
        "product_permalink": f"{wire.HOME}/product/{thing.handle}/",
        "verified": _has_bought(row),
        "reviewer_avatar_urls": {},
    }
    return told if edit else told | {"review": f"<p>{row['review']}</p>\n"}


def _has_bought(row: Json) -> bool:
    sales = [Sale.model_validate(sale) for sale in _shelf().every("sale")]
    return any(
        wire.order(sale)["billing"]["email"] == row["reviewer_email"]
        and any(thing == row["product_id"] for thing, _ in sale.lines)
        for sale in sales
    )


def _shelf() -> Shelf:
    return Shelf(wire.HOST)
