"""Ridge & Pine's Admin API: executes any operation of the published 2026-10 schema, at Shopify's pace."""

import base64
import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    Visitor,
    build_client_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
    visit,
)

from app.lib import clock
from demo.shopify import bulk, graph
from demo.stores import Json, Shelf

SCHEMA = Path(__file__).parent / "schema-2026-10.json.gz"
BUCKET, RESTORED = 2000.0, 100.0
"""Points that may be spent at once, and those that come back each second."""
DEFAULT_PAGE = 50
IN_BULK = "bulk"
"""The context of a query whose lists are not cut into pages."""


def answer(shelf: Shelf, asked: Json) -> Json:
    """Return what the API answers to an operation, errors and cost included."""
    try:
        document = parse(str(asked.get("query") or ""))
    except GraphQLError as error:
        return {"errors": [dict(error.formatted)]}
    wrong = validate(schema(), document)
    if wrong:
        return {"errors": [{**error.formatted, "extensions": {"code": "undefinedField"}} for error in wrong]}
    cost = _cost(document)
    left = _spend(shelf, cost)
    status = {"maximumAvailable": BUCKET, "currentlyAvailable": max(0, left), "restoreRate": RESTORED}
    said: Json = {"cost": {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status}}
    if left < 0:
        said["cost"]["actualQueryCost"] = None
        return {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": said}
    result = execute_sync(
        schema(),
        document,
        root_value=_root(shelf),
        variable_values=asked.get("variables") or {},
        operation_name=asked.get("operationName"),
        field_resolver=_resolve,
    )
    return {**result.formatted, "extensions": said}


@cache
def schema() -> GraphQLSchema:
    """Return the published schema; it takes a quarter of a second and 90 MB, once, when first asked."""
    introspection = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    return build_client_schema(introspection["data"], assume_valid=True)


def file_of(shelf: Shelf, ident: str) -> bytes:
    """Return what a bulk operation has written: once, as the store was at that moment."""
    kept, row = shelf.get("file", ident), shelf.get("bulk", ident)
    if kept is None and row is not None and bulk.status(row) == "COMPLETED":
        document = parse(row["query"])
        whole = execute_sync(
            schema(), document, root_value=graph.root(shelf), context_value=IN_BULK, field_resolver=_resolve
        )
        lines = list(bulk.lines(whole.data or {}, document, group=row["group"]))
        kept = {"content": b"".join(lines).decode()}
        shelf.put("file", ident, kept)
    return kept["content"].encode() if kept else b""


def _root(shelf: Shelf) -> Json:
    return {
        **graph.root(shelf),
        "bulkOperationRunQuery": lambda **asked: bulk.run(
            shelf, schema(), asked["query"], group=asked["groupObjects"]
        ),
        "bulkOperation": lambda **asked: bulk.found(shelf, asked["id"], file_of(shelf, asked["id"])),
    }


def _resolve(source: Json, info: GraphQLResolveInfo[Any], **asked: Any) -> Any:  # noqa: ANN401 - any value of the graph
    """Return a field of a plain object: called where it can be, cut to the page that was asked for."""
    value = source.get(info.field_name)
    if callable(value):
        value = value(**asked)
    if isinstance(value, list) and asked.get("reverse"):
        value = value[::-1]
    if isinstance(value, list) and get_named_type(info.return_type).name.endswith("Connection"):
        return _page(value, asked | ({"first": len(value)} if info.context == IN_BULK else {}))
    return value[: asked["first"]] if isinstance(value, list) and asked.get("first") else value


def _page(rows: list[Json], asked: Json) -> Json:
    begin = int(base64.b64decode(asked["after"])) if asked.get("after") else 0
    end = begin + (asked.get("first") or asked.get("last") or DEFAULT_PAGE)
    cursors = [base64.b64encode(str(i + 1).encode()).decode() for i in range(begin, min(end, len(rows)))]
    return {
        "nodes": rows[begin:end],
        "edges": [
            {"node": row, "cursor": cursor} for row, cursor in zip(rows[begin:end], cursors, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": end < len(rows),
            "hasPreviousPage": begin > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _cost(document: DocumentNode) -> int:
    """Return what an operation costs: a point for each object that it names."""
    count = 0

    class Counter(Visitor):
        def enter_field(self, field: FieldNode, *_: object) -> None:
            nonlocal count
            count += field.selection_set is not None

    visit(document, Counter())
    return max(count, 1)


def _spend(shelf: Shelf, cost: int) -> float:
    """Take points out of the bucket; returns what is left, less than nothing where it held too few."""
    now = clock.now().timestamp()
    bucket = shelf.get("store", "bucket") or {"points": BUCKET, "at": now}
    points = min(BUCKET, bucket["points"] + (now - bucket["at"]) * RESTORED)
    left = points - cost
    shelf.put("store", "bucket", {"points": left if left >= 0 else points, "at": now})
    return float(left)
