"""A product review in a store on WooCommerce: what is written, and what is found there.

The store itself says "verified" of a review whose address bought the product; it cannot be written.
"""

import re
from html import unescape
from typing import Any

from app.lib import reading
from app.lib.reading import Json

ROUTE = "products/reviews"
DUPLICATE, FLOOD = "woocommerce_rest_comment_duplicate", "woocommerce_rest_comment_flood"
"""What a store says of a review that it has, and of one that comes within seconds of another."""


def written(product: str, words: str, author: str, email: str, stars: int) -> Json:
    """Return a review as it is made."""
    return {
        "product_id": int(product),
        "review": words,
        "reviewer": author,
        "reviewer_email": email,
        "rating": stars,
        "status": "approved",
    }


def changed(words: str, author: str, stars: int, *, is_shown: bool) -> Json:
    """Return the change of a review that is there."""
    if not is_shown:
        return {"status": "hold"}
    return {"review": words, "reviewer": author, "rating": stars, "status": "approved"}


def asked(product: str, email: str) -> dict[str, str | int]:
    """Return what to ask for to find a shopper's reviews of a product, hidden ones too."""
    return {"product": int(product), "reviewer_email": email, "status": "all", "per_page": 100}


def same(listed: Any, words: str, stars: int) -> str | None:  # noqa: ANN401 - a stranger's JSON
    """Return the id of the listed review that says just this."""
    rows = listed if isinstance(listed, list) else []
    for row in rows:
        if not isinstance(row, dict) or reading.whole(row, "rating") != stars:
            continue
        if _plain(reading.text(row, "review") or "") == _plain(words):
            return ident(row)
    return None


def ident(row: Any) -> str | None:  # noqa: ANN401 - a stranger's JSON
    """Return what the store calls a review."""
    return reading.text(row, "id") if isinstance(row, dict) else None


def _plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())
