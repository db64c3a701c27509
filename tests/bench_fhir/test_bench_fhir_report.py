"""The shapes asked of a server, and what the table says of them."""

from array import array

from canned_server import answer, serving

from bench.fhir import report
from bench.fhir.load import Take
from bench.fhir.measure import Measured, measure, refusal
from bench.fhir.population import Person
from bench.fhir.shapes import Aim, Shape, Writing, reading
from bench.fhir.target import Request, Target
from bench.fhir.usage import Roots

PEOPLE = [Person(resources=100, references=("Patient/a-1", "Encounter/a-2", "Observation/a-3"))]


def target(address):
    return Target(f"http://127.0.0.1:{address[1]}/fhir", str)


def measured(rate, *, people=200, clients=32):
    shape = Shape(name="read", requests=lambda _: [], bound="b", aim=Aim(clients=32, rate=100))
    whole = Take(seconds=1.0, latencies=array("d", [0.001, 0.002, 0.004]))
    whole.errors["503"] = 1
    return Measured(
        people=people, shape=shape, clients=clients, rates=[rate], whole=whole, server_cpu=0.008
    )


def test_every_search_names_its_patient():
    for shape in reading(PEOPLE, PEOPLE, "seed"):
        (path,) = {request.path for request in shape.requests(1) if "?" in request.path} or {"a-1"}
        assert "a-1" in path


def test_a_shape_that_a_server_does_not_know_or_answers_short_is_not_measured():
    shape = Shape(name="x", requests=lambda _: [Request(method="GET", path="/x")], least=2)
    with serving(answer(404, b"none")) as (address, _):
        assert refusal(target(address), shape) == "404 none"
    with serving(answer(200, b'{"entry": [{}]}')) as (address, _):
        assert refusal(target(address), shape) == "1 entries where 2 are due"
    with serving(answer(200, b'{"entry": [{}, {}]}')) as (address, _):
        assert refusal(target(address), shape) == ""


def test_what_was_created_is_updated_and_each_deleted_once():
    create, update, delete, _ = Writing(people=PEOPLE, seed="seed").shapes()
    names = [f"Observation/b-{number}" for number in range(16)]
    with serving(*(answer(201, b"", f"Location: {name}/_history/1") for name in names)) as (at, _):
        took(create, at)
    changed = {request.path: request.body for request in update.requests(1)}
    assert sorted(changed) == sorted(f"/{name}" for name in names)
    assert b'"id":"b-7"' in changed["/Observation/b-7"]
    with serving(answer(204)) as (at, seen):
        took(delete, at)
    gone = [request.split(b" ")[1].decode().removeprefix("/fhir") for request in seen]
    assert len(gone) == 3  # an eighth of sixteen, and of the rest
    assert {request.path for request in update.requests(1)} == set(changed) - set(gone)


def took(shape, address):
    measure(target(address), shape, Roots(), people=1, clients=2, seconds=0.01, takes=1)


def test_a_row_has_rates_percentiles_errors_processor_time_and_the_bound():
    head, _, row = report.table([measured(50.0)], {(200, "b", 32): 500.0})
    cells = dict(
        zip(
            (cell.strip() for cell in head.split("|")),
            (cell.strip() for cell in row.split("|")),
            strict=True,
        )
    )
    assert cells["per s"] == "50"
    assert [cells[f"{name} ms"] for name in ("p50", "p95", "p99")] == ["2.00", "4.00", "4.00"]
    assert cells["errors"] == "1 × 503"
    assert (cells["server CPU ms"], cells["database CPU ms"]) == ("2.000", "–")
    assert cells["of bound"] == "0.10"


def test_an_aim_is_judged_at_its_own_number_of_clients():
    (aim,) = report.aims([measured(50.0), measured(500.0, clients=8)])
    assert "MISSED" in str(aim)


def test_the_curve_sets_the_largest_size_beside_the_smallest():
    runs = [measured(100.0), measured(90.0, people=2_000), measured(50.0, people=20_000)]
    (figure,) = report.curve(runs)
    assert figure.median == 2.0
    assert list(report.curve(runs[:1])) == []
