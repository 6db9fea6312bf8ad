"""A product's rating in a store on Shopify: the standard metafields that themes and search engines read.

https://shopify.dev/docs/apps/build/metafields/list-of-standard-definitions (reviews.rating, .rating_count)
"""

import json
from dataclasses import dataclass

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

NAMESPACE, RATING, COUNT = "reviews", "rating", "rating_count"
SCALE = {"scale_min": "1.0", "scale_max": "5.0"}
STALE = ("STALE_OBJECT", "INVALID_COMPARE_DIGEST")
"""Somebody else wrote there meanwhile."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a store holds of a product; None each: nothing."""

    mean: float | None
    count: int | None
    rating_digest: str | None
    count_digest: str | None


def asked(product: str) -> Json:
    """Return the variables of ProductRating."""
    return {"id": _gid(product)}


def known(data: Json) -> Known | None:
    """Return what the store holds; None where it has no such product."""
    product = reading.object_(data, "product")
    if not product:
        return None
    rating, count = reading.object_(product, "rating"), reading.object_(product, "count")
    return Known(
        _mean(reading.text(rating, "value")),
        _count(reading.text(count, "value")),
        reading.text(rating, "compareDigest"),
        reading.text(count, "compareDigest"),
    )


def written(product: str, mean: float, count: int, there: Known) -> Json:
    """Return the variables of MetafieldsSet, which writes only over what was seen there."""
    of_product = {"ownerId": _gid(product), "namespace": NAMESPACE}
    value = json.dumps({"value": f"{mean:.2f}", **SCALE})
    return {
        "metafields": [
            {
                **of_product,
                "key": RATING,
                "type": "rating",
                "value": value,
                "compareDigest": there.rating_digest,
            },
            {
                **of_product,
                "key": COUNT,
                "type": "number_integer",
                "value": str(count),
                "compareDigest": there.count_digest,
            },
        ]
    }


def emptied(product: str) -> Json:
    """Return the variables of MetafieldsDelete: of a product without reviews nothing is said."""
    of_product = {"ownerId": _gid(product), "namespace": NAMESPACE}
    return {"metafields": [{**of_product, "key": key} for key in (RATING, COUNT)]}


def check(data: Json, mutation: str) -> None:
    """Raise Unreachable where the store refuses what was written: for good, unless another was faster."""
    wrong = reading.objects(reading.object_(data, mutation), "userErrors")
    if wrong:
        codes = {reading.text(error, "code") or "it" for error in wrong}
        raise Unreachable(
            merchant_sentence("Shopify refuses %(names)s", names=", ".join(sorted(codes))),
            permanent=not codes & set(STALE),
        )


def _mean(value: str | None) -> float | None:
    try:
        return float(json.loads(value or "")["value"])
    except (ValueError, TypeError, LookupError):
        return None


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def _gid(product: str) -> str:
    return f"gid://shopify/Product/{product}"
