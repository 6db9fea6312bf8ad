"""Tags and notes in a store on WooCommerce, whose core knows no tags: meta data of an order or a customer."""

from app.lib import reading
from app.lib.reading import Json

TAGS = "_doorstep_tags"
"""Meta key; its value is every tag, parted by commas."""


def note(line: str) -> Json:
    """Return a note as it is made: for the store's staff, so that WooCommerce mails nobody."""
    return {"note": f"{line} (Doorstep)", "customer_note": False}


def tagged(record: Json, tag: str) -> Json | None:
    """Return the change of an order or a customer that adds a tag; None where it has it."""
    known = tags(record)
    return None if tag in known else {"meta_data": [{"key": TAGS, "value": ", ".join([*known, tag])}]}


def tags(record: Json) -> list[str]:
    """Return the tags of an order or a customer."""
    for line in reading.objects(record, "meta_data"):
        if line.get("key") == TAGS:
            written = (part.strip() for part in (reading.text(line, "value") or "").split(","))
            return [tag for tag in written if tag]
    return []
