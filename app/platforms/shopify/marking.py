"""Tags and notes in a store on Shopify: what we ask, what we write, what it answers."""

from app.lib import reading
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

SCOPES = {"customer tag": "write_customers", "order tag": "write_orders", "order note": "write_orders"}
"""What leaving each mark takes."""
KINDS = {"customer tag": "Customer", "order tag": "Order"}


def tagged(what: str, whose: str, tag: str) -> Json:
    """Return the variables of TagsAdd, which adds no tag twice."""
    return {"id": f"gid://shopify/{KINDS[what]}/{whose}", "tags": [tag]}


def asked(order: str) -> Json:
    """Return the variables of OrderNote."""
    return {"id": f"gid://shopify/Order/{order}"}


def note(data: Json) -> str | None:
    """Return an order's note; None where the store has no such order."""
    order = reading.object_(data, "order")
    return (reading.text(order, "note") or "") if order else None


def noted(order: str, before: str, line: str) -> Json:
    """Return the variables of OrderNoteUpdate that add a line."""
    return {"input": {"id": f"gid://shopify/Order/{order}", "note": f"{before}\n{line}".strip()}}


def check(data: Json, mutation: str) -> None:
    """Raise Unreachable, for good, where the store refuses what was written."""
    wrong = reading.objects(reading.object_(data, mutation), "userErrors")
    if wrong:  # their sentences may quote what a shopper typed
        fields = {".".join(reading.texts(error, "field")) or "it" for error in wrong}
        raise Unreachable(
            merchant_sentence("Shopify refuses %(names)s", names=", ".join(sorted(fields))), permanent=True
        )
