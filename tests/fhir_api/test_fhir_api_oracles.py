"""Questions by which a caller would learn of what is not open: whatever is there, the same answer.

Each is asked before and after another person's record fills with what it could tell of.
"""

import re
from urllib.parse import quote

import pytest
from bearers import app_token, system_token
from fhir_world import LABORATORY

from medkarta.fhir.search.parameters import parameters_of

pytestmark = pytest.mark.django_db
AT_ONCE = 20  # more would wait for a connection longer than they may
CURSOR = re.compile(rb"_cursor=[\w%.=-]+")
BOUNDS = (0, 139, 141, 500, 998, 999, 1000, 10**6)
SECRET = "Secretovich"


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def y(world):
    return system_token(world.y)


def ordered(named=""):
    """Sorts, pages and counts by every parameter of a type."""
    for kind in ("Observation", "Condition", "Patient"):
        for param in parameters_of(kind).values():
            if param.kind != "composite":
                yield f"{kind}?_sort={param.code}&_count=1{named}"
                yield f"{kind}?_sort=-{param.code}&_count=1{named}"
                yield f"{kind}?{param.code}:missing=true&_summary=count{named}"
                yield f"{kind}?{param.code}:missing=false&_total=accurate{named}"


def predicates(named=""):
    """B072."""
    for question in (
        *("_summary=count", "_total=accurate", "_total=estimate&_count=0", "_count=1000"),
        *("_lastUpdated=ge2000", "_lastUpdated=lt2000", "status:not=amended", "code:not=1"),
        *("_tag:not=x", "_tag=urn:secret|1", "_security=R", "_source=urn:secret", "_profile=urn:x"),
        *(f"_text={SECRET}", f"_content={SECRET}", f"_filter=code eq {SECRET}", "_type=Patient"),
        *(f"code:text={SECRET}", f"subject:identifier=urn:secret|{SECRET}", "_query=everything"),
    ):
        yield f"Observation?{quote(question, safe='=&:|')}{named}"
    yield from (f"Observation?value-quantity=gt{bound}&_summary=count{named}" for bound in BOUNDS)


def legs(world, named=""):
    """B065, B066, B071: a binary search for a value of 999, through whatever leads there."""
    other = world.boris_at_x.patient
    for bound in BOUNDS:
        value = f"value-quantity=gt{bound}"
        for param in ("patient", "subject", "focus", "performer"):
            yield f"Patient?_has:Observation:{param}:{value}{named}"
        yield f"Patient?_has:Observation:performer:_has:Observation:subject:{value}{named}"
        yield f"Organization?_has:Observation:performer:{value}"
        yield f"Organization?_has:Observation:performer:{value}&_summary=count"
        yield f"Practitioner?_has:Observation:performer:{value}"
        yield f"Patient?_id={other}&_has:Observation:patient:{value}"
        yield f"Observation?performer:Organization._has:Observation:performer:{value}{named}"
    for question in (
        f"subject:Patient.name={SECRET}",
        f"focus:Patient.name={SECRET}",
        f"performer:Patient.name={SECRET}",
        "focus:Patient._has:Condition:patient:code=B20",
        f"focus=Patient/{other}",
        f"performer=Patient/{other}",
    ):
        yield f"Observation?{question}{named}"
    yield f"Patient?name={SECRET}{named}"
    yield f"Patient?link=Patient/{other}{named}"
    yield "Condition?code=B20&_summary=count" + named


def brought(named=""):
    """B061–B063."""
    for kind in ("Observation", "Condition", "Patient", "Organization", "Practitioner", "List"):
        if kind in {"Organization", "Practitioner"}:
            named = ""
        for more in (
            "_include=*",
            "_revinclude=*",
            "_include:iterate=*&_revinclude:iterate=*",
            "_revinclude=*&_include:iterate=Observation:*&_count=1",
        ):
            yield f"{kind}?{more}{named}"


