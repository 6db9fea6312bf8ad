"""Ridge & Pine's bulk operations: a query's whole result as a file of lines, written a moment later."""

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)

from app.lib import clock
from demo.shopify.wire import HOST
from demo.stores import Json, Shelf

CONCURRENT = 5
"""Operations that one app may run at once in one shop (since 2026-01)."""
MOST_CONNECTIONS, DEEPEST = 5, 2
WRITES_FOR = 1.0
"""Seconds that the sample store takes over a file."""
FIRST = 6 * 10**9
LISTS = ("fulfillments", "refunds", "trackingInfo", "transactions", "addresses")
"""Fields of ours that are plain lists in the schema."""


def run(shelf: Shelf, schema: Any, query: str, *, group: bool) -> Json:  # noqa: ANN401 - graphql's own
    """Answer bulkOperationRunQuery."""
    try:
        document = parse(query)
        wrong = [str(error.message) for error in validate(schema, document)] or broken_rules(document)
    except GraphQLError as error:
        wrong = [str(error.message)]
    if wrong:
        return _refused("INVALID", wrong[0], field="query")
    if sum(status(row) == "RUNNING" for row in shelf.every("bulk")) >= CONCURRENT:
        return _refused("LIMIT_REACHED", "Bulk operations limit reached. Please try again later.")
    ident = f"gid://shopify/BulkOperation/{FIRST + shelf.take_number('bulk')}"
    row = {"id": ident, "query": query, "group": group, "at": clock.now().timestamp()}
    shelf.put("bulk", ident, row)
    return {"bulkOperation": shown(row, b"") | {"status": "CREATED"}, "userErrors": []}


def status(row: Json) -> str:
    """Return how far an operation is: a real store takes minutes, the sample store a moment."""
    return row.get("ended") or (
        "RUNNING" if clock.now().timestamp() - row["at"] < WRITES_FOR else "COMPLETED"
    )


def shown(row: Json, content: bytes) -> Json:
    """Return an operation as the API does."""
    is_over = status(row) == "COMPLETED"
    rows = [json.loads(line) for line in content.splitlines()] if is_over else []
    number = row["id"].rpartition("/")[2]
    return {
        "__typename": "BulkOperation",
        "id": row["id"],
        "status": status(row),
        "errorCode": row.get("error"),
        "createdAt": None,
        "completedAt": None,
        "objectCount": str(len(rows)),
        "rootObjectCount": str(sum("__parentId" not in it for it in rows)),
        "fileSize": str(len(content)) if is_over else None,
        "url": f"https://{HOST}/bulk/{number}.jsonl" if is_over and content else None,
        "partialDataUrl": None,
        "query": row["query"],
    }


def found(shelf: Shelf, ident: str, content: bytes) -> Json | None:
    """Answer bulkOperation."""
    row = shelf.get("bulk", ident)
    return shown(row, content) if row else None


def lines(data: Json, document: DocumentNode, *, group: bool) -> list[bytes]:
    """Return a result as lines: each object of a connection on its own, naming its parent.

    It stands right below its parent where that was asked for (`group`), else anywhere after it.
    """
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    rows = [
        row
        for field, value in _connections(operation.selection_set, data)
        for edge in value["edges"]
        for row in _object(_node_of(field), edge["node"], None)
    ]
    rows = rows if group else sorted(rows, key=lambda row: "__parentId" in row)
    return [json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows]


def broken_rules(document: DocumentNode) -> list[str]:
    """Return what a bulk query may not do although the schema lets a plain one do it."""
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    depths = list(_depths(operation.selection_set, 0))
    wrong = []
    if not depths:
        wrong.append("Bulk queries must contain at least one connection.")
    if len(depths) > MOST_CONNECTIONS:
        wrong.append("Bulk queries cannot contain more than 5 connections.")
    if depths and max(depths) > DEEPEST:
        wrong.append("Bulk queries cannot contain connections with a nesting depth greater than 2.")
    if any(_lists_with_connections(operation.selection_set, in_list=False)):
        wrong.append(
            "Queries that contain a connection field within a list field are not currently supported."
        )
    return wrong


def _refused(code: str, message: str, *, field: str | None = None) -> Json:
    error = {"code": code, "field": [field] if field else None, "message": message}
    return {"bulkOperation": None, "userErrors": [error]}


def _object(selection: SelectionSetNode, node: Json, parent: str | None) -> Iterator[Json]:
    inner = list(_connections(selection, node))
    names = {_name(field) for field, _ in inner}
    own = {name: value for name, value in node.items() if name not in names}
    yield own | ({"__parentId": parent} if parent else {})
    for field, value in inner:
        for edge in value["edges"]:
            yield from _object(_node_of(field), edge["node"], node["id"])


def _connections(selection: SelectionSetNode, data: Json) -> Iterator[tuple[FieldNode, Json]]:
    for field in _fields(selection):
        value = data.get(_name(field))
        if isinstance(value, dict) and "edges" in value:
            yield field, value


def _depths(selection: SelectionSetNode, depth: int) -> Iterator[int]:
    for field in _fields(selection):
        inner = field.selection_set
        if inner is None:
            continue
        is_connection = any(_name(it) in ("edges", "nodes") for it in _fields(inner))
        if is_connection:
            yield depth + 1
        yield from _depths(inner, depth + is_connection)


def _lists_with_connections(selection: SelectionSetNode, *, in_list: bool) -> Iterator[bool]:
    for field in _fields(selection):
        if field.selection_set is not None:
            if in_list and any(_name(it) in ("edges", "nodes") for it in _fields(field.selection_set)):
                yield True
            yield from _lists_with_connections(field.selection_set, in_list=in_list or _name(field) in LISTS)


def _node_of(field: FieldNode) -> SelectionSetNode:
    (edges,) = (it for it in _fields(field.selection_set) if _name(it) == "edges")
    (node,) = (it for it in _fields(edges.selection_set) if _name(it) == "node")
    assert node.selection_set is not None
    return node.selection_set


def _fields(selection: SelectionSetNode | None) -> list[FieldNode]:
    return [it for it in (selection.selections if selection else ()) if isinstance(it, FieldNode)]


def _name(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value
