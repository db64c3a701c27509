"""Updates, refusals, size."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from record_bundles import (
    NOW,
    bundle,
    entry,
    grant_of,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    rows,
    take_in,
    words,
)

from medkarta.access.grants import Section
from medkarta.clinics.models import Clinic
from medkarta.record import queries, writing
from medkarta.record.actions.imports import BundleRefusedError, import_bundle

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


class TestUpdates:
    def put(self, value, **request):
        made = observation(valueString=value)
        made["resource"]["id"] = "hb-1"
        made["request"] = {"method": "PUT", "url": "Observation/hb-1", **request}
        del made["fullUrl"]
        return made

    def test_an_update_moves_the_former_text_and_its_index_rows_aside(self):
        first = take_in(organization(), patient(), self.put("раз"))
        assert outcomes(first) == {"created": 3}
        same = take_in(organization(), patient(), self.put("раз"), now=LATER)
        assert outcomes(same) == {"unchanged": 3}
        second = take_in(organization(), patient(), self.put("два"), now=LATER)
        assert outcomes(second) == {"unchanged": 2, "updated": 1}
        (one,) = of_type("Observation", *first.patient_ids)
        assert (one.version, one.data["valueString"], one.recorded_at) == (2, "два", LATER)
        assert one.data["meta"]["versionId"] == "2"
        ((version, body),) = rows("SELECT version, body FROM resource_version")
        assert version == 1
        assert json.loads(body)["valueString"] == "раз"
        values = rows("SELECT value FROM index_text WHERE param = 'value-string'")
        assert values == [("два",)]

    def test_an_id_of_ones_own_serves_references_now_and_later(self):
        member = [{"reference": "Observation/hb-1"}]
        report = take_in(organization(), patient(), self.put("раз"), observation(hasMember=member))
        assert report.refused == []
        later = take_in(organization(), patient(), observation(hasMember=member))
        assert later.refused == []

    def test_nobody_writes_anothers_resource_by_its_id(self):
        take_in(organization(), patient(), self.put("раз"))
        stranger = f"urn:uuid:{uuid4()}"
        theirs = self.put("чужое")
        theirs["resource"]["subject"]["reference"] = stranger
        report = take_in(organization(), patient(full_url=stranger), theirs)
        assert words(report) == ["what it would update is another patient's"]

    def test_an_update_of_a_version_that_is_past_is_refused(self):
        take_in(organization(), patient(), self.put("раз"))
        report = take_in(organization(), patient(), self.put("два", ifMatch='W/"7"'))
        assert words(report) == ['If-Match is W/"7", and here is version 1']

    def test_two_updates_of_one_resource_in_a_bundle_are_refused(self):
        report = take_in(organization(), patient(), self.put("раз"), self.put("два"))
        assert words(report) == ["another entry of the bundle writes the same resource"]

    def test_a_shared_resource_is_updated_too(self):
        def put(name):
            made = entry({"resourceType": "Medication", "code": {"text": name}})
            made["request"] = {"method": "PUT", "url": "Medication/aspirin"}
            return made

        assert outcomes(take_in(put("Аспирин"))) == {"created": 1}
        assert outcomes(take_in(put("Кислота ацетилсалициловая"))) == {"updated": 1}
        assert rows("SELECT version FROM shared_resource_version") == [(1,)]

    def test_a_clinic_that_changes_its_name_is_known_by_the_new_one(self):
        def put(name):
            made = organization(name=name)
            made["request"] = {"method": "PUT", "url": "Organization/p-1"}
            return made

        take_in(put("Поликлиника"), patient())
        assert outcomes(take_in(put("Поликлиника имени Пирогова"))) == {"updated": 1}
        assert Clinic.objects.get().name == "Поликлиника имени Пирогова"

    def test_the_first_of_one_name_stays(self):
        first = take_in(organization(), patient(), observation(full_url="urn:uuid:a"))
        second = take_in(
            organization(name="Другое имя"), patient(), observation(full_url="urn:uuid:a")
        )
        assert outcomes(second) == {"kept": 1, "unchanged": 2}
        (one,) = of_type("Patient", *first.patient_ids)
        assert Clinic.objects.get(pk=one.custodian_id).name == "Поликлиника № 1"


class TestRefusals:
    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"not json",
            b"[]",
            b'{"resourceType": "Patient"}',
            b"\xff\xfe",
            json.dumps(bundle(kind="searchset")).encode(),
            b'{"resourceType": "Bundle", "type": "transaction", "type": "transaction"}',
        ],
    )
    def test_what_is_no_transaction_is_refused_whole(self, text):
        with pytest.raises(BundleRefusedError) as refusal:
            import_bundle(text=text, now=NOW)
        assert str(refusal.value)

    def test_an_entry_is_refused_and_the_rest_is_stored(self):
        report = take_in(
            organization(),
            {"fullUrl": "urn:uuid:1", "request": {"method": "POST", "url": "Patient"}},
            {"fullUrl": "urn:uuid:2", "request": {"method": "DELETE", "url": "Patient/1"}},
            {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Organization"}},
            entry({"resourceType": "Organization"}, url="Patient"),
            entry({"resourceType": "Organization"}, method="PATCH", url="Organization/1"),
            entry({"resourceType": "Organization", "id": "b"}, method="PUT", url="Organization/a"),
            organization(name="То же имя дважды"),
            patient(),
        )
        assert outcomes(report) == {"created": 2, "refused": 7}
        assert [one.index for one in report.refused] == list(range(1, 8))
        assert all(words(report))

    def test_two_readers_must_not_see_two_things(self):
        text = json.dumps(bundle(organization(), patient(), observation(status="final")))
        twice = text.replace('"status": "final"', '"status": "final", "status": "amended"')
        with pytest.raises(BundleRefusedError, match="the same member twice"):
            import_bundle(text=twice.encode(), now=NOW)
        assert rows("SELECT count(*) FROM shared_resource") == [(0,)]

    def test_a_fall_in_the_middle_leaves_nothing_of_the_bundle(self, monkeypatch):
        def falling(tables):
            *most, _ = tables.items()
            copy(dict(most))
            raise SystemError("power cut")

        copy = writing.copy
        monkeypatch.setattr(writing, "copy", falling)
        with pytest.raises(SystemError):
            take_in(organization(), patient(), observation())
        monkeypatch.undo()
        assert rows("SELECT count(*) FROM resource") == rows("SELECT count(*) FROM clinic")
        assert rows("SELECT count(*) FROM resource") == [(0,)]
        assert outcomes(take_in(organization(), patient(), observation())) == {"created": 3}


@pytest.mark.parametrize("size", [565, 10_000])
def test_a_large_bundle_is_taken_whole(size):
    many = [observation(full_url=f"urn:uuid:{uuid4()}") for _ in range(size - 2)]
    report = take_in(organization(), patient(), *many)
    assert outcomes(report) == {"created": size}
    assert queries.sections(grant_of(*report.patient_ids))[Section.LABS].count == size - 2
