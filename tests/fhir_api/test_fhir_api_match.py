"""$match: which of a clinic's own entries is meant."""

from dataclasses import replace

import citizens
import pytest
from bearers import app_token, system_token
from fhir_world import Held

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid

pytestmark = pytest.mark.django_db
SNILS = "urn:oid:1.2.643.100.3"
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module", autouse=True)
def twin(world):
    """An entry of `x` without a СНИЛС, one letter from the others' name."""
    data = replace(citizens.Citizen(number=8).data, snils=None, family="Ёлкина-Премерова")
    return Held(world.x, citizens.entry(citizens.Citizen(number=8), data=data, clinic_id=world.x))


def patient(citizen, **changes):
    data = citizen.data
    return {
        "resourceType": "Patient",
        "identifier": [{"system": SNILS, "value": data.snils.digits}],
        "name": [{"family": data.family, "given": [data.given, data.patronymic]}],
        "birthDate": data.birth_date.isoformat(),
        "gender": data.sex.value,
    } | changes


def match(machine, token, body, **parameters):
    if parameters:
        given = [{"name": "resource", "resource": body}]
        given += [{"name": name, **value} for name, value in parameters.items()]
        body = {"resourceType": "Parameters", "parameter": given}
    return machine.call("POST", "Patient/$match", token, body)


def found(heard):
    """(id, grade, score) of each."""
    assert heard.status == 200, heard.body
    assert heard.json["total"] == len(heard.json.get("entry", ()))
    return [
        (one["resource"]["id"], one["search"]["extension"][0]["valueCode"], one["search"]["score"])
        for one in heard.json.get("entry", ())
    ]


class TestAMatch:
    def test_by_all_is_certain_and_what_is_near_comes_after_it(self, world, machine, x, twin):
        heard = match(machine, x, patient(world.boris))
        assert found(heard) == [
            (world.boris_at_x.patient, "certain", 1),
            (twin.patient, "possible", 0.5),
        ]
        (extension,) = heard.json["entry"][0]["search"]["extension"]
        assert extension["url"] == GRADE
        assert world.boris_at_x.canary.encode() in heard.body

    def test_is_for_certain_alone_when_that_is_asked(self, world, machine, x):
        certain = {"onlyCertainMatches": {"valueBoolean": True}}
        heard = match(machine, x, patient(world.boris), **certain)
        assert found(heard) == [(world.boris_at_x.patient, "certain", 1)]
        nearly = patient(world.boris, birthDate="1985-03-16")
        assert found(match(machine, x, nearly, **certain)) == []
        assert found(match(machine, x, nearly))[0] == (world.boris_at_x.patient, "possible", 0.5)

    def test_without_a_number_is_possible_with_what_has_none_either(self, world, machine, x, twin):
        body = patient(world.boris, identifier=[])
        near = {(id_, grade) for id_, grade, _ in found(match(machine, x, body))}
        assert (twin.patient, "possible") in near
        assert {grade for _, grade in near} == {"possible"}

    def test_is_of_no_other_clinic(self, world, machine, x):
        """Anna is at both; each clinic finds its own entry."""
        body = patient(world.anna)
        certain = {"onlyCertainMatches": {"valueBoolean": True}}
        of_x = match(machine, x, body, **certain)
        of_y = match(machine, system_token(world.y), body)
        assert [id_ for id_, *_ in found(of_x)] == [world.anna_at_x.patient]
        assert [id_ for id_, *_ in found(of_y)] == [world.anna_at_y.patient]
        assert world.anna_at_y.canary.encode() not in of_x.body

    def test_is_no_more_than_asked(self, world, machine, x):
        heard = match(machine, x, patient(world.boris), count={"valueInteger": 1})
        assert [id_ for id_, *_ in found(heard)] == [world.boris_at_x.patient]

    def test_of_nobody_is_nothing(self, machine, x):
        nobody = patient(citizens.Citizen(number=77), birthDate="1950-01-01")
        assert found(match(machine, x, nobody)) == []

    def test_leaves_a_line_with_each_that_is_handed_out_and_with_no_other(
        self, world, machine, x, twin
    ):
        """B136."""
        logs = {
            "boris": world.boris.person_id,
            "twin": twin.patient_id,
            "anna": world.anna.person_id,
            "stranger": world.stranger.patient_id,
        }
        before = {name: audit.count(PersonId(id_)) for name, id_ in logs.items()}
        match(machine, x, patient(world.boris))
        after = {name: audit.count(PersonId(id_)) for name, id_ in logs.items()}
        assert {name for name in logs if after[name] == before[name] + 1} == {"boris", "twin"}
        assert {name for name in logs if after[name] == before[name]} == {"anna", "stranger"}
        (line,) = audit.entries(person_id=PersonId(logs["boris"]), before=None, limit=1)
        assert line.said.resources == ("Patient/$match",)
        assert line.said.organisation_name == "Клиника X"


