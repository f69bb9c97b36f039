"""An API held against its own published description (a Google API discovery document).

The document lies in the wheel of google-api-python-client, which none of our code is made of: it is
the independent judge of what the stand-in answers and of what the collector asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

Tree = dict[str, "Tree"]

_BOUNDS = {"uint32": (0, 2**32 - 1), "int32": (-(2**31), 2**31 - 1)}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
    "object": dict,
}  # fmt: skip
_ANYWHERE = frozenset({"fields", "prettyPrint", "alt"})


@cache
def document() -> Mapping[str, Any]:
    """Return the static description of the YouTube Data API v3."""
    cached = files("googleapiclient.discovery_cache.documents").joinpath("youtube.v3.json")
    found: Mapping[str, Any] = json.loads(cached.read_text("utf-8"))
    return found


def method(name: str) -> Mapping[str, Any]:
    """Return a method by its name, such as ``comments.list``."""
    resource, _, verb = name.partition(".")
    found: Mapping[str, Any] = document()["resources"][resource]["methods"][verb]
    return found


def request_faults(name: str, params: Mapping[str, str]) -> list[str]:
    """Say what is wrong with a request's parameters."""
    known = method(name)["parameters"]
    faults = [f"{key}: no such parameter" for key in params if key not in {*known, *_ANYWHERE}]
    faults += [f"{key}: is required" for key, rule in known.items()
               if rule.get("required") and key not in params]  # fmt: skip
    for key in params.keys() & known.keys():
        faults += [f"{key}: {fault}" for fault in _value_faults(known[key], params[key])]
    if "fields" in params:
        tree = select(params["fields"])
        faults += [f"fields: {fault}" for fault in _unknown(tree, method(name)["response"])]
    return faults


def answer_faults(name: str, answer: object) -> list[str]:
    """Say where an answer of a method differs from its schema."""
    return list(_faults(method(name)["response"], answer, name))


def select(fields: str) -> Tree:
    """Read a ``fields`` selector: names, commas and parentheses."""
    root: Tree = {}
    stack, last = [root], ""
    for token in re.findall(r"[A-Za-z]+|[(),]|.", fields):
        if token == "(":
            stack.append(stack[-1][last])
        elif token == ")":
            stack.pop()
        elif token != ",":
            if not token.isalpha():
                raise ValueError(f"{token!r} in a fields selector")
            stack[-1][token] = {}
            last = token
    if len(stack) != 1:
        raise ValueError("parentheses in a fields selector")
    return root


def cut(value: Any, tree: Tree) -> Any:
    """Keep of a value what was asked for; an empty tree asks for all of it."""
    if not tree:
        return value
    if isinstance(value, list):
        return [cut(item, tree) for item in value]
    return {key: cut(item, tree[key]) for key, item in value.items() if key in tree}


def _value_faults(rule: Mapping[str, Any], text: str) -> Iterator[str]:
    values = text.split(",") if rule.get("repeated") else [text]
    for value in values:
        if "enum" in rule and value not in rule["enum"]:
            yield f"{value!r} is none of {rule['enum']}"
        if rule["type"] == "integer":
            low, high = int(rule.get("minimum", 0)), int(rule.get("maximum", 2**32 - 1))
            if not value.isdigit() or not low <= int(value) <= high:
                yield f"{value!r} is no number from {low} to {high}"


def _schema(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in rule:
        rule = document()["schemas"][rule["$ref"]]
    return rule


def _faults(rule: Mapping[str, Any], value: object, where: str) -> Iterator[str]:
    rule = _schema(rule)
    expected = _TYPES[rule["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield f"{where}: {type(value).__name__} is no {rule['type']}"
        return
    yield from _scalar_faults(rule, value, where)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(rule["items"], item, f"{where}[{number}]")
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in rule.get("properties", {}):
                yield f"{where}.{key}: no such property"
            else:
                yield from _faults(rule["properties"][key], item, f"{where}.{key}")


def _scalar_faults(rule: Mapping[str, Any], value: object, where: str) -> Iterator[str]:
    if "enum" in rule and value not in rule["enum"]:
        yield f"{where}: {value!r} is none of its values"
    if isinstance(value, int) and rule.get("format") in _BOUNDS:
        low, high = _BOUNDS[rule["format"]]
        if not low <= value <= high:
            yield f"{where}: {value} is out of bounds"
    timed = isinstance(value, str) and rule.get("format") == "date-time"
    if timed and datetime.fromisoformat(str(value)).tzinfo is None:
        yield f"{where}: a time without a zone"


def _unknown(tree: Tree, rule: Mapping[str, Any]) -> Iterator[str]:
    rule = _schema(rule)
    rule = _schema(rule["items"]) if rule["type"] == "array" else rule
    for key, below in tree.items():
        if key not in rule.get("properties", {}):
            yield f"{key}: no such property"
        else:
            yield from _unknown(below, rule["properties"][key])
