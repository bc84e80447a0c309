from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from pytest_haerae.scoring.time_limit import ForeignAlarm, OutOfTime, Patience, call_within

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm signal here")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The alarm clock is left as it was found."""
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0, "another plugin's alarm is set: these tests set it themselves"
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def without_end() -> None:
    while True:
        pass


ENDLESS: dict[str, Callable[[], object]] = {
    "loop": without_end,
    "sleep": lambda: time.sleep(60),
    "regular expression": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
    "number": lambda: 7 ** (9**9),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_function_without_end_is_given_up(name: str) -> None:
    started = time.monotonic()
    with pytest.raises(OutOfTime):
        call_within(0.05, ENDLESS[name])
    assert time.monotonic() - started < 10


def test_one_that_swallows_the_alarm_is_interrupted_again() -> None:
    caught: list[BaseException] = []

    def stubborn() -> None:
        while len(caught) < 2:
            try:
                without_end()
            except BaseException as error:
                caught.append(error)
        without_end()

    with pytest.raises(OutOfTime):
        call_within(0.05, stubborn)
    assert len(caught) == 2


def test_what_it_returns_and_raises_comes_back() -> None:
    assert call_within(5, lambda: "said") == "said"
    with pytest.raises(ZeroDivisionError):
        call_within(5, lambda: 1 / 0)


def in_a_thread(function: Callable[[], object]) -> object:
    found: list[object] = []

    def run() -> None:
        try:
            found.append(function())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return found[0]


def test_another_thread_has_the_limit_too() -> None:
    assert in_a_thread(lambda: call_within(5, lambda: "said")) == "said"
    assert isinstance(in_a_thread(lambda: call_within(5, lambda: 1 / 0)), ZeroDivisionError)
    assert isinstance(in_a_thread(lambda: call_within(0.05, lambda: time.sleep(2))), OutOfTime)


class TimeoutOfATest(BaseException):
    """What pytest-timeout raises is no `Exception` either."""


@pytest.fixture
def foreign() -> Iterator[None]:
    """An alarm that another plugin has set."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutOfATest

    before = signal.signal(signal.SIGALRM, ring)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("foreign")
def test_an_alarm_that_was_set_before_rings_during_the_call_and_is_told_apart() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(ForeignAlarm) as caught:
        call_within(5, without_end)
    assert isinstance(caught.value.error, TimeoutOfATest)


@pytest.mark.usefixtures("foreign")
def test_an_alarm_that_was_set_before_goes_on_after_the_call() -> None:
    signal.setitimer(signal.ITIMER_REAL, 50)
    assert call_within(5, lambda: 1) == 1
    assert 40 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50
    with pytest.raises(OutOfTime):
        call_within(0.05, without_end)
    assert 40 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50


@pytest.mark.usefixtures("foreign")
def test_an_alarm_that_came_due_while_the_function_swallowed_it_is_not_lost() -> None:
    def swallow() -> None:
        try:
            without_end()
        except TimeoutOfATest:
            without_end()

    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(ForeignAlarm):
        call_within(0.3, swallow)


def test_patience_ends_after_losses_in_a_row() -> None:
    patience = Patience(2)
    patience.lose()
    patience.restore()
    patience.lose()
    assert not patience.is_over()
    patience.lose()
    assert patience.is_over()
