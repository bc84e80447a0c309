from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator

import pytest

from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.types import Response


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    opened = LoopThread()
    yield opened
    opened.close()


def test_identity_is_the_index_in_whatever_order_answers_come(loop: LoopThread) -> None:
    under_way, most = 0, 0

    async def answer(index: int) -> Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001 * (index * 7 % 5))
        under_way -= 1
        return Response(text=str(index))

    answers = list(loop.stream(range(10, 210), answer, 8))
    assert sorted(index for index, _ in answers) == list(range(10, 210))
    assert all(response.text == str(index) for index, response in answers)
    assert [index for index, _ in answers] != list(range(10, 210))
    assert most == 8


def test_an_exception_cancels_the_rest(loop: LoopThread) -> None:
    ended: list[int] = []

    async def answer(index: int) -> Response:
        if index == 3:
            raise ValueError("no")
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(index)
        return Response(text="")

    with pytest.raises(ValueError, match="no"):
        list(loop.stream(range(4), answer, 4))
    assert sorted(ended) == [0, 1, 2]


def test_an_interrupt_yields_what_has_arrived_and_is_raised_again(loop: LoopThread) -> None:
    async def answer(index: int) -> Response:
        await asyncio.sleep(30 if index >= 5 else 0)
        return Response(text=str(index))

    stream = loop.stream(range(20), answer, 20)
    kept: list[tuple[int, Response]] = []

    def interrupt() -> None:
        kept.append(next(stream))
        kept.append(stream.throw(KeyboardInterrupt))  # type: ignore[attr-defined]
        kept.extend(stream)

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert sorted(index for index, _ in kept) == [0, 1, 2, 3, 4]


def test_ctrl_c_at_any_moment_loses_no_arrived_answer(loop: LoopThread) -> None:
    """The signal comes while the consumer is busy with an answer: it is raised later, behind all that has arrived."""
    arrived: list[int] = []

    async def answer(index: int) -> Response:
        await asyncio.sleep(30 if index >= 6 else 0)
        arrived.append(index)
        return Response(text=str(index))

    kept: list[int] = []

    def consume() -> None:
        for index, _ in loop.stream(range(20), answer, 8):
            if not kept:
                signal.raise_signal(signal.SIGINT)
                while len(arrived) < 6:
                    time.sleep(0.001)
            kept.append(index)

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert sorted(kept) == sorted(arrived) == list(range(6))


def test_no_more_answers_wait_to_be_stored_than_requests_may_be_under_way(loop: LoopThread) -> None:
    asked: list[int] = []

    async def answer(index: int) -> Response:
        asked.append(index)
        return Response(text=str(index))

    for taken, _ in enumerate(loop.stream(range(60), answer, 4)):
        if taken % 10 == 0:
            time.sleep(0.01)
        assert len(asked) - taken <= 4
    assert sorted(asked) == list(range(60))


def test_it_works_inside_a_running_loop(loop: LoopThread) -> None:
    async def answer(index: int) -> Response:
        return Response(text=str(index))

    async def notebook() -> int:
        return len(list(loop.stream(range(5), answer, 2)))

    assert asyncio.run(notebook()) == 5


def test_closing_ends_what_a_client_left_running() -> None:
    ended: list[str] = []

    async def left() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append("left")

    async def client() -> None:
        task = asyncio.create_task(left())
        await asyncio.sleep(0)
        assert not task.done()

    loop = LoopThread()
    loop.call(client())
    loop.close()
    assert ended == ["left"]
