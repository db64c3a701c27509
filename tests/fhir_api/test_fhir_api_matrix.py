"""Every role by every way to every type of every owner, against the table in `fhir_policy`.

What an answer holds is told by canaries: each resource has one, with its owner's name and its type.
"""

import json
import re
from collections import defaultdict

import pytest
from django.db import connection
from fhir_matrix import attempts, cells, references, request, tokens_of
from fhir_policy import ROLES, WAYS, shown, status, visible
from fhir_types_world import CANARY, OWNED_TYPES, TypesWorld

from medkarta.record.rules.sharing import CLINICS_OWN, SHARED_TYPES

pytestmark = pytest.mark.django_db
FORM = {"content_type": "application/x-www-form-urlencoded"}
CURSOR = re.compile(rb"_cursor=[\w%.-]+")  # sealed: by chance it may look like a canary
AT_ONCE = 200
OK = 200
REFUSED = {204, 403, 404, 412, 422}  # 204: a condition that nothing of one's own meets


@pytest.fixture(scope="module")
def types(world):
    return TypesWorld(world)


@pytest.fixture(scope="module")
def tokens(types):
    return tokens_of(types)


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


def test_a_bundle_of_reads_opens_no_more_than_each_alone(types, tokens, machine):
    """B070: what a token is refused at the door it is refused as a whole."""
    wrong = []
    for role, rights in ROLES.items():
        asked = [key for key in types.made if key[0] in rights.tries]
        request = [{"request": {"method": "GET", "url": types.made[key].name}} for key in asked]
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": request}
        heard = machine.call("POST", "", tokens[role], bundle)
        if rights.door:
            assert heard.status == rights.door
            continue
        for (owner, kind), entry in zip(asked, heard.json["entry"], strict=True):
            due = status(rights, "read", kind, owner), shown(rights, "read", kind, owner)
            said = json.dumps(entry).encode()
            seen = CANARY.findall(said)
            got = int(entry["response"]["status"]), kind if seen else None
            mine = {(owner.encode(), kind.encode())}
            if due != got or {*seen} - mine or (due[0] != OK and "etag" in entry["response"]):
                wrong.append((role, kind, owner, due, said[:200]))
    assert wrong[:5] == []


def test_no_reference_leads_out_of_the_record(types, tokens, machine):
    """B061–B063: by each reference that R4 can search by, forward, backward, and on from there.

    Every resource's references lead to somebody else's.
    """
    name = "Anna's app"
    questions = [
        *references([*OWNED_TYPES, *CLINICS_OWN]),
        *(f"{kind}?_revinclude=*" for kind in SHARED_TYPES),
    ]
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


def test_nobody_writes_what_is_anothers(types, tokens, machine):
    """B041–B045, B070, B077, B078: by each way, to each type; afterwards all is as it was."""
    before, count, wrong = stored(), 0, []
    for role, rights in ROLES.items():
        due = {rights.door} if rights.door else REFUSED if rights.system else {403}
        tried = list(attempts(types, role))
        for start in range(0, len(tried), AT_ONCE):
            some = tried[start : start + AT_ONCE]
            answers = machine.together(
                *((method, path, tokens[role], *sent) for method, path, *sent in some)
            )
            for (method, path, *_), heard in zip(some, answers, strict=True):
                count += 1
                if heard.status not in due or CANARY.search(heard.body) or "etag" in heard.headers:
                    wrong.append((role, method, path, heard.status, heard.body[:300]))
    print(f"{count} attempts to write")  # noqa: T201
    assert wrong[:5] == []
    assert stored() == before
    assert count > 5_000


def stored():
    """All that is stored, as one value."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT md5(string_agg(body, '' ORDER BY resource_id, version)) FROM (
            SELECT resource_id, version, body FROM resource UNION ALL
            SELECT resource_id, version, body FROM resource_version UNION ALL
            SELECT resource_id, version, body FROM shared_resource) AS whole
        """)
        return cursor.fetchone()


def faults(types, call, heard, cells):
    """What is otherwise than in the table, in words."""
    name, (method, path, _) = call
    role = ROLES[name]
    said = CURSOR.sub(b"", heard.body) + repr(heard.headers).encode()
    seen = {(owner.decode(), kind.decode()) for owner, kind in CANARY.findall(said)}
    letter = WAYS[cells[0][0]].letter
    seen |= {(owner, None) for owner, held in types.helds.items() if held.canary.encode() in said}
    for owner, kind in seen:
        if not (visible(role, letter, owner, kind) if kind else owner in role.sees):
            yield f"{name} {method} {path} shows {owner}'s {kind}"
    for way, kind, owner in cells:
        due = status(role, way, kind, owner), shown(role, way, kind, owner)
        wished = "Patient" if WAYS[way].shows == "Patient" else kind
        got = heard.status, wished if (owner, wished) in seen else None
        if due != got:
            yield f"{name}, {way}, {kind} of {owner}: {got} for {due} ({method} {path})"
    open_ = sum(visible(role, letter, owner, kind) for _, kind, owner in cells)
    if cells[0][0] == "count" and heard.status == 200 and heard.json["total"] != open_:
        yield f"{name} {path} counts {heard.json['total']} for {open_}"
