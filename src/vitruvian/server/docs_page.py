"""The API's page for people: every address with what goes in and comes out, drawn without scripts.

The usual viewers load theirs from elsewhere, which works neither offline nor under our content security policy.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; } h2, h3 { line-height: 1.2; } h4 { margin: 1rem 0 0.25rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.75rem; overflow: auto; border-radius: 6px; margin: 0.25rem 0; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0 0.75rem; }
details[open] { padding-bottom: 0.75rem; }
summary { cursor: pointer; padding: 0.5rem 0; } summary b { display: inline-block; min-width: 4rem; }
table { border-collapse: collapse; width: 100%; }
td:first-child { width: 9rem; } td:nth-child(2):not(:last-child) { width: 9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid var(--line); }
"""

_INTRODUCTION = """<p>Scripts send <code>Authorization: Bearer SESSION</code>; the session is the value of the cookie
that the printed address sets. Bodies are <code>application/json</code>. Every error is an
<a href="#ErrorOut">ErrorOut</a>. The same as a document for programs:
<a href="/api/v1/openapi.json">openapi.json</a>.</p>"""


def docs_page(document: dict[str, Any]) -> str:
    """Return the HTML page of an OpenAPI document."""
    operations = [
        (tag, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for tag in operation.get("tags", ["other"])[:1]
    ]
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(document["info"]["title"])} API</title>',
        '<meta name="viewport" content="width=device-width">',
        f"<style>{_STYLE}</style><h1>{escape(document['info']['title'])} API</h1>{_INTRODUCTION}",
    ]
    for tag in dict.fromkeys(tag for tag, *_ in operations):
        parts.append(f"<h2>{escape(tag.capitalize())}</h2>")
        parts += [_operation(method, path, found) for of, method, path, found in operations if of == tag]
    parts.append("<h2>Types</h2>")
    schemas = document.get("components", {}).get("schemas", {})
    parts += [_type(name, schema) for name, schema in sorted(schemas.items())]
    return "".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{escape(p['name'])}</code><td>{escape(p['in'])}{', required' if p.get('required') else ''}"
        f"<td>{_kind(p.get('schema', {}))}"
        for p in operation.get("parameters", [])
    ]
    inside = f"<h4>Parameters</h4><table>{''.join(rows)}</table>" if rows else ""
    if "requestBody" in operation:
        inside += f"<h4>Body</h4>{_content(operation['requestBody'])}"
    answers = [
        f"<tr><td><code>{escape(status)}</code><td>{_content(found) or escape(found.get('description', ''))}"
        for status, found in sorted(operation.get("responses", {}).items())
        if "HTTPValidationError" not in json.dumps(found)  # FastAPI's own shape, which this server never sends
    ]
    inside += f"<h4>Answers</h4><table>{''.join(answers)}</table>"
    name = escape(operation.get("operationId", ""))
    title = f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code></summary>"
    return f'<details id="{name}">{title}{inside}</details>'


def _content(found: dict[str, Any]) -> str:
    return ", ".join(_kind(content.get("schema", {})) for content in found.get("content", {}).values())


def _kind(schema: dict[str, Any]) -> str:
    """Return a type in a few words, types of ours as links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    default = f", {escape(json.dumps(schema['default']))} when left out" if "default" in schema else ""
    return escape(str(schema.get("type", "anything"))) + default


def _type(name: str, schema: dict[str, Any]) -> str:
    needed = set(schema.get("required", []))
    rows = [
        f"<tr><td><code>{escape(field)}</code><td>{'required' if field in needed else ''}<td>{_kind(found)}"
        for field, found in schema.get("properties", {}).items()
    ]
    about = escape(schema.get("description", ""))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{about}</p><table>{"".join(rows)}</table>'
