"""Metafields of Ridge & Pine's products, as apps write and read them: only what reviews come to."""

import hashlib
import json
import zlib

from demo.stores import Json, Shelf
from demo.things import RIDGE as THINGS

TYPES = {("reviews", "rating"): "rating", ("reviews", "rating_count"): "number_integer"}


def shown(shelf: Shelf, product: Json) -> Json:
    """Return a product that can be asked for its metafields."""
    return product | {"metafield": lambda **asked: _field(shelf, product["id"], asked)}


def write(shelf: Shelf, wanted: list[Json]) -> Json:
    """Answer metafieldsSet: all of it or nothing, and only over what the app has seen."""
    errors = [error for place, row in enumerate(wanted) if (error := _wrong(shelf, row, place))]
    if errors:
        return {"metafields": None, "userErrors": errors}
    for row in wanted:
        shelf.put("metafield", _key(row["ownerId"], row), {"value": row["value"]})
    return {"metafields": [_field(shelf, row["ownerId"], row) for row in wanted], "userErrors": []}


def delete(shelf: Shelf, wanted: list[Json]) -> Json:
    """Answer metafieldsDelete; what is not there is named as nothing."""
    gone = []
    for row in wanted:
        key = _key(row["ownerId"], row)
        known = shelf.get("metafield", key) is not None
        shelf.drop("metafield", key)
        gone.append({**row, "__typename": "MetafieldIdentifier"} if known else None)
    return {"deletedMetafields": gone, "userErrors": []}


def _wrong(shelf: Shelf, row: Json, place: int) -> Json | None:
    kind = TYPES.get((row.get("namespace", ""), row["key"]))
    there = _field(shelf, row["ownerId"], row)
    code = None
    if not any(row["ownerId"].endswith(f"/Product/{ident}") for ident in THINGS):
        code = "INVALID"
    elif kind != row.get("type"):
        code = "INVALID_TYPE"
    elif not _fits(row["value"], kind or ""):
        code = "INVALID_VALUE"
    elif "compareDigest" in row and row["compareDigest"] != (there["compareDigest"] if there else None):
        code = "STALE_OBJECT"
    return code and {"field": ["metafields", str(place)], "code": code, "message": "Not like this."}  # type: ignore[return-value]


def _fits(value: str, kind: str) -> bool:
    try:
        said = json.loads(value)
        return (
            isinstance(said, int)
            if kind == "number_integer"
            else float(said["scale_min"]) <= float(said["value"]) <= float(said["scale_max"])
        )
    except (ValueError, TypeError, LookupError):
        return False


def _field(shelf: Shelf, owner: str, asked: Json) -> Json | None:
    row = shelf.get("metafield", _key(owner, asked))
    if row is None:
        return None
    return {
        "__typename": "Metafield",
        "id": f"gid://shopify/Metafield/{zlib.crc32(_key(owner, asked).encode())}",
        "namespace": asked["namespace"],
        "key": asked["key"],
        "value": row["value"],
        "compareDigest": hashlib.sha256(row["value"].encode()).hexdigest(),
    }


def _key(owner: str, asked: Json) -> str:
    return f"{owner}|{asked['namespace']}|{asked['key']}"
