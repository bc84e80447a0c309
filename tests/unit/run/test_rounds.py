from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_haerae.run.rounds import Rounds


class Asking:
    """Threads that ask one question after the other; each pass answers all that wait."""

    def __init__(self, seconds: float = 0.1) -> None:
        self.rounds, self.seconds = Rounds(), seconds
        self.door, self.waiting, self.answered, self.passes = threading.Lock(), set[int](), set[int](), list[set[int]]()

    def ask(self, number: int) -> None:
        with self.door:
            self.waiting.add(number)
        with self.rounds.turn(lambda: number in self.answered) as makes_the_pass:
            if makes_the_pass:
                with self.door:
                    asked, self.waiting = self.waiting, set()
                self.passes.append(asked)
                time.sleep(self.seconds)
                self.answered |= asked

    def ask_each(self, numbers: range) -> None:
        for number in numbers:
            self.ask(number)


def test_threads_that_ask_one_question_after_the_other_share_the_passes() -> None:
    asking = Asking()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(asking.ask_each, [range(start, start + 6) for start in (0, 10, 20, 30)]))
    assert sum(map(len, asking.passes)) == 24, "each question once"
    assert asking.answered == {start + number for start in (0, 10, 20, 30) for number in range(6)}
    assert len(asking.passes) <= 10, "6 are the fewest; one for each question would be 24"


def test_a_thread_alone_waits_for_nobody() -> None:
    asking = Asking(seconds=0)
    asking.ask_each(range(3))
    assert asking.passes == [{0}, {1}, {2}]


def test_after_a_pass_that_failed_another_thread_makes_one() -> None:
    asking = Asking()
    with pytest.raises(ValueError, match="disk"), asking.rounds.turn(lambda: False):
        raise ValueError("the disk is full")
    asking.ask(1)
    assert asking.passes == [{1}]
