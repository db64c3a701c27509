"""kill -9 of everything in the middle of an import: what was acknowledged is there, whole."""

import json
import re
import subprocess

import pytest
from running_service import Service, command, temporary_home, wait_until

FILES = 8
RESOURCES = 400
ALL = re.compile(r"│ all +│ +([\d,·]+) │ +[\d,·]+ │ +([\d,·]+) │")


def bundle(number):
    """A clinic, a patient and their measurements, like no other file's."""
    clinic, patient = (f"urn:uuid:{part}{number:07d}-0000-4000-8000-000000000000" for part in "12")
    entries = [
        {
            "fullUrl": clinic,
            "resource": {"resourceType": "Organization", "name": f"Поликлиника {number}"},
            "request": {"method": "POST", "url": "Organization"},
        },
        {
            "fullUrl": patient,
            "resource": {
                "resourceType": "Patient",
                "birthDate": "1980-02-29",
                "managingOrganization": {"reference": clinic},
            },
            "request": {"method": "POST", "url": "Patient"},
        },
    ]
    entries += [
        {
            "fullUrl": f"urn:uuid:3{number:07d}-0000-4000-8000-{place:012d}",
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
                "subject": {"reference": patient},
                "effectiveDateTime": "2024-05-06T07:08:09Z",
                "valueQuantity": {"value": 60 + place % 40, "unit": "в минуту"},
            },
            "request": {"method": "POST", "url": "Observation"},
        }
        for place in range(RESOURCES - 2)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@pytest.fixture
def service():
    service = Service(temporary_home(), MEDKARTA_DEMO="no")
    try:
        yield service.start()
    finally:
        service.clear()


def created_and_unchanged(service, *files):
    answer = service.call("import", *map(str, files))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return [int(n.replace(",", "").replace("·", "0")) for n in ALL.search(answer.stdout).groups()]


def test_no_acknowledged_bundle_is_lost_or_half_there(service, tmp_path):
    """A second import of one file tells what was there: all of it or nothing of it."""
    folder = tmp_path / "bundles"
    folder.mkdir()
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)
    files = [folder / f"{number:02d}.json" for number in range(FILES)]
    for number, file in enumerate(files):
        file.write_text(json.dumps(bundle(number)), encoding="utf-8")
    log = tmp_path / "import.log"
    with log.open("w") as written:
        running = subprocess.Popen(
            command("import", str(folder)),
            env={**service.environment, "PYTHONUNBUFFERED": "1"},
            stdout=written,
            stderr=written,
        )
    wait_until(lambda: log.read_text().count("done:") >= 3 or running.poll() is not None, 60)
    service.clear()  # kill -9 of all processes of this home
    running.wait(10)
    acknowledged = re.findall(r"done: (\S+)", log.read_text())
    assert 3 <= len(acknowledged) < FILES, log.read_text()

    service.start()
    kept = [file for file in files if file.name in acknowledged]
    assert created_and_unchanged(service, *kept) == [0, RESOURCES * len(kept)], "some is lost"
    for file in set(files) - set(kept):
        created, unchanged = created_and_unchanged(service, file)
        assert created + unchanged == RESOURCES
        assert 0 in (created, unchanged), f"{file.name} is half there"
