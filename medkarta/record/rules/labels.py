"""Security labels: what once was marked stays marked, whoever writes the next version."""

import json

from medkarta.fhir.json_text import JsonObject
from medkarta.record.stored import parse_body

_MEMBERS = ("system", "version", "code", "display", "userSelected")


def dropped_labels(before: str, resource: JsonObject) -> tuple[str, ...]:
    """Labels of the stored text that a new version would lose, each as JSON."""
    if '"security"' not in before:
        return ()
    kept = {_name(label) for label in _labels(resource)}
    lost = [label for label in _labels(parse_body(before)) if _name(label) not in kept]
    return tuple(
        json.dumps({name: label[name] for name in _MEMBERS if name in label}, ensure_ascii=False)
        for label in lost
    )


def _labels(resource: JsonObject) -> list[JsonObject]:
    meta = resource.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    return [one for one in labels if isinstance(one, dict)] if isinstance(labels, list) else []


def _name(label: JsonObject) -> tuple[object, object]:
    return label.get("system"), label.get("code")
