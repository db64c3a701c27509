"""The cells of the matrix, and the request and the bearer by which each is tried."""

import json
from urllib.parse import quote

from bearers import app, app_token, system_token
from django.utils import timezone
from fhir_policy import ABOUT_NOBODY, EITHER_TYPES, ROLES, SCOPES, WAYS
from fhir_types_world import KEPT, OWNED_TYPES

from medkarta.accounts.session_store import SessionStore
from medkarta.clients.models import Client
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.parameters import parameters_of
from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.record.rules.sharing import WITHOUT_PATIENT

# Not of any record: each client has its own, and none else (test_fhir_api_subscriptions_doors).
_CLIENTS_OWN = {"Subscription"}
TAG = quote("urn:of-the-matrix|marked", safe="")
# One of each way in which a type is in the compartment.
COMPARTMENT = {"Appointment", "AuditEvent", "Coverage", "Observation", "Patient", "Schedule"}
NOTHINGS = "-".join([encode_uuid(new_uuid())] * 2)
# Of all entries' Patients one is in a summary, and of what is told again and again the newest.
_ONE_TYPE = {
    "$everything": "Patient",
    "whole compartment": "Patient",
    "$summary": "Patient",
    "$summary of all": "Immunization",
}
# The same as another way but for how it is written out: of each type for these owners, and for the
# others of some.
_SAME = {"head", "read as XML", "search as XML"}
_EACH = {"anna_x", "shared", KEPT}
_INSIDE = {"compartment": "{}", "type of a whole compartment": "*?_type={}"}
BY_NAME = {
    "read": ("GET", "{}"),
    "head": ("HEAD", "{}"),
    "vread": ("GET", "{}/_history/{}"),
    "history": ("GET", "{}/_history"),
    "read as XML": ("GET", "{}?_format=xml"),
    "$meta": ("GET", "{}/$meta"),
    "$everything": ("GET", "{}/$everything"),
    "whole compartment": ("GET", "{}/*?_count=1000"),
    "$summary": ("GET", "{}/$summary"),
}


def tokens_of(types):
    """What each role sends as bearer."""
    world, off = types.world, app()
    off_token = app_token(world.anna, client=off)
    Client.objects.filter(pk=off.pk).update(disabled_at=timezone.now())
    return {
        "nobody": None,
        "somebody who invents a token": "x" * 43,
        "a citizen's session as bearer": session_of(world.anna),
        "a program that is disabled": off_token,
        "Anna's app": app_token(world.anna),
        "Anna's narrow app": app_token(world.anna, scopes=SCOPES["Anna's narrow app"]),
        "Boris's app": app_token(world.boris),
        "the app of Clara, who withdrew": app_token(types.clara),
        "clinic X": system_token(world.x),
        "clinic Y": system_token(world.y),
        "clinic X, narrow": system_token(world.x, scopes=SCOPES["clinic X, narrow"]),
    }


def session_of(citizen):
    """The key of a session in which the citizen has signed in."""
    session = SessionStore()
    session["_auth_user_id"] = str(citizen.account_id)
    session.create()
    return session.session_key


def references(kinds):
    for kind in kinds:
        yield f"{kind}?_include:iterate=*&_revinclude:iterate=*"
        for param in parameters_of(kind).values():
            if param.kind == "reference":
                yield f"{kind}?_include={kind}:{param.code}"
                yield f"Patient?_revinclude={kind}:{param.code}"
                yield f"{kind}?_revinclude={kind}:{param.code}&_include:iterate={kind}:*"


def attempts(types, role):
    """(method, path, body, headers) by which a role would write what it may not."""
    patch = json.dumps([{"op": "remove", "path": "/meta/tag"}]).encode()
    as_patch = {"content_type": "application/json-patch+json"}
    for (owner, kind), made in types.made.items():
        system = ROLES[role].system
        if stopped(role, kind):
            continue
        if owner in ROLES[role].sees if system else owner not in {"anna_x", "shared", KEPT}:
            continue
        body = types.sent(owner, kind)
        request = {"method": "PUT", "url": made.name}
        entry = {"resource": body, "request": request}
        # A clinic's system makes of its own what is shared, and what names nobody of another's.
        makes = system and owner in ABOUT_NOBODY and "Patient/" not in json.dumps(body)
        if not makes:
            yield "POST", kind, body, {}
        if not makes or owner == "shared":
            yield "PUT", f"{kind}?_id={made.id}", body, {}
        yield "PUT", made.name, body, {}
        yield "PATCH", made.name, patch, as_patch
        yield "PATCH", f"{kind}?_id={made.id}", patch, as_patch
        yield "DELETE", made.name, b"", {}
        yield "DELETE", f"{kind}?_id={made.id}", b"", {"if_match": 'W/"1"'}
        yield "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}, {}


