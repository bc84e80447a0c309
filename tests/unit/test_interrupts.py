from __future__ import annotations

import signal
import threading

import pytest

from pytest_haerae.interrupts import first_interrupt, holdable_interrupts


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_interrupt_acts_and_the_second_raises() -> None:
    acted: list[int] = []

    def twice() -> None:
        with first_interrupt(lambda: acted.append(1)):
            interrupt()
            assert acted == [1]
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        twice()
    assert acted == [1]
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_a_held_interrupt_is_raised_at_the_end_of_the_block() -> None:
    steps: list[int] = []

    def held() -> None:
        with holdable_interrupts() as hold, hold:
            interrupt()
            steps.append(1)
        steps.append(2)

    with pytest.raises(KeyboardInterrupt):
        held()
    assert steps == [1]


def test_a_second_interrupt_is_not_held_back() -> None:
    steps: list[int] = []

    def held() -> None:
        with holdable_interrupts() as hold, hold:
            interrupt()
            steps.append(1)
            interrupt()
            steps.append(2)

    with pytest.raises(KeyboardInterrupt):
        held()
    assert steps == [1]


def test_the_inner_block_hands_its_interrupt_to_the_outer_one() -> None:
    acted: list[int] = []
    with first_interrupt(lambda: acted.append(1)):
        with holdable_interrupts() as hold, hold:
            interrupt()
            assert not acted
        assert acted == [1]


def test_where_no_signal_arrives_the_block_just_runs() -> None:
    before, ran = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with holdable_interrupts() as hold, hold:
            ran.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [before]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with holdable_interrupts() as hold, hold:
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
