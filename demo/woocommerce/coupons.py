"""Harbor Goods' coupons, wc/v3: listed by their code, made, deleted, and used at its checkout."""

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, jsonify, request

from app.lib import clock
from demo.stores import Json, Shelf
from demo.woocommerce import rest, wire
from demo.woocommerce.rest import Answer

blueprint = Blueprint("coupons", __name__)
blueprint.before_request(rest.check_keys)


@blueprint.get("/coupons")
def coupons() -> Answer:
    """List coupons, or the one with a code."""
    code = request.args.get("code", "").lower()
    rows = [row for row in Shelf(wire.HOST).every("coupon") if code in ("", row["code"])]
    return rest.listed(rows)


@blueprint.post("/coupons")
def create() -> Answer:
    """Make a coupon; each code is there once, in small letters."""
    asked, shelf = request.get_json(silent=True) or {}, Shelf(wire.HOST)
    code = str(asked.get("code") or "").lower()
    if not code:
        return rest.wrong("rest_missing_callback_param", "Missing parameter(s): code", 400, params=["code"])
    if any(row["code"] == code for row in shelf.every("coupon")):
        taken = "woocommerce_rest_coupon_code_already_exists"
        return rest.wrong(taken, "The coupon code already exists", 400)
    made = _made(shelf, code, asked)
    shelf.put("coupon", made["id"], made)
    return jsonify(made), HTTPStatus.CREATED


@blueprint.delete("/coupons/<int:ident>")
def delete(ident: int) -> Answer:
    """Delete a coupon for good; without force it would only be thrown away."""
    shelf = Shelf(wire.HOST)
    found = shelf.get("coupon", ident)
    if found is None:
        return rest.wrong("woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.", 404)
    if request.args.get("force") not in ("true", "1"):
        return rest.wrong("woocommerce_rest_trash_not_supported", "Not played here.", 501)
    shelf.drop("coupon", ident)
    return jsonify(found), 200


def redeem(shelf: Shelf, code: str, email: str) -> bool:
    """Let a shopper use a coupon; False where it is none of theirs, or worth nothing (any more)."""
    found = next((row for row in shelf.every("coupon") if row["code"] == code.lower()), None)
    if found is None or email.lower() not in [it.lower() for it in found["email_restrictions"]]:
        return False
    here = clock.now().astimezone(wire.ZONE).replace(tzinfo=None)
    if found["usage_count"] >= found["usage_limit"] or here > datetime.fromisoformat(found["date_expires"]):
        return False
    shelf.put("coupon", found["id"], {**found, "usage_count": found["usage_count"] + 1, "used_by": [email]})
    return True


def _made(shelf: Shelf, code: str, asked: Json) -> Json:
    now = clock.now()
    return {
        "id": 700_000 + shelf.take_number("coupon"),
        "code": code,
        "amount": f"{float(asked.get('amount') or 0):.2f}",
        "status": "publish",
        **wire.times("created", now),
        **wire.times("modified", now),
        "discount_type": asked.get("discount_type", "fixed_cart"),
        "description": asked.get("description", ""),
        "date_expires": asked.get("date_expires"),
        "usage_count": 0,
        "individual_use": bool(asked.get("individual_use")),
        "usage_limit": asked.get("usage_limit"),
        "email_restrictions": asked.get("email_restrictions", []),
        "used_by": [],
        "meta_data": [],
    }