def read_by_id(world, kinds=("Patient", "Observation", "Condition")):
    """B055, B072: entity tags and histories of types, and what is another's under whatever id."""
    other = world.boris_at_x
    for kind in kinds:
        yield f"{kind}/_history"
        yield f"{kind}/_history?_since=2026-11-01&_count=1"
        yield f"{kind}/_history?patient={other.patient}"
        for name in (other.patient, other.observation, other.condition):
            yield from (f"{kind}/{name}", f"{kind}/{name}/_history", f"{kind}/{name}/_history/1")
            yield f"{kind}?_id={name}&_total=accurate"


def tempt(world):
    """Boris's record fills with what could be found out, some of it named after Anna."""
    held, anna = world.boris_at_x, {"reference": f"Patient/{world.anna_at_y.patient}"}
    clinic = {"reference": f"Organization/{world.organization}"}
    tagged = {"tag": [{"system": "urn:secret", "code": "1"}], "security": [{"code": "R"}]}
    code = {"coding": [{"code": "718-7", "system": "http://loinc.org"}], "text": SECRET}
    for value, day in ((999, "1990-01-01"), (1, "2026-11-25")):
        held.put(
            {
                "resourceType": "Observation",
                "meta": {**tagged, "source": "urn:secret"},
                "status": "amended",
                "category": [LABORATORY],
                "code": code,
                "subject": {"reference": f"Patient/{held.patient}", "display": SECRET},
                "focus": [anna],
                "performer": [anna, clinic],
                "effectiveDateTime": day,
                "valueQuantity": {"value": value},
            }
        )
    held.put(
        {
            "resourceType": "Condition",
            "meta": tagged,
            "code": {"coding": [{"code": "B20"}], "text": SECRET},
            "subject": {"reference": f"Patient/{held.patient}"},
            "asserter": anna,
        }
    )
    held.put(
        {
            "resourceType": "List",
            "status": "current",
            "mode": "working",
            "title": SECRET,
            "subject": {"reference": f"Patient/{held.patient}"},
            "entry": [{"item": anna}],
        }
    )
    held.put(
        {
            "resourceType": "Patient",
            "name": [{"family": SECRET}],
            "managingOrganization": clinic,
            "link": [{"other": anna, "type": "seealso"}],
        },
        held.patient_id,
    )


def answers(machine, token, questions):
    """By question: all that an answer says, but for the seal of the link to the next page."""
    heard = [
        answer
        for start in range(0, len(questions), AT_ONCE)
        for answer in machine.together(
            *(("GET", question, token) for question in questions[start : start + AT_ONCE])
        )
    ]
    return {
        question: (one.status, {**one.headers, "content-length": ""}, CURSOR.sub(b"", one.body))
        for question, one in zip(questions, heard, strict=True)
    }


def test_no_answer_depends_on_what_is_not_open(world, machine, anna, y):
    """B061–B066, B071, B072, B077: for a person's app, and for a clinic that may see one entry."""
    named = f"&patient={world.anna_at_y.patient}"
    by_name = [
        question.replace(named, f"&_id={world.anna_at_y.patient}")
        if question.startswith("Patient?")
        else question
        for make in (ordered, predicates, brought)
        for question in make(named)
    ]
    asked = {
        anna: [*ordered(), *predicates(), *brought(), *legs(world), *read_by_id(world)],
        y: [*by_name, *legs(world, named), *read_by_id(world)],
    }
    before = {token: answers(machine, token, some) for token, some in asked.items()}
    tempt(world)
    after = {token: answers(machine, token, some) for token, some in asked.items()}
    changed = [
        question
        for token, some in before.items()
        for question, answer in some.items()
        if after[token][question] != answer
    ]
    assert changed == []
    told = [question for some in after.values() for question, one in some.items() if one[0] == 200]
    assert len(told) > 400  # not all are refused alike


def test_its_owner_is_told_of_all_that(world, machine):
    """Without this the test above would prove nothing."""
    boris = app_token(world.boris)
    tempt(world)
    for question in (
        "Patient?_has:Observation:patient:value-quantity=gt998",
        "Organization?_has:Observation:performer:value-quantity=gt998",
        "Condition?code=B20",
        f"Observation?code:text={SECRET}&_tag=urn:secret|1&_security=R&_source=urn:secret",
        f"Patient?name={SECRET}",
    ):
        assert machine.get(question, boris).json.get("entry"), question
