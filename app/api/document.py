"""The OpenAPI document: made of the routes themselves, so that it cannot say anything else."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.api.routes import REFUSALS, Route
from app.api.shapes import Nothing, Problem
from app.lib.config import settings

Json = dict[str, Any]
REFS = "#/components/schemas/{model}"
NAMED = re.compile(r"<(?:int(?:\([^)]*\))?:)?(\w+)>")


def join(blueprint: Blueprint, prefix: str, routes: Sequence[Route]) -> None:
    """Let the document be read by anybody: it says nothing of any shop."""

    @cache
    def made() -> Json:
        return document(prefix, routes)

    def openapi() -> Response:
        return jsonify(made())

    blueprint.add_url_rule("/openapi.json", "openapi", openapi)


def document(prefix: str, routes: Sequence[Route]) -> Json:
    """Return it."""
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(prefix + NAMED.sub(r"{\1}", route.path), {})[route.method.lower()] = _operation(
            route
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Doorstep",
            "version": "1",
            "description": "What the merchant’s pages do, for their own programs. Times are UTC.",
        },
        "servers": [{"url": settings().url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(routes),
        },
    }


def _operation(route: Route) -> Json:
    answers = {str(int(route.status)): _answer(route.says, route.answer)}
    answers |= {str(int(it)): _answer(REFUSALS[it].capitalize() + ".", Problem) for it in route.refuses}
    told: Json = {
        "operationId": route.name,
        "summary": route.says,
        "tags": [route.name.partition("_")[0]],
        "description": f"Needs a key for `{route.scope}`.",
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": answers,
    }
    if route.body is not Nothing:
        schema = {"$ref": REFS.format(model=route.body.__name__)}
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _answer(says: str, shape: type[BaseModel]) -> Json:
    schema = {"$ref": REFS.format(model=shape.__name__)}
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _in_path(route: Route) -> list[Json]:
    return [
        {"name": found.group(1), "in": "path", "required": True, "schema": _of_place(found.group(0))}
        for found in NAMED.finditer(route.path)
    ]


def _of_place(written: str) -> Json:
    return {"type": "integer", "minimum": 0} if written.startswith("<int") else {"type": "string"}


def _in_query(route: Route) -> list[Json]:
    if route.query is Nothing:
        return []
    schema = route.query.model_json_schema(ref_template=REFS)
    return [
        {"name": name, "in": "query", "required": False, "schema": told}
        for name, told in schema["properties"].items()
    ]


def _schemas(routes: Sequence[Route]) -> Json:
    answers: set[type[BaseModel]] = {Problem, *(route.answer for route in routes)}
    bodies = {route.body for route in routes} - {Nothing}
    given: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    given += [(shape, "serialization") for shape in answers]
    given += [(shape, "validation") for shape in bodies]
    _, told = models_json_schema(sorted(given, key=lambda it: it[0].__name__), ref_template=REFS)
    schemas: Json = told["$defs"]
    return schemas
