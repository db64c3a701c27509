"""Every role by every way to every type of every owner, against the table in `fhir_policy`.

What an answer holds is told by canaries: each resource has one, with its owner's name and its type.
"""

from collections import defaultdict
from urllib.parse import quote

import pytest
from bearers import app_token, system_token
from fhir_policy import ROLES, SCOPES, WAYS, shown, status, visible
from fhir_types_world import CANARY, OWNED_TYPES, TypesWorld

from medkarta.clients.models import Client, Token
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.parameters import parameters_of
from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.record.rules.sharing import SHARED_TYPES

pytestmark = pytest.mark.django_db
FORM = {"content_type": "application/x-www-form-urlencoded"}
TAG = quote("urn:of-the-matrix|marked", safe="")
NOTHINGS = "-".join([encode_uuid(new_uuid())] * 2)
AT_ONCE = 200


@pytest.fixture(scope="module")
def types(world):
    return TypesWorld(world)


@pytest.fixture(scope="module")
def tokens(world, types):
    """By role."""
    off = app_token(world.anna)
    Client.objects.filter(pk=Token.objects.get(digest=digest(off)).client_id).update(
        disabled_at="2026-11-20T12:00Z"
    )
    return {
        "nobody": None,
        "somebody who invents a token": "x" * 43,
        "a citizen's session as bearer": session_of(world.anna),
        "a program that is disabled": off,
        "Anna's app": app_token(world.anna),
        "Anna's narrow app": app_token(world.anna, scopes=SCOPES["Anna's narrow app"]),
        "Boris's app": app_token(world.boris),
        "the app of Clara, who withdrew": app_token(types.clara),
        "clinic X": system_token(world.x),
        "clinic Y": system_token(world.y),
        "clinic X, narrow": system_token(world.x, scopes=SCOPES["clinic X, narrow"]),
    }


def test_whoever_asks_gets_what_the_table_says_and_no_canary_besides(types, tokens, machine):
    """B041–B046, B055, B058, B061, B062, B064–B066, B072, B075."""
    asked = defaultdict(list)
    for role in ROLES:
        for cell in cells(types, role):
            asked[role, request(types, role, *cell)].append(cell)
    wrong, count = [], 0
    calls = list(asked)
    for start in range(0, len(calls), AT_ONCE):
        some = calls[start : start + AT_ONCE]
        answers = machine.together(
            *(
                (method, path, tokens[role], body, FORM if body else {})
                for role, (method, path, body) in some
            )
        )
        for call, heard in zip(some, answers, strict=True):
            count += len(asked[call])
            wrong += faults(types, call, heard, asked[call])
    print(f"{count} cells by {len(calls)} requests")  # noqa: T201
    assert wrong[:20] == []
    assert count > 35_000


def test_no_reference_leads_out_of_the_record(types, tokens, machine):
    """B061–B063: by each reference that R4 can search by, forward, backward, and on from there.

    Every resource's references lead to somebody else's.
    """
    name = "Anna's app"
    questions = [*references(OWNED_TYPES), *(f"{kind}?_revinclude=*" for kind in SHARED_TYPES)]
    brought = 0
    for start in range(0, len(questions), AT_ONCE):
        some = questions[start : start + AT_ONCE]
        answers = machine.together(*(("GET", question, tokens[name]) for question in some))
        for question, heard in zip(some, answers, strict=True):
            assert heard.status == 200, question
            seen = {owner.decode() for owner, _ in CANARY.findall(heard.body)}
            assert seen <= {*ROLES[name].sees, "shared"}, question
            brought += heard.body.count(b'"mode":"include"')
    assert len(questions) > 1_000
    assert brought > 500


def references(kinds):
    for kind in kinds:
        yield f"{kind}?_include:iterate=*&_revinclude:iterate=*"
        for param in parameters_of(kind).values():
            if param.kind == "reference":
                yield f"{kind}?_include={kind}:{param.code}"
                yield f"Patient?_revinclude={kind}:{param.code}"
                yield f"{kind}?_revinclude={kind}:{param.code}&_include:iterate={kind}:*"


