"""What apps write into Harbor Goods' orders: private notes, and meta data of their own."""

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Thread

from app.lib import clock
from demo.sales import Sale
from demo.stores import Json, Shelf
from demo.voice import Registered
from demo.woocommerce import wire


def shown(shelf: Shelf, sale: Sale) -> Json:
    """Return an order with the meta data that apps have given it, as of its last change."""
    body, told = wire.order(sale), shelf.get("told", sale.id)
    if told:
        changed_at = max(datetime.fromisoformat(told["at"]), sale.updated_at)
        body |= wire.times("modified", changed_at)
        body["meta_data"] = [*body["meta_data"], *told["meta"]]
    return body


def change(shelf: Shelf, sale: Sale, asked: Json) -> Json:
    """Keep meta data by its key, as WooCommerce does, and announce the order."""
    told = shelf.get("told", sale.id) or {"meta": []}
    given = {line["key"]: line["value"] for line in asked.get("meta_data", ())}
    kept = [line for line in told["meta"] if line["key"] not in given]
    added = [
        {"id": shelf.take_number("meta"), "key": key, "value": value, "display_key": key}
        for key, value in given.items()
    ]
    at = clock.now().astimezone(UTC).replace(microsecond=0)
    shelf.put("told", sale.id, {"at": at.isoformat(), "meta": kept + added})
    body = shown(shelf, sale)
    announce(shelf, [("order.updated", body)])
    return body


def customer(shelf: Shelf, body: Json, asked: Json) -> Json:
    """Return a shopper with the meta data that apps have given them, after keeping what is asked."""
    kept = shelf.get("customer-meta", body["id"]) or {"meta": []}
    given = {line["key"]: line["value"] for line in asked.get("meta_data", ())}
    added = [{"id": shelf.take_number("meta"), "key": key, "value": value} for key, value in given.items()]
    kept["meta"] = [line for line in kept["meta"] if line["key"] not in given] + added
    shelf.put("customer-meta", body["id"], kept)
    return body | {"meta_data": [*body["meta_data"], *kept["meta"]]}


def note(shelf: Shelf, sale: Sale, asked: Json) -> Json:
    """Keep a note; one for the staff announces nothing and mails nobody (one for the shopper would)."""
    ident, now = shelf.take_number("note"), clock.now()
    made = {
        "id": ident,
        "author": "WooCommerce",
        **wire.times("created", now),
        "note": str(asked["note"]),
        "customer_note": bool(asked.get("customer_note")),
    }
    shelf.put("note", f"{sale.id}:{ident}", made)
    return made


def notes(shelf: Shelf, sale: Sale) -> list[Json]:
    """Return an order's notes, newest first."""
    mine = f"{sale.id}:"
    rows = [row for ident, row in shelf.named("note") if ident.startswith(mine)]
    return rows[::-1]


def announce(shelf: Shelf, notices: Iterable[tuple[str, Json]]) -> None:
    """Tell whoever registered a webhook, without keeping whoever asked waiting."""
    voice = Registered(shelf)
    Thread(target=_tell, args=(voice, list(notices)), daemon=True).start()


def _tell(voice: Registered, notices: list[tuple[str, Json]]) -> None:
    for topic, body in notices:
        voice.woocommerce(topic, body)
