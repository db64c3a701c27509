"""What of a resource of several people concerns one of them."""

import json

import pytest

from medkarta.fhir.trees import read_resource_tree
from medkarta.foundation.ids import PatientId, ResourceId, encode_uuid, logical_id, new_uuid
from medkarta.record.rules.parts import NotPartedError, is_anybodys, part_of, without

ANNA, BORIS, VERA = (PatientId(new_uuid()) for _ in range(3))
WHOLE = "Account/" + "a" * 26


def to(kind, who):
    return {"reference": f"{kind}/{logical_id(who, ResourceId(who))}"}


def visit(**more):
    actors = [to("Patient", ANNA), to("Patient", BORIS), {"reference": "Practitioner/1"}]
    return {
        "resourceType": "Appointment",
        "id": "1",
        "status": "booked",
        "participant": [{"actor": one, "status": "accepted"} for one in actors],
        **more,
    }


def cut(resource, who=ANNA):
    return part_of(read_resource_tree(json.dumps(resource)), who)


def test_others_go_and_who_is_no_patient_stays():
    actors = [one["actor"]["reference"] for one in cut(visit())["participant"]]
    assert actors == [to("Patient", ANNA)["reference"], "Practitioner/1"]


def test_a_patient_who_is_named_without_a_reference_is_for_nobody():
    named = {"type": "Patient", "identifier": {"value": "112-233-445 95"}, "display": "Вера"}
    whole = visit()
    whole["participant"].append({"actor": named, "status": "accepted"})
    whole["serviceType"] = [{"text": "Patient"}]
    whole["extension"] = [{"url": "urn:by", "extension": [{"url": "x", "valueReference": named}]}]
    mine = cut(whole)
    assert "Вера" not in json.dumps(mine, ensure_ascii=False)
    assert mine["serviceType"] == whole["serviceType"]


@pytest.mark.parametrize(
    "more",
    [
        {"supportingInformation": [to("Observation", BORIS)]},
        {"extension": [{"url": "urn:of", "valueReference": to("Patient", BORIS)}]},
        {"extension": [{"url": "urn:of", "valueReference": to("Observation", BORIS)}]},
        {"text": {"status": "generated", "div": "<div>Анна и Борис</div>"}},
    ],
)
def test_lists_lose_what_is_anothers_and_the_narrative_goes(more):
    assert cut(visit(**more)) == cut(visit())
    assert cut(visit(**more), BORIS).keys() - {"text"} == visit(**more).keys() - {"text"}


def test_of_contained_resources_those_stay_that_are_referred_to():
    whole = visit(
        contained=[
            {"resourceType": "Location", "id": "room"},
            {"resourceType": "RelatedPerson", "id": "kin", "patient": to("Patient", BORIS)},
            {"resourceType": "Practitioner", "id": "of-kin"},
        ],
        slot=[{"reference": "#room"}],
        supportingInformation=[to("Observation", BORIS) | {"display": "x"}],
    )
    whole["participant"][1]["extension"] = [
        {"url": "urn:by", "valueReference": {"reference": "#kin"}}
    ]
    whole["contained"][1]["extension"] = [
        {"url": "urn:x", "valueReference": {"reference": "#of-kin"}}
    ]
    assert [one["id"] for one in cut(whole)["contained"]] == ["room"]
    assert [one["id"] for one in cut(whole, BORIS)["contained"]] == ["room", "kin", "of-kin"]


def test_what_r4_requires_is_masked_and_what_stands_beside_it_goes():
    """B068: neither the reference nor what is shown in its place."""
    account = {
        "resourceType": "Account",
        "subject": [to("Patient", ANNA), to("Patient", BORIS)],
        "partOf": to("Account", BORIS),
        "guarantor": [{"party": to("Patient", BORIS) | {"display": "Борис"}, "onHold": True}],
        "owner": {"identifier": {"system": "urn:ogrn", "value": "1"}},
    }
    mine = cut(account)
    masked = mine["guarantor"][0]["party"]["extension"][0]["valueCode"]
    assert (masked, [*mine["guarantor"][0]], "partOf" in mine) == ("masked", ["party"], False)
    assert mine["owner"] == account["owner"]
    assert encode_uuid(BORIS) not in json.dumps(mine)
    assert cut(account, BORIS)["guarantor"] == account["guarantor"]
    event = {
        "resourceType": "AuditEvent",
        "agent": [{"who": to("Patient", BORIS), "name": "Борис", "altId": "b", "requestor": True}],
        "entity": [{"what": to("Patient", ANNA)}, {"what": to("Patient", BORIS), "name": "Борис"}],
    }
    assert cut(event)["agent"] == [{"requestor": True}]
    assert [one["what"] for one in cut(event)["entity"]] == [to("Patient", ANNA)]


