"""A request that leaves the house goes to one place, ends in time, and swallows no flood."""

import pytest

from medkarta.demo.standins.server import Mood, Reply, StandIn
from medkarta.foundation.outgoing import Neighbour, OutsideSilentError, OutsideTooMuchError

LEADS_AWAY = Reply(status=302, headers=(("Location", "http://localhost:1/elsewhere"),))


@pytest.fixture
def outside():
    routes = {
        ("GET", "/who"): lambda asked: Reply.json({"asked": dict(asked.query)}),
        ("POST", "/who"): lambda asked: Reply.json(asked.form, status=201),
        ("GET", "/away"): lambda _: LEADS_AWAY,
    }
    stand_in = StandIn(routes).start()
    yield stand_in
    stand_in.stop()


def neighbour(outside, **limits):
    return Neighbour(outside.origin, patience=limits.pop("patience", 1.0), **limits)


def test_an_answer_comes_back_whole(outside):
    answer = neighbour(outside).ask("GET", "/who?name=%D0%90")
    assert (answer.status, answer.body.decode()) == (200, '{"asked": {"name": "А"}}')
    assert neighbour(outside).ask("POST", "/who", body=b"a=1").status == 201


def test_no_redirect_is_followed(outside):
    assert neighbour(outside).ask("GET", "/away").status == 302


@pytest.mark.parametrize("path", ["//evil.example/who", "http://evil.example/who", "@evil/who"])
def test_no_path_leads_to_another_host(outside, path):
    assert neighbour(outside).ask("GET", path).status == 404


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.DRIP])
def test_who_hangs_up_or_drips_is_silent(outside, mood):
    outside.be(mood)
    with pytest.raises(OutsideSilentError):
        neighbour(outside).ask("GET", "/who")


def test_who_answers_too_late_is_silent(outside):
    outside.be(Mood.SLOW, seconds=3)
    with pytest.raises(OutsideSilentError):
        neighbour(outside, patience=0.3).ask("GET", "/who")


def test_nobody_there_is_silent(outside):
    outside.stop()
    with pytest.raises(OutsideSilentError):
        neighbour(outside).ask("GET", "/who")


def test_a_flood_is_cut_off(outside):
    outside.be(Mood.FLOOD)
    with pytest.raises(OutsideTooMuchError):
        neighbour(outside, largest=200_000).ask("GET", "/who")


@pytest.mark.parametrize("origin", ["ftp://a", "http://", "http://a/path", "javascript:x", ""])
def test_only_an_origin_names_a_neighbour(origin):
    with pytest.raises(ValueError, match="origin"):
        Neighbour(origin)
