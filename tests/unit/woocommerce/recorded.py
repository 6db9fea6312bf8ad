"""What a live WooCommerce store said, as bodies that a test may change."""

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[2] / "recordings" / "woocommerce"

Json = dict[str, Any]


def body(number: str) -> Json:
    """Return the body of a recorded delivery by its number."""
    (file,) = RECORDED.glob(f"{number}_*.json")
    found: Json = json.loads(json.loads(file.read_text())["body_text"])
    return found


def with_meta(order: Json, key: str, value: object) -> Json:
    """Return an order with one more line of meta data, in place of any under the same key."""
    others = [meta for meta in order["meta_data"] if meta["key"] != key]
    return order | {"meta_data": [*others, {"id": 1, "key": key, "value": value}]}
