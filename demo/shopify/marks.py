"""Tags and notes that apps leave at Ridge & Pine."""

from demo.stores import Json, Shelf


def tag(shelf: Shelf, ident: str, tags: list[str]) -> Json:
    """Answer tagsAdd: each tag is there once, however often it is added."""
    kind, _, number = ident.removeprefix("gid://shopify/").partition("/")
    if kind == "Order" and shelf.get("sale", number) is None:
        return {"node": None, "userErrors": [{"field": ["id"], "message": "Order does not exist"}]}
    kept = shelf.get("tags", ident) or {"tags": []}
    shelf.put("tags", ident, {"tags": [*dict.fromkeys([*kept["tags"], *tags])]})
    return {"node": {"__typename": kind, "id": ident}, "userErrors": []}


def tags(shelf: Shelf, ident: str) -> list[str]:
    """Return the tags of an order or a customer."""
    found: list[str] = (shelf.get("tags", ident) or {"tags": []})["tags"]
    return found


def note(shelf: Shelf, ident: str) -> str | None:
    """Return an order's note."""
    kept = shelf.get("order-note", ident)
    return str(kept["note"]) if kept else None


def update(shelf: Shelf, asked: Json) -> Json:
    """Answer orderUpdate, as far as apps like ours use it."""
    ident = str(asked["id"])
    if shelf.get("sale", ident.rpartition("/")[2]) is None:
        return {"order": None, "userErrors": [{"field": ["id"], "message": "Order does not exist"}]}
    shelf.put("order-note", ident, {"note": asked["note"]})
    return {"order": {"id": ident}, "userErrors": []}
