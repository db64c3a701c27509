"""Lists of some types, what came of an order, and what has arrived since a moment."""

from datetime import timedelta

import pytest
from record_bundles import NOW, PATIENT, grant_of, observation, organization, patient, take_in

from medkarta.access.grants import Section
from medkarta.record import queries

pytestmark = pytest.mark.django_db

ORDER = "urn:uuid:66666666-6666-4666-8666-666666666666"


def entry(full_url, **resource):
    return {
        "fullUrl": full_url,
        "resource": {"subject": {"reference": PATIENT}, **resource},
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def order(number, status):
    return entry(
        ORDER[:-1] + str(number),
        resourceType="ServiceRequest",
        status=status,
        intent="order",
        authoredOn=f"2024-05-0{number}",
        code={"text": "Рентгенография"},
    )


def report(number):
    return entry(
        f"urn:uuid:77777777-7777-4777-8777-77777777777{number}",
        resourceType="DiagnosticReport",
        status="final",
        code={"text": "Рентгенография"},
        effectiveDateTime="2024-06-01",
        basedOn=[{"reference": ORDER[:-1] + str(number)}],
    )


@pytest.fixture
def grant():
    taken = take_in(
        organization(),
        patient(),
        observation(),
        *[order(number, "active" if number > 2 else "completed") for number in range(1, 5)],
        report(1),
        report(3),
    )
    assert taken.refused == []
    return grant_of(taken.patient_ids[0])


def test_a_list_of_a_type_is_walked_page_by_page(grant):
    first = queries.listed(grant, resource_types=["ServiceRequest"], limit=3)
    assert [one.data["authoredOn"][-1] for one in first.items] == ["4", "3", "2"]
    rest = queries.listed(grant, resource_types=["ServiceRequest"], before=first.after, limit=3)
    seen = [one.logical_id for one in (*first.items, *rest.items)]
    assert len(seen) == len(set(seen)) == 4
    assert rest.after is None


def test_a_list_can_be_of_some_states_alone(grant):
    found = queries.listed(grant, resource_types=["ServiceRequest"], states=["active"], limit=9)
    assert {one.status for one in found.items} == {"active"}
    assert len(found.items) == 2


def test_what_came_of_an_order_is_found_and_not_what_came_of_others(grant):
    orders = queries.listed(grant, resource_types=["ServiceRequest"], limit=9).items
    first = next(one for one in orders if one.data["authoredOn"] == "2024-05-01")
    found = queries.of_requests(
        grant, requests=[first.logical_id], resource_types=["DiagnosticReport"], limit=9
    )
    assert [one.data["basedOn"][0]["reference"] for one in found] == [
        f"ServiceRequest/{first.logical_id}"
    ]
    assert queries.of_requests(grant, requests=[], resource_types=["Task"], limit=9) == []


def test_what_arrived_is_known_by_its_coming_and_not_by_its_own_date(grant):
    before, after = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    found = queries.arrived(grant, since=before, sections=[Section.ORDERS], limit=2)
    assert [one.resource_type for one in found.items] == ["ServiceRequest"] * 2
    one = queries.arrived(grant, since=before, sections=[Section.ORDERS], limit=1)
    assert (one.items, one.count) == (found.items[:1], found.count)
    none = queries.arrived(grant, since=after, sections=Section, limit=9)
    assert (none.items, none.count) == ([], 0)
