"""What the load counts as an answer, as an error, and as how soon."""

from array import array

import pytest
from canned_server import answer, serving

from bench.fhir import load
from bench.fhir.answers import Answer, UnreadableError
from bench.fhir.load import Take, percentiles, run
from bench.fhir.target import Request, Target

PATIENCE = 20.0
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"7\r\n{\r\n\r\n0}\r\n2;x=y\r\nab\r\n0\r\n\r\n"
)


def asked(address, requests, *, token="", connections=1, on_answer=None, seconds=PATIENCE):
    target = Target(f"http://127.0.0.1:{address[1]}/fhir", lambda: token)
    return run(
        target.address,
        target.sendables(requests),
        connections=connections,
        seconds=seconds,
        on_answer=on_answer,
    )


def reads(count):
    return [Request(method="GET", path=f"/Patient/{n}") for n in range(count)]


def test_every_request_is_sent_once_over_kept_connections():
    with serving(answer()) as (address, seen):
        take = asked(address, reads(50), connections=4)
    assert len(take.latencies) == 50
    assert not take.errors
    paths = {request.split(b" ")[1] for request in seen}
    assert paths == {f"/fhir/Patient/{n}".encode() for n in range(50)}


def test_a_status_that_is_not_expected_is_an_error_with_a_sample():
    with serving(answer(), answer(503, b"busy"), answer(), answer(404, b"none")) as (address, _):
        take = asked(address, reads(8))
    assert len(take.latencies) == 4
    assert take.errors == {"503": 2, "404": 2}
    assert take.samples == {"503": b"busy", "404": b"none"}


def test_what_is_expected_is_said_by_the_request():
    created = [Request(method="POST", path="/Patient", body=b"{}", expected=(201,))]
    with serving(answer(200)) as (address, _):
        assert asked(address, created).errors == {"200": 1}
    with serving(answer(201)) as (address, _):
        assert not asked(address, created).errors


def test_a_connection_that_is_hung_up_is_an_error_and_the_load_goes_on():
    with serving(answer(), None) as (address, _):
        take = asked(address, reads(6))
    assert len(take.latencies) == 3
    assert take.errors == {"connection lost": 3}


def test_a_connection_that_is_closed_as_announced_is_no_error():
    with serving(answer(200, b"{}", "Connection: close"), None) as (address, _):
        take = asked(address, reads(1))
    assert not take.errors


def test_an_answer_is_waited_for_while_the_load_lasts_and_a_while_longer(monkeypatch):
    monkeypatch.setattr(load, "PATIENCE", 0.05)
    with serving(answer(), pause=0.2) as (address, _):
        assert not asked(address, reads(1)).errors
    with serving(answer(), pause=3.0) as (address, _):
        take = asked(address, reads(1), seconds=0.05)
    assert take.errors == {"no answer": 1}
    assert 0.1 <= take.seconds < 3.0


def test_nobody_who_listens_is_an_error_for_each_client():
    with serving() as (address, _):
        pass
    assert asked(address, reads(9), connections=3).errors == {"no connection": 3}


def test_a_body_larger_than_a_sockets_buffer_arrives_whole_and_answers_come_back_to_their_mark():
    large = b'"' + b"x" * 9_000_000 + b'"'
    sent = [Request(method="POST", path="/Binary", body=large, mark="large"), *reads(1)]
    marks = []
    with serving(answer(200, large)) as (address, seen):
        take = asked(address, sent, on_answer=lambda one, got: marks.append((one.mark, got.body())))
    assert not take.errors
    assert seen[0].endswith(large)
    assert marks == [("large", large), (None, large)]


def test_the_bearer_is_sent_and_asked_for_anew_each_time():
    tokens = iter(["one", "two"])
    with serving(answer()) as (address, seen):
        target = Target(f"http://127.0.0.1:{address[1]}/fhir", lambda: next(tokens))
        for _ in range(2):
            assert target.ask(Request(method="GET", path="/metadata")) == ({}, "")
    assert [b"Authorization: Bearer one" in seen[0], b"Bearer two" in seen[1]] == [True, True]


def test_the_load_goes_nowhere_but_to_this_machine():
    with pytest.raises(SystemExit, match="loopback"):
        Target("http://192.0.2.1/fhir", str)


@pytest.mark.parametrize("size", [1, 2, 7, len(CHUNKED)])
def test_an_answer_in_chunks_ends_where_it_ends_however_it_is_cut(size):
    got = Answer()
    parts = [CHUNKED[at : at + size] for at in range(0, len(CHUNKED), size)]
    assert [got.feed(part) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert got.body() == b"{\r\n\r\n0}ab"


def test_an_answer_without_a_length_is_refused():
    with pytest.raises(UnreadableError):
        Answer().feed(b"HTTP/1.1 200 OK\r\n\r\n{}")


def test_an_answer_without_a_body_needs_no_length():
    assert Answer().feed(b"HTTP/1.1 204 No Content\r\n\r\n")


def test_percentiles_are_by_nearest_rank():
    hundred = array("d", [float(n) for n in range(100, 0, -1)])
    assert percentiles(hundred, 0.5, 0.95, 0.99, 1.0) == (50.0, 95.0, 99.0, 100.0)
    assert percentiles(array("d", [3.0]), 0.5, 0.99) == (3.0, 3.0)


def test_takes_add_up():
    whole = Take()
    for errors, latency in ({"503": 1}, 0.1), ({"503": 2, "404": 1}, 0.3):
        take = Take(seconds=2.0, latencies=array("d", [latency, latency]))
        take.errors.update(errors)
        whole.add(take)
    assert (whole.rate, list(whole.latencies)) == (1.0, [0.1, 0.1, 0.3, 0.3])
    assert whole.errors == {"503": 3, "404": 1}
