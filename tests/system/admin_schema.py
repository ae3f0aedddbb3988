"""Checks answers of the admin socket against docs/openapi.json, with the part of JSON Schema that it uses."""

import json
import pathlib
import re

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.json").read_text("utf-8"))
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
# Keywords that do not restrict a value.
NOTES = {"description", "format", "default", "discriminator", "title"}


def resolve(schema):
    """The schema that a $ref points to; keywords beside the $ref are ignored."""
    while "$ref" in schema:
        found = DOCUMENT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def faults(value, schema, where="$"):
    """Every difference of the value from its schema, in words."""
    schema = resolve(schema)
    found = []
    for keyword, rule in schema.items():
        if keyword in NOTES:
            continue
        found += CHECKS[keyword](value, rule, where, schema)
    return found


def _type(value, kind, where, _):
    right = isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))
    return [] if right else [f"{where}: {value!r} is no {kind}"]


def _properties(value, properties, where, _):
    if not isinstance(value, dict):
        return []
    return [fault for name, schema in properties.items() if name in value
            for fault in faults(value[name], schema, f"{where}.{name}")]


def _additional(value, allowed, where, schema):
    extra = [] if allowed or not isinstance(value, dict) else sorted(set(value) - set(schema.get("properties", {})))
    return [f"{where}: {name} is not described" for name in extra]


def _required(value, names, where, _):
    return [f"{where}: {name} is missing" for name in names if name not in value]


def _items(value, schema, where, _):
    return [fault for place, each in enumerate(value) for fault in faults(each, schema, f"{where}[{place}]")]


def _one_of(value, schemas, where, _):
    tried = [faults(value, schema, where) for schema in schemas]
    fitting = sum(not each for each in tried)
    return [] if fitting == 1 else [f"{where}: fits {fitting} of {len(schemas)}: {tried}"]


def _check(holds, words):
    return lambda value, rule, where, _: [] if holds(value, rule) else [f"{where}: {value!r} {words} {rule!r}"]


CHECKS = {
    "type": _type, "properties": _properties, "additionalProperties": _additional, "required": _required,
    "items": _items, "oneOf": _one_of,
    "enum": _check(lambda value, rule: value in rule, "is none of"),
    "const": _check(lambda value, rule: value == rule, "is not"),
    "pattern": _check(lambda value, rule: re.search(rule, value), "does not match"),
    "minimum": _check(lambda value, rule: value >= rule, "is below"),
    "maximum": _check(lambda value, rule: value <= rule, "is above"),
    "minLength": _check(lambda value, rule: len(value) >= rule, "is shorter than"),
    "maxLength": _check(lambda value, rule: len(value) <= rule, "is longer than"),
    "minItems": _check(lambda value, rule: len(value) >= rule, "has fewer items than"),
    "maxItems": _check(lambda value, rule: len(value) <= rule, "has more items than"),
}


def _operation(method, target):
    path = target.partition("?")[0]
    for pattern, operations in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", pattern), path):
            return operations.get("get" if method == "HEAD" else method.lower())
    return None


def answer_faults(method, target, answer):
    """Every difference of the answer from docs/openapi.json, in words."""
    operation = _operation(method, target)
    problem = DOCUMENT["components"]["responses"]["Problem"]
    responses = operation["responses"] if operation else {"default": problem}
    described = resolve(responses.get(str(answer.status)) or responses.get("default") or {})
    if not described:
        return [f"{method} {target}: status {answer.status} is not described"]
    found = [f"{name} is not described" for name in ("Idempotency-Replayed", "Retry-After")
             if answer.header(name) and name not in described.get("headers", {})]
    content = described["content"].get((answer.header("Content-Type") or "").partition(";")[0])
    if content is None:
        return [*found, f"{method} {target}: {answer.header('Content-Type')} is not described"]
    if method != "HEAD" and answer.header("Content-Type").endswith("json"):
        found += faults(answer.json(), content["schema"])
    return found
