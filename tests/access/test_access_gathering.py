"""What waits at one moment is done together, and who was just answered is waited for a little."""

import asyncio
import time

from medkarta.access.api.gathering import Gathering

SHORT = 0.02


class Counter:
    """Answers each with itself after a while, and remembers how many came together."""

    def __init__(self):
        self.groups = []

    async def __call__(self, asked):
        self.groups.append(len(asked))
        await asyncio.sleep(SHORT)
        return asked


async def test_who_comes_while_others_are_served_goes_next_together():
    together = Counter()
    gathering = Gathering(together)
    answers = await asyncio.gather(*(gathering.ask(one) for one in range(5)))
    assert (answers, together.groups) == ([*range(5)], [5])
    first = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(SHORT / 2)
    await asyncio.gather(first, gathering.ask(2), gathering.ask(3))
    assert together.groups == [5, 1, 2]


async def test_with_patience_two_halves_become_one_whole():
    together = Counter()
    gathering = Gathering(together, patience=1.0)

    async def client(late):
        await asyncio.sleep(late)
        for _ in range(4):
            await gathering.ask(None)
            await asyncio.sleep(SHORT / 20)

    await asyncio.gather(*(client(SHORT / 2 * (one % 2)) for one in range(6)))
    assert 6 in together.groups


async def test_nobody_is_waited_for_who_does_not_come():
    together = Counter()
    gathering = Gathering(together, patience=1.0)
    await asyncio.gather(*(gathering.ask(one) for one in range(5)))
    began = time.monotonic()
    await gathering.ask(1)
    assert time.monotonic() - began < SHORT * 5
    assert together.groups == [5, 1]


async def test_alone_one_waits_not():
    gathering = Gathering(Counter(), patience=1_000.0)
    began = time.monotonic()
    for _ in range(5):
        await gathering.ask(None)
    assert time.monotonic() - began < SHORT * 10
