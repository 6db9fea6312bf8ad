"""What AfterShip answers about parcels, saved as JSON: written out as a table, a line for each checkpoint."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import IO

from app.imports.table import NoTable
from app.lib import reading
from app.lib.reading import Json
from app.lib.words import merchant_sentence

LONGEST = 10_000_000
"""Bytes: a JSON file is held whole."""
TOO_LONG = merchant_sentence("A JSON file may have 10 MB. Save it in several parts.")
NONE = merchant_sentence("It is no list of AfterShip’s trackings.")
OF_TRACKING = (
    "tracking_number",
    "slug",
    "order_number",
    "order_id",
    "shipment_pickup_date",
    "shipment_delivery_date",
)
OF_CHECKPOINT = ("checkpoint_time", "tag", "subtag", "message", "city", "state", "country_region", "location")


def is_json(begins: bytes) -> bool:
    """Tell whether a file that begins so is JSON."""
    return begins.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def as_table(source: IO[bytes]) -> Iterator[bytes]:
    """Yield a file as a table, line by line; raises NoTable."""
    content = source.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise NoTable(TOO_LONG)
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NoTable(NONE) from error
    trackings = _trackings(said)
    if not trackings:
        raise NoTable(NONE)
    yield _line([*OF_TRACKING, *OF_CHECKPOINT])
    for tracking in trackings:
        begins = [reading.text(tracking, name) or "" for name in OF_TRACKING]
        checkpoints: list[Json] = reading.objects(tracking, "checkpoints") or [{}]
        for checkpoint in checkpoints:
            yield _line([*begins, *(reading.text(checkpoint, name) or "" for name in OF_CHECKPOINT)])


def _trackings(said: object) -> list[Json]:
    """Return the trackings of an answer: of one, of several, or of what was saved of them."""
    if isinstance(said, list):
        found = [it for it in said if isinstance(it, dict)]
    elif isinstance(said, dict):
        data = reading.object_(said, "data") or said
        one = reading.object_(data, "tracking") or (data if "tracking_number" in data else {})
        found = reading.objects(data, "trackings") or ([one] if one else [])
    else:
        found = []
    return [it for it in found if reading.text(it, "tracking_number")]


def _line(cells: list[str]) -> bytes:
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerow(" ".join(cell.split()) for cell in cells)
    return written.getvalue().encode()