def named(*parts):
    family, *given = parts
    return [{"family": family, "given": given}] if parts else []


class TestWhatIsLeftOut:
    """Contradicts nothing, and makes nothing certain."""

    def graded(self, machine, x, world, **changes):
        """The grade of Boris's entry, which has СНИЛС and all names."""
        body = {key: value for key, value in patient(world.boris, **changes).items() if value}
        heard = match(machine, x, body)
        return {id_: grade for id_, grade, _ in found(heard)}.get(world.boris_at_x.patient)

    @pytest.mark.parametrize("gender", [None, "unknown", "other"])
    def test_a_gender(self, world, machine, x, gender):
        assert self.graded(machine, x, world, gender=gender) == "certain"
        assert self.graded(machine, x, world, gender=gender, identifier=[]) == "possible"
        assert self.graded(machine, x, world, gender="male", identifier=[]) is None

    def test_a_gender_also_where_the_entry_has_no_number(self, machine, x, twin, world):
        body = patient(world.boris)
        del body["gender"]
        grades = {id_: grade for id_, grade, _ in found(match(machine, x, body))}
        assert grades[twin.patient] == "possible"

    def test_a_patronymic(self, world, machine, x):
        data = world.boris.data
        short = named(data.family, data.given)
        assert self.graded(machine, x, world, name=short) == "possible"
        assert self.graded(machine, x, world, name=short, identifier=[]) == "possible"
        assert self.graded(machine, x, world, name=short, birthDate=None) == "possible"
        other = named(data.family, data.given, "Ивановна")
        assert self.graded(machine, x, world, name=other, identifier=[]) is None

    def test_all_but_the_number(self, world, machine, x):
        alone = {"name": [], "birthDate": None, "gender": None}
        assert self.graded(machine, x, world, **alone) == "possible"
        family = alone | {"name": named(world.boris.data.family)}
        assert self.graded(machine, x, world, **family) == "possible"
        certain = {"onlyCertainMatches": {"valueBoolean": True}}
        body = {key: value for key, value in patient(world.boris, **alone).items() if value}
        assert found(match(machine, x, body, **certain)) == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": named("Другая"), "birthDate": None},
            {"name": [], "birthDate": "1985-03-16"},
            {"name": named("Ёлкина-Примерова"), "birthDate": "1985-03-16"},
        ],
    )
    def test_is_no_leave_to_be_wrong_in_the_rest(self, world, machine, x, wrong):
        assert self.graded(machine, x, world, **wrong) is None

    def test_by_a_number_alone_no_other_clinics_entry_is_found(self, world, machine):
        alone = {"resourceType": "Patient", "identifier": patient(world.boris)["identifier"]}
        heard = match(machine, system_token(world.y), alone)
        assert found(heard) == []


class TestWhoMay:
    def test_ask_is_a_system_and_no_app(self, world, machine):
        heard = match(machine, app_token(world.anna), patient(world.boris))
        assert heard.status == 403
        assert world.boris_at_x.canary.encode() not in heard.body
        assert match(machine, None, patient(world.boris)).status == 401

    def test_ask_needs_the_scope(self, world, machine):
        token = system_token(world.x, scopes=("system/Observation.rs",))
        assert match(machine, token, patient(world.boris)).status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"resourceType": "Patient"}, 422),
        ({"resourceType": "Patient", "birthDate": "1985"}, 422),
        ({"resourceType": "Patient", "birthDate": "1985-03-15", "gender": "female"}, 422),
        ({"resourceType": "Patient", "name": [{"family": "Ёлкина-Примерова"}]}, 422),
        ({"resourceType": "Observation"}, 400),
        ({"resourceType": "Parameters"}, 400),
        ({"resourceType": "Patient", "name": 1, "identifier": {}, "birthDate": []}, 422),
    ],
)
def test_what_says_of_nobody_is_refused_in_words(machine, x, body, status):
    heard = match(machine, x, body)
    assert heard.status == status
    assert heard.json["issue"][0]["diagnostics"]


def test_an_entry_whose_patient_is_not_there_is_not_handed_out(world, machine, x):
    """The index knows of it, the record has nothing."""
    someone = citizens.Citizen(number=55)
    patient_id = citizens.entry(someone, clinic_id=world.x)
    heard = match(machine, x, patient(someone))
    assert encode_uuid(patient_id).encode() not in heard.body
