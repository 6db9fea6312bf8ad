"""Shopify's bulk operations: the store writes a list down as JSONL, and we read it part by part.

Each line is an object; a child stands below its parent and names it in `__parentId`. A part of the file is
cut anywhere: what may go on in the next part is left to that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import orjson
from requests import codes

from app.lib import reading
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence
from app.platforms.base import Record
from app.platforms.purchases import Fulfillment, Scan
from app.platforms.shopify import answers, listed
from app.platforms.shopify.graphql import OPERATIONS
from app.platforms.walking import Found, Step, read
from app.vocabulary import ShipmentStatus as S

PART = 2**20
"""Bytes that are held at once, unless one single order is longer."""
FILES = {
    Step.ORDERS: "orders",
    Step.SHOPPERS: "shoppers",
    Step.PRODUCTS: "products",
}
CHILDREN = {"LineItem": "lineItems", "ProductVariant": "variants"}
"""Under which name an object holds children of a kind."""
RUNNING = ("CREATED", "RUNNING", "CANCELING")
WAIT = ("OPERATION_IN_PROGRESS", "LIMIT_REACHED")
ARRIVED = "DELIVERED"


class Trouble(StrEnum):
    """Why there is no file."""

    DENIED = "denied"
    """The merchant, or Shopify, does not let us see this."""
    FAILED = "failed"
    """It may well succeed another time."""


class NoFile(Exception):
    """The store did not write the file."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class File:
    """What the store has written; `url` None: nothing, for there was nothing to write."""

    url: str | None
    size: int
    things: int
    """How many orders, shoppers or products it holds."""


class Group(NamedTuple):
    """One object with its children, and at which byte of the file what follows it begins."""

    node: Json
    ends: int


@cache
def document(step: Step) -> str:
    """Return what the store is asked to write down."""
    return (OPERATIONS / "bulk" / f"{FILES[step]}.graphql").read_text()


def begun(data: Json) -> str | None:
    """Return the id of the operation that BulkRun began; None where the store is busy with others.

    Raises NoFile.
    """
    answer = reading.object_(data, "bulkOperationRunQuery")
    wrong = {reading.text(error, "code") or "" for error in reading.objects(answer, "userErrors")}
    if wrong & set(WAIT):
        return None
    if wrong:
        raise NoFile(Trouble.DENIED)
    return reading.required(reading.object_(answer, "bulkOperation"), "id")


def written(data: Json) -> File | None:
    """Return the file that BulkPoll tells of; None while the store still writes. Raises NoFile."""
    operation = reading.object_(data, "bulkOperation")
    status = reading.text(operation, "status")
    if status in RUNNING:
        return None
    if status != "COMPLETED":
        is_denied = reading.text(operation, "errorCode") == "ACCESS_DENIED"
        raise NoFile(Trouble.DENIED if is_denied else Trouble.FAILED)
    return File(
        url=reading.text(operation, "url"),
        size=reading.whole(operation, "fileSize") or 0,
        things=reading.whole(operation, "rootObjectCount") or 0,
    )


def part(file: File, start: int, *, outside: Outside | None = None) -> list[Group]:
    """Return the objects of a file from a byte on, about a megabyte of them; none at its end.

    Raises NoFile where the file is gone, or Unreachable.
    """
    outside = outside or Outside()
    length = PART
    while file.url is not None and start < file.size:
        try:
            content = cut(outside, file.url, start, length)
        except Unreachable as error:
            if error.permanent:
                raise NoFile(Trouble.FAILED) from error
            raise
        is_last = start + len(content) >= file.size
        if len(content) < min(length, file.size - start):
            raise Unreachable(merchant_sentence("the file was cut short"))
        found = list(groups(content, start, is_last=is_last))
        if found or is_last:
            return found
        length *= 2  # one object is longer than that
    return []


def cut(outside: Outside, url: str, start: int, length: int) -> bytes:
    """Return a part of a file, shorter at its end and empty behind it; raises Unreachable."""
    asked = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
    response = outside.get(url, headers=asked)
    if response.status_code == codes.requested_range_not_satisfiable:
        return b""
    if response.status_code == codes.partial_content:
        return response.content
    if response.status_code == codes.ok:  # it does not know parts, and the file is small
        return response.content[start : start + length]
    is_gone = codes.bad_request <= response.status_code < codes.server_error
    raise Unreachable(
        merchant_sentence("the file's server answers %(status)s", status=response.status_code),
        permanent=is_gone,
    )


def groups(content: bytes, start: int, *, is_last: bool) -> Iterator[Group]:
    """Yield the objects in a part of a file that begins at byte `start` of it, each with its children.

    An object that may have more children in the next part is not among them. Raises Unreadable.
    """
    node: Json | None = None
    position = 0
    for line in content.splitlines(keepends=True):
        if not (is_last or line.endswith(b"\n")):
            break
        row = _object(line)
        if row is not None and "__parentId" not in row:
            if node is not None:
                yield Group(node, start + position)
            node = row
        elif row is not None and node is not None:
            _add(node, row)
        position += len(line)
    if node is not None and is_last:
        yield Group(node, start + position)


def found(step: Step, node: Json, currency: str) -> Found:
    """Return one object as the records that it holds."""
    readers = {
        Step.ORDERS: lambda: order(node),
        Step.SHOPPERS: lambda: listed.customer(node),
        Step.PRODUCTS: lambda: (listed.product(node, currency),),
    }
    return read(listed.ident(node), reading.moment(node, "updatedAt"), readers[step])


def order(node: Json) -> tuple[Record, ...]:
    """Return an order as answers.order does; a parcel that has arrived says when, in place of its scans."""
    arrived = {
        listed.ident(sent): sent
        for sent in reading.objects(node, "fulfillments")
        if reading.text(sent, "displayStatus") == ARRIVED
    }
    records = answers.order(node)
    kept = [record for record in records if isinstance(record, Fulfillment)]
    scans = [scan for it in kept for scan in _scans(it, arrived.get(it.external_id, {}))]
    return (*records, *scans)


def _scans(fulfillment: Fulfillment, sent: Json) -> Iterator[Scan]:
    times = (("in_transit", S.IN_TRANSIT, "inTransitAt"), ("delivered", S.DELIVERED, "deliveredAt"))
    for raw_status, status, field in times if sent else ():
        at = reading.moment(sent, field)
        if at is None and status is S.DELIVERED:
            at = fulfillment.updated_at
        if at is not None:
            yield Scan(
                external_id=f"{fulfillment.external_id}:{raw_status}",
                fulfillment_id=fulfillment.external_id,
                order_id=fulfillment.order_id,
                status=status,
                raw_status=raw_status,
                happened_at=at,
            )


def _add(node: Json, child: Json) -> None:
    kind = (reading.text(child, "id") or "").removeprefix("gid://shopify/").partition("/")[0]
    name = CHILDREN.get(kind)
    if name is not None:
        node.setdefault(name, {"nodes": []})["nodes"].append(child)


def _object(line: bytes) -> Json | None:
    if not line.strip():
        return None
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable("a line of the file is no JSON") from error
    return row if isinstance(row, dict) else None
