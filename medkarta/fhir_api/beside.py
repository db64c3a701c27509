"""Actions and queries on Django's connection, beside the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


async def beside(work: Callable[[], Result]) -> Result:
    """What the work gives; done in a thread, whose connection goes back to the pool."""

    def done() -> Result:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(done)
