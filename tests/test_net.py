"""What the one place for connections holds, whoever calls it."""

from __future__ import annotations

import asyncio

import pytest

from advisor.net import finish


async def _answer(value):
    await asyncio.sleep(0)
    return value


def test_asynchronous_work_is_finished_from_plain_code_and_under_a_running_event_loop():
    async def inside():
        return finish(_answer(2))

    assert finish(_answer(1)) == 1
    # In a thread of its own: the browser's driver may hold a loop in this one.
    assert finish(inside()) == 2


def test_an_error_of_asynchronous_work_reaches_the_caller():
    async def failing():
        raise ValueError("what went wrong")

    with pytest.raises(ValueError, match="what went wrong"):
        finish(failing())
