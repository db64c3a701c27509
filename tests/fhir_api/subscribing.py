"""A client's wish to be told, and something new in a record."""

import json
from datetime import UTC, datetime

from medkarta.foundation.ids import new_uuid
from medkarta.record.actions.store import put


def wish(hook, criteria, **changes):
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "новые анализы",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": hook},
        **changes,
    }


def subscribed(machine, token, hook, criteria, **changes):
    heard = machine.call("POST", "Subscription", token, wish(hook, criteria, **changes))
    assert heard.status == 201, heard.body
    return "Subscription/" + heard.json["id"]


def measured(held, code="718-7"):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{held.patient}"},
    }


def counted(url, *codes):
    """A value set of LOINC's codes."""
    include = [{"system": "http://loinc.org", "concept": [{"code": one} for one in codes]}]
    body = {"resourceType": "ValueSet", "status": "active", "url": url}
    return {**body, "compose": {"include": include}}


def kept(machine, token, resource):
    """The path of a shared resource that a clinic wrote."""
    heard = machine.call("POST", resource["resourceType"], token, resource)
    assert heard.status == 201, heard.body
    return f"{resource['resourceType']}/{heard.json['id']}"


def write(held, code="718-7"):
    """Something new in a record."""
    resource = measured(held, code)
    now = datetime.now(UTC)
    put(owner=held.owner, resource_id=new_uuid(), text=json.dumps(resource), now=now)
