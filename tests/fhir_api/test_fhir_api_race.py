"""B031: many people's programs at once over one web process; each hears of its own alone."""

import random
from collections import Counter

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db
AT_ONCE = 50
REQUESTS = 2_000
FORM = {"content_type": "application/x-www-form-urlencoded"}


def questions(held):
    """(method, path, form) that have something of this entry's in their answer."""
    named = f"patient={held.patient}"
    tag = b"code=718-7&" + named.encode()
    return [
        ("GET", f"Observation/{held.observation}", b""),
        ("GET", f"Condition/{held.condition}", b""),
        ("GET", f"Observation/{held.observation}/_history/1", b""),
        ("GET", f"Condition/{held.condition}/_history", b""),
        ("GET", f"Observation/{held.observation}?_format=xml", b""),
        ("GET", f"Observation?{named}&_sort=-date&_include=*&_total=accurate", b""),
        ("GET", f"Patient?_id={held.patient}&_revinclude=*", b""),
        ("GET", f"Patient/{held.patient}/$everything", b""),
        ("POST", "Observation/_search", tag),
    ]


def test_no_answer_is_another_programs(world, machine):
    mine = {
        app_token(world.anna): world.anna_at_y,
        app_token(world.boris): world.boris_at_x,
        system_token(world.y): world.anna_at_y,
        system_token(world.x): world.boris_at_x,
    }
    canaries = [one.canary.encode() for one in (world.anna_at_y, world.boris_at_x)]
    dice = random.Random(31)
    heard = Counter()
    for _ in range(REQUESTS // AT_ONCE):
        asked = [
            (token, held, dice.choice(questions(held)))
            for token, held in dice.choices([*mine.items()], k=AT_ONCE)
        ]
        answers = machine.together(
            *(
                (method, path, token, body, FORM if body else {})
                for token, _, (method, path, body) in asked
            )
        )
        for (_, held, question), one in zip(asked, answers, strict=True):
            assert one.status == 200, question
            assert [canary for canary in canaries if canary in one.body] == [held.canary.encode()]
            heard[held.patient] += 1
    assert heard.total() == REQUESTS
    assert min(heard.values()) > REQUESTS // 3


def test_a_stolen_question_is_answered_to_nobody_in_the_crowd(world, machine):
    """Each asks for the other's, while the other asks for it too."""
    anna, boris = app_token(world.anna), app_token(world.boris)
    calls = [
        (token, path, own)
        for held, whose in ((world.anna_at_y, anna), (world.boris_at_x, boris))
        for token in (anna, boris)
        for _, path, body in questions(held)
        if not body
        for own in [token == whose]
    ]
    random.Random(1).shuffle(calls)
    answers = machine.together(*(("GET", path, token) for token, path, _ in calls * 3))
    for (_, path, own), one in zip(calls * 3, answers, strict=True):
        assert (b"canary" in one.body) == own, path
