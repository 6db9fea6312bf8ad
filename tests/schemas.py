"""Whether JSON fits a schema of an OpenAPI document: the words of JSON Schema that ours uses, no others."""

import re
from datetime import date, datetime
from typing import Any

Json = dict[str, Any]
KNOWN = {
    *("$ref", "type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items"),
    *("minimum", "maximum", "minLength", "maxLength", "format", "title", "description", "default"),
}
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def misfits(  # noqa: PLR0911 - a word of the schema each
    value: object, schema: Json, document: Json, at: str = "$"
) -> list[str]:
    """Return what of a value does not fit, by its place."""
    unknown = schema.keys() - KNOWN
    if unknown:
        return [f"{at}: this test does not know {sorted(unknown)}"]
    if "$ref" in schema:
        return misfits(value, pointed(schema["$ref"], document), document, at)
    if "anyOf" in schema:
        each = [misfits(value, one, document, at) for one in schema["anyOf"]]
        return [] if any(not found for found in each) else [f"{at}: none of {each}"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is not one of {schema['enum']}"]
    kind = schema.get("type")
    if kind and (not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{at}: {value!r} is no {kind}"]
    if isinstance(value, dict):
        return _of_object(value, schema, document, at)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [it for n, one in enumerate(value) for it in misfits(one, items, document, f"{at}[{n}]")]
    return _of_one(value, schema, at)


def pointed(ref: str, document: Json) -> Json:
    """Return what a reference leads to."""
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def _of_object(value: Json, schema: Json, document: Json, at: str) -> list[str]:
    told, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    wrong = [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, it in value.items():
        if name in told:
            wrong += misfits(it, told[name], document, f"{at}.{name}")
        elif others is False:
            wrong.append(f"{at}: {name} is not in the document")
        elif isinstance(others, dict):
            wrong += misfits(it, others, document, f"{at}.{name}")
    return wrong


def _of_one(value: object, schema: Json, at: str) -> list[str]:
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            return [f"{at}: {len(value)} characters"]
        if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
            return [f"{at}: {value} has no zone"]
        if schema.get("format") == "date" and not (
            re.fullmatch(r"[\d-]{10}", value) and date.fromisoformat(value)
        ):
            return [f"{at}: {value} is no day"]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return [f"{at}: {value} is out of bounds"]
    return []