def cells(types, role):
    """(way, type, owner) that this role tries."""
    keys = [
        *types.made,
        *(
            ("nothing", kind)
            for kind in resource_types() - {*OWNED_TYPES, *WITHOUT_PATIENT, *_CLIENTS_OWN}
        ),
    ]
    for owner, kind in keys:
        for way in WAYS:
            if (
                owner in ROLES[role].tries
                and not stopped(role, kind)
                and applies(types, way, kind, owner)
            ):
                yield way, kind, owner


def stopped(role, kind):
    """Whether the door stops this bearer as it does nobody, who tries every type."""
    return ROLES[role].door and role != "nobody" and kind not in COMPARTMENT


def applies(types, way, kind, owner):
    if way in _ONE_TYPE:
        return kind == _ONE_TYPE[way]
    if way in {"$meta of a type", "history of a type by patient"}:
        return kind not in EITHER_TYPES and owner != "nothing"
    if way in {"_revinclude", "chain", "_has", *_INSIDE}:
        held = COMPARTMENT if way in _INSIDE else types.params
        return owner not in {"shared", "nothing"} and kind in held
    told = way not in _SAME or kind in COMPARTMENT or owner in _EACH
    return told and (owner != "nothing" or way in {"read", "search", "history of a type"})


def request(types, role, way, kind, owner):
    """(method, path, form): who names its patient names the owner; others ask of all at once."""
    name = f"{kind}/{types.made[owner, kind].id if owner != 'nothing' else NOTHINGS}"
    if way in BY_NAME:
        method, path = BY_NAME[way]
        version = 2 if kind == "Patient" else 1
        return method, path.format(name, version), b""
    if way in {"search by _id", *_INSIDE}:
        inside = f"Patient/{types.patient(owner)}/{_INSIDE[way]}" if way in _INSIDE else "{}?_id={}"
        return "GET", inside.format(kind, name.partition("/")[2]), b""
    whose = types.params.get(kind)
    tagged = {
        "chain": f"{kind}?{whose}:Patient._tag={TAG}",
        "_has": f"Patient?_has:{kind}:{whose}:_tag={TAG}",
    }
    path = {
        "_include": f"{kind}?_include=*",
        "_revinclude": f"Patient?_revinclude={kind}:*",
        "count": f"{kind}?_summary=count&_tag={TAG}",
        "search as XML": f"{kind}?_format=xml",
        "history of a type": f"{kind}/_history",
        "history of a type by patient": f"{kind}/_history?",
        "$meta of a type": f"{kind}/$meta?",
        "$summary of all": "Patient/$summary?",
        **tagged,
    }.get(way, f"{kind}?")
    named = naming(types, way, kind, owner) if ROLES[role].system else ""
    if way == "search by form":
        return "POST", f"{kind}/_search", (named or "_count=20").encode()
    return "GET", f"{path}&{named}" if named else path, b""


def naming(types, way, kind, owner):
    """The parameter by which a system says whose resources it searches."""
    if owner in {"shared", "nothing", KEPT} or way == "history of a type":
        return ""
    patient, whose = types.patient(owner), types.params.get(kind)
    otherwise = f"{whose}=Patient/{patient}" if whose else f"_id={types.made[owner, kind].id}"
    return {
        "_has": f"_id={patient}",
        "_revinclude": f"_id={patient}",
        "chain": f"{whose}:Patient._id={patient}",
        "history of a type by patient": f"patient={patient}",
        "$meta of a type": f"patient={patient}",
        "$summary of all": f"patient={patient}",
    }.get(way, otherwise)