@pytest.mark.parametrize("base", ["", "http://localhost:8000/fhir/", "https://medkarta.example/f/"])
@pytest.mark.parametrize("version", ["", "/_history/2"])
def test_an_address_is_seen_whatever_base_it_has(base, version):
    url = base + to("Observation", BORIS)["reference"] + version
    whole = visit(
        supportingInformation=[{"reference": url, "display": "Борис"}],
        extension=[
            {"url": "urn:a", "valueUri": url},
            {"url": "urn:b", "valueAttachment": {"url": url, "title": "Снимок"}},
            {"url": "urn:c", "extension": [{"url": "d", "valueReference": {"reference": url}},
                                           {"url": "e", "valueString": "Борис"}]},
        ],
    )  # fmt: skip
    mine = cut(whole)
    assert encode_uuid(BORIS) not in json.dumps(mine)
    assert mine == cut(visit())
    contract = {"resourceType": "Contract", "subject": [to("Patient", ANNA), to("Patient", BORIS)]}
    contract["legal"] = [{"contentAttachment": {"url": url, "title": "Договор"}}]
    assert cut(contract)["legal"] == [{"contentAttachment": {"title": "Договор"}}]


def test_who_is_named_by_a_number_alone_may_be_anybody():
    whole = visit()
    snils = {"identifier": {"system": "urn:snils", "value": "112-233-445 95"}}
    whole["participant"].append({"actor": snils | {"_display": {"id": "x"}}, "status": "accepted"})
    whole["participant"].append({"actor": {"display": "Иванова И. И."}, "status": "accepted"})
    mine = cut(whole)
    assert "112-233" not in json.dumps(mine)
    assert [one["actor"] for one in mine["participant"]][-1] == {"display": "Иванова И. И."}


def test_a_modifier_that_would_go_has_the_whole_refused():
    modifier = [{"url": "urn:not", "valueReference": to("Patient", BORIS)}]
    with pytest.raises(NotPartedError):
        cut(visit(modifierExtension=modifier))


@pytest.mark.parametrize(
    "contained",
    [
        {"resourceType": "Observation", "subject": to("Patient", BORIS), "code": {"text": "HIV"}},
        {"resourceType": "Patient", "name": [{"family": "HIV"}]},
        {"resourceType": "List", "title": "HIV", "entry": [{"item": to("Condition", BORIS)}]},
        {
            "resourceType": "RelatedPerson",
            "patient": to("Patient", BORIS),
            "name": [{"text": "HIV"}],
            "extension": [{"url": "urn:x", "valueReference": {"reference": "#c"}}],
        },
    ],
)
def test_a_contained_resource_of_anothers_goes_with_what_refers_to_it(contained):
    named = {"actor": {"reference": "#c"}, "status": "accepted"}
    whole = visit(
        contained=[contained | {"id": "c"}],
        supportingInformation=[{"reference": "#c"}],
        extension=[{"url": "urn:y", "valueReference": {"reference": "#c"}}],
    )
    whole["participant"].append(named)
    assert cut(whole) == cut(visit())
    theirs = cut(whole, BORIS)
    assert ("HIV" in json.dumps(theirs)) is (contained["resourceType"] != "Patient")


def test_narratives_of_contained_resources_go_too():
    room = {"resourceType": "Location", "id": "r", "text": {"status": "generated", "div": "Борис"}}
    mine = cut(visit(contained=[room], slot=[{"reference": "#r"}]))
    assert mine["contained"] == [{"resourceType": "Location", "id": "r"}]


def test_a_reference_to_a_whole_is_to_ones_part_of_it():
    account = {
        "resourceType": "Account",
        "subject": [to("Patient", ANNA), to("Patient", BORIS)],
        "partOf": {"reference": f"{WHOLE}/_history/2"},
    }
    mine = cut(account)["partOf"]["reference"]
    assert mine.startswith(to("Account", ANNA)["reference"].partition("-")[0] + "-")
    assert "_history" not in mine
    assert cut(account | {"partOf": {"reference": "Account/of-theirs"}})["partOf"] == {
        "reference": "Account/of-theirs"
    }


def test_numbers_and_empty_places_stay_as_they_were():
    text = '{"resourceType":"Account","subject":[],"x":[null,1.10],"_x":[{"id":"a"},null]}'
    whole = read_resource_tree(text)
    whole["subject"] = [to("Patient", ANNA), to("Patient", BORIS)]
    left = part_of(whole, ANNA)
    assert (left["x"], left["_x"]) == ([None, "1.10"], [{"id": "a"}, None])


def test_without_one_it_is_the_others_or_nobodys():
    whole = read_resource_tree(json.dumps(visit()))
    others = without(whole, ANNA)
    assert [is_anybodys(one) for one in (others, without(others, BORIS))] == [True, False]
    assert without(whole, VERA) == whole
    of_a_whole = {"resourceType": "Provenance", "target": [{"reference": WHOLE}]}
    assert is_anybodys(of_a_whole)
