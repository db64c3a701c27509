"""A client's way through an export, and the worker's part in it."""

import json
from datetime import UTC, datetime

from asgi_client import BASE

from medkarta.exports.actions.writing import write_slice
from medkarta.exports.models import Export
from medkarta.exports.rules import State
from medkarta.foundation.ids import decode_uuid

KICK_OFF = "Patient/$export"


def kick_off(machine, token, query="", *, path=KICK_OFF, body=b"", **headers):
    """By POST where there is a body."""
    whole = path + (query and f"?{query}")
    headers = {"prefer": "respond-async", **headers}
    return machine.call("POST" if body else "GET", whole, token, body, **headers)


def asked(machine, token, query="", **more):
    """The address of an export that was taken."""
    heard = kick_off(machine, token, query, **more)
    assert heard.status == 202, heard.body
    return path_of(heard.headers["content-location"])


def parameters(*pairs):
    """A Parameters resource of (name, `value…`, value)."""
    parameter = [{"name": name, kind: value} for name, kind, value in pairs]
    return {"resourceType": "Parameters", "parameter": parameter}


def path_of(address):
    return address.removeprefix(BASE + "/")


def id_of(path):
    return decode_uuid(path.split("/")[1])


def work(path, *, now=None):
    """What the worker does until nothing is left to be written; how many slices it took."""
    for slices in range(50):
        if Export.objects.get(pk=id_of(path)).state != State.RUNNING.value:
            return slices
        write_slice(export_id=id_of(path), now=now or datetime.now(UTC))
    raise AssertionError("it never ends")


def exported(machine, token, query="", **more):
    """The address of an export that is complete, and its manifest."""
    path = asked(machine, token, query, **more)
    work(path)
    heard = machine.get(path, token)
    assert heard.status == 200, heard.body
    return path, heard.json


def lines_of(machine, token, manifest):
    """Everything in the files, by type."""
    found = {}
    for one in manifest["output"]:
        heard = machine.get(path_of(one["url"]), token)
        assert heard.status == 200
        lines = [json.loads(line) for line in heard.body.decode().splitlines()]
        assert len(lines) == one["count"]
        found.setdefault(one["type"], []).extend(lines)
    return found
