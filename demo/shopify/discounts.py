"""Ridge & Pine's discount codes, as the Admin API makes, adds, shows and deletes them."""

from datetime import datetime

from app.lib import clock
from demo.shopify.listed import gid, time
from demo.stores import Json, Shelf

MOST_CODES = 250


def root(shelf: Shelf) -> Json:
    """Return what queries and mutations about discounts begin with."""
    return {
        "codeDiscountNodeByCode": lambda **asked: _by_code(shelf, asked["code"]),
        "discountCodeBasicCreate": lambda **asked: _create(shelf, asked["basicCodeDiscount"]),
        "discountRedeemCodeBulkAdd": lambda **asked: _add(shelf, asked["discountId"], asked["codes"]),
        "discountRedeemCodeBulkCreation": lambda **asked: _adding(shelf, asked["id"]),
        "discountCodeRedeemCodeBulkDelete": lambda **asked: _delete(
            shelf, asked["discountId"], asked.get("ids") or []
        ),
    }


def codes(shelf: Shelf) -> dict[str, Json]:
    """Return every code that there is, with its discount."""
    return {
        row["code"]: {**row, **(shelf.get("discount", row["discount"]) or {})} for row in shelf.every("code")
    }


def redeem(shelf: Shelf, code: str) -> bool:
    """Let a shopper use a code; False where it is worth nothing (any more)."""
    found = codes(shelf).get(code.upper())
    if found is None or found["used"] >= found["usageLimit"] or clock.now() > _moment(found["endsAt"]):
        return False
    shelf.put("code", code.upper(), {**_row(shelf, code), "used": found["used"] + 1})
    return True


def _by_code(shelf: Shelf, code: str) -> Json | None:
    row = shelf.get("code", code.upper())
    return _node(shelf, row["discount"]) if row else None


def _create(shelf: Shelf, asked: Json) -> Json:
    if shelf.get("code", asked["code"].upper()):
        return _refused("codeDiscountNode", ["basicCodeDiscount", "code"], "TAKEN", "Code must be unique.")
    if _moment(asked["endsAt"]) <= _moment(asked["startsAt"]):
        field = ["basicCodeDiscount", "endsAt"]
        return _refused(
            "codeDiscountNode", field, "END_DATE_BEFORE_START_DATE", "Ends at needs to be after starts_at"
        )
    ident = gid("DiscountCodeNode", shelf.take_number("discount"))
    shelf.put(
        "discount",
        ident,
        {
            "title": asked["title"],
            "startsAt": _moment(asked["startsAt"]).isoformat(),
            "endsAt": _moment(asked["endsAt"]).isoformat(),
            "usageLimit": asked["usageLimit"],
            "percentage": asked["customerGets"]["value"]["percentage"],
        },
    )
    _keep(shelf, ident, asked["code"])
    return {"codeDiscountNode": _node(shelf, ident), "userErrors": []}


def _add(shelf: Shelf, discount: str, wanted: list[Json]) -> Json:
    if shelf.get("discount", discount) is None:
        return _refused("bulkCreation", ["discountId"], "INVALID", "Code discount does not exist.")
    if len(wanted) > MOST_CODES:
        return _refused("bulkCreation", ["codes"], "TOO_MANY_ARGUMENTS", "Too many codes.")
    ident = gid("DiscountRedeemCodeBulkCreation", shelf.take_number("adding"))
    rows = []
    for code in (str(it["code"]).upper() for it in wanted):
        is_taken = shelf.get("code", code) is not None
        if not is_taken:
            _keep(shelf, discount, code)
        rows.append({"code": code, "taken": is_taken})
    shelf.put("adding", ident, {"discount": discount, "rows": rows, "looks": 0})
    return {"bulkCreation": _work(shelf, ident, rows, done=False), "userErrors": []}


def _adding(shelf: Shelf, ident: str) -> Json | None:
    """Show the adding of codes: under way when it is first asked about, done after that."""
    kept = shelf.get("adding", ident)
    if kept is None:
        return None
    shelf.put("adding", ident, {**kept, "looks": kept["looks"] + 1})
    return _work(shelf, ident, kept["rows"], done=kept["looks"] > 0)


def _delete(shelf: Shelf, discount: str, ids: list[str]) -> Json:
    if shelf.get("discount", discount) is None:
        return _refused("job", ["discountId"], "INVALID", "Code discount does not exist.")
    for code, row in codes(shelf).items():
        if row["discount"] == discount and row["id"] in ids:
            shelf.drop("code", code)
    return {"job": {"id": gid("Job", shelf.take_number("job")), "done": False}, "userErrors": []}


def _node(shelf: Shelf, ident: str) -> Json:
    kept = shelf.get("discount", ident) or {}

    def listed(query: str | None = None, **_: object) -> list[Json]:
        wanted = (query or "").removeprefix("code:").upper()
        mine = [row for row in shelf.every("code") if row["discount"] == ident]
        return [_code(row) for row in mine if wanted in ("", row["code"])]

    basic = {
        "__typename": "DiscountCodeBasic",
        "title": kept.get("title"),
        "startsAt": time(_moment(kept["startsAt"])),
        "endsAt": time(_moment(kept["endsAt"])),
        "usageLimit": kept.get("usageLimit"),
        "codes": listed,
    }
    return {"__typename": "DiscountCodeNode", "id": ident, "codeDiscount": basic}


def _code(row: Json) -> Json:
    return {"id": row["id"], "code": row["code"], "asyncUsageCount": row["used"]}


def _work(shelf: Shelf, ident: str, rows: list[Json], *, done: bool) -> Json:
    taken = [{"code": "TAKEN", "message": "Code must be unique.", "field": ["code"]}]
    shown = [
        {
            "code": row["code"],
            "errors": taken if row["taken"] else [],
            "discountRedeemCode": _code(_row(shelf, row["code"])) if done and not row["taken"] else None,
        }
        for row in rows
    ]
    return {"id": ident, "done": done, "codes": shown, "codesCount": len(rows)}


def _keep(shelf: Shelf, discount: str, code: str) -> None:
    ident = gid("DiscountRedeemCode", shelf.take_number("redeem-code"))
    shelf.put("code", code.upper(), {"code": code.upper(), "id": ident, "discount": discount, "used": 0})


def _row(shelf: Shelf, code: str) -> Json:
    return shelf.get("code", code.upper()) or {}


def _refused(what: str, field: list[str], code: str, message: str) -> Json:
    return {what: None, "userErrors": [{"field": field, "code": code, "message": message}]}


def _moment(written: str | datetime) -> datetime:
    return written if isinstance(written, datetime) else datetime.fromisoformat(written)
