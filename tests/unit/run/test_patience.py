from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from pytest_haerae.run.patience import NoAnswer, TimeIsUp, others_time_limit, patience, unswallowed_interrupts
from tests.helpers import time_limit


def test_d5_what_hangs_is_given_up_and_no_handler_of_exceptions_hides_it() -> None:
    """D5: a backend that hangs: the run hung."""
    before = signal.getsignal(signal.SIGALRM)
    began = time.perf_counter()

    def hang() -> None:
        try:
            time.sleep(60)
        except Exception:
            raise AssertionError("taken for a failure of the backend's own") from None

    with pytest.raises(NoAnswer, match=r"^no answer within 0\.05 s$"), patience(0.05):
        hang()
    assert time.perf_counter() - began < 30
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("seconds", [None, 0, 60])
def test_what_is_in_time_is_not_disturbed(seconds: float | None) -> None:
    with patience(seconds):
        time.sleep(0.01)


def test_a_time_limit_of_somebody_elses_is_left_alone() -> None:
    before = signal.signal(signal.SIGALRM, lambda number, frame: pytest.fail("too early"))
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with patience(0.01):
            time.sleep(0.05)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


ENDINGS = [pytest.fail.Exception("time"), TimeoutError("time"), SystemExit("time")]


def hang() -> None:
    time.sleep(60)


def swallow() -> None:
    with contextlib.suppress(BaseException):
        hang()


def call_it_its_own() -> None:
    try:
        hang()
    except BaseException as error:
        raise ValueError("the backend's own") from error


@pytest.mark.parametrize("act", [hang, swallow, call_it_its_own])
@pytest.mark.parametrize("raised", ENDINGS, ids=repr)
def test_what_somebodys_timer_raises_comes_out_as_it_is(raised: BaseException, act: Callable[[], None]) -> None:
    with time_limit(raised):
        handler = signal.getsignal(signal.SIGALRM)
        with pytest.raises(type(raised)) as caught, others_time_limit():
            act()
        assert signal.getsignal(signal.SIGALRM) is handler
    assert caught.value is raised


@pytest.mark.parametrize("raised", ENDINGS, ids=repr)
def test_inside_no_handler_of_a_backends_errors_takes_it_for_one(raised: BaseException) -> None:
    with time_limit(raised), pytest.raises(type(raised)), others_time_limit(), pytest.raises(TimeIsUp):
        hang()


def test_without_a_timer_an_exception_is_whose_it_is() -> None:
    with pytest.raises(ValueError, match="own"), others_time_limit():
        raise ValueError("own")
    with time_limit(AssertionError("it rang")):
        with pytest.raises(ValueError, match="own"), others_time_limit():
            raise ValueError("own")
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_other_threads_have_no_limit() -> None:
    ended: list[bool] = []

    def work() -> None:
        with patience(0.01):
            time.sleep(0.1)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


def test_an_interrupt_that_is_swallowed_is_raised_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with unswallowed_interrupts() as presses:
        presses.heed()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            presses.heed()
    assert signal.getsignal(signal.SIGINT) == before


SWALLOWING = """
import signal, time
from pytest_haerae.run.patience import patience, unswallowed_interrupts

def swallow(act):
    while True:
        try:
            act()
        except BaseException:
            pass

"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "code", "what"),
    [
        ("with unswallowed_interrupts():\n    swallow(lambda: signal.raise_signal(signal.SIGINT))", 2, "Ctrl-C"),
        ("with patience(0.05):\n    swallow(lambda: time.sleep(5))", 1, "its time limit"),
    ],
)
def test_d5_a_backend_that_swallows_everything_ends_with_the_process(ending: str, code: int, what: str) -> None:
    script = SWALLOWING + ending
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False, cwd="."
    )
    words = f"haerae: the backend does not heed {what}, so the process is ended; answers so far are stored"
    assert (done.returncode, done.stderr.strip()) == (code, words)