def cells(types, role):
    """(way, type, owner) that this role tries."""
    keys = [
        *types.made,
        *(("nothing", kind) for kind in resource_types() - {*OWNED_TYPES, *SHARED_TYPES}),
    ]
    for owner, kind in keys:
        for way in WAYS:
            if owner in ROLES[role].tries and applies(types, way, kind, owner):
                yield way, kind, owner


def applies(types, way, kind, owner):
    if way in {"_revinclude", "chain", "_has"}:
        return owner != "shared" and kind in types.params
    return owner != "nothing" or way in {"read", "search", "history of a type"}


def request(types, role, way, kind, owner):
    """(method, path, form): who names its patient names the owner; others ask of all at once."""
    name = f"{kind}/{types.made[owner, kind].id if owner != 'nothing' else NOTHINGS}"
    if way in BY_NAME:
        method, path = BY_NAME[way]
        version = 2 if kind == "Patient" else 1
        return method, path.format(name, version), b""
    if way == "search by _id":
        return "GET", f"{kind}?_id={name.partition('/')[2]}", b""
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
        **tagged,
    }.get(way, f"{kind}?")
    named = naming(types, way, kind, owner) if ROLES[role].system else ""
    if way == "search by form":
        return "POST", f"{kind}/_search", (named or "_count=20").encode()
    return "GET", f"{path}&{named}" if named else path, b""


BY_NAME = {
    "read": ("GET", "{}"),
    "head": ("HEAD", "{}"),
    "vread": ("GET", "{}/_history/{}"),
    "history": ("GET", "{}/_history"),
    "read as XML": ("GET", "{}?_format=xml"),
}


def naming(types, way, kind, owner):
    """The parameter by which a system says whose resources it searches."""
    if owner in {"shared", "nothing"} or way == "history of a type":
        return ""
    patient = types.patient(owner)
    if way in {"_has", "_revinclude"}:
        return f"_id={patient}"
    if way == "chain":
        return f"{types.params[kind]}:Patient._id={patient}"
    if kind in types.params:
        return f"{types.params[kind]}=Patient/{patient}"
    return f"_id={types.made[owner, kind].id}"


def faults(types, call, heard, cells):
    """What is otherwise than in the table, in words."""
    name, (method, path, _) = call
    role = ROLES[name]
    said = heard.body + repr(heard.headers).encode()
    seen = {(owner.decode(), kind.decode()) for owner, kind in CANARY.findall(said)}
    letter = WAYS[cells[0][0]].letter
    for owner, held in types.helds.items():
        if held.canary.encode() in said and owner not in role.sees:
            yield f"{name} {method} {path} shows {owner}'s own canary"
    for owner, kind in seen:
        if not visible(role, letter, owner, kind):
            yield f"{name} {method} {path} shows {owner}'s {kind}"
    for way, kind, owner in cells:
        due = status(role, way, kind, owner), shown(role, way, kind, owner)
        wished = shown_type(way, kind)
        got = heard.status, wished if (owner, wished) in seen else None
        if due != got:
            yield f"{name}, {way}, {kind} of {owner}: {got} for {due} ({method} {path})"
    if cells[0][0] == "count" and heard.status == 200:
        open_ = sum(visible(role, letter, owner, kind) for _, kind, owner in cells)
        if heard.json["total"] != open_:
            yield f"{name} {path} counts {heard.json['total']} for {open_}"


def shown_type(way, kind):
    return "Patient" if WAYS[way].shows == "Patient" else kind


def digest(token):
    import hashlib

    return hashlib.sha256(token.encode()).digest()


def session_of(citizen):
    from medkarta.accounts.session_store import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(citizen.account_id)
    session.create()
    return session.session_key
