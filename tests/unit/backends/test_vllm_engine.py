from __future__ import annotations

import os
import signal
import time

import pytest

from pytest_haerae.backends import vllm_engine


def test_an_interrupt_that_was_lost_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_engine, "_INSIST_SECONDS", 0.05)
    before = signal.getsignal(signal.SIGINT)
    lost = 0

    def start() -> None:
        nonlocal lost
        with vllm_engine._insisting_interrupt():
            try:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(5)
            except KeyboardInterrupt:
                lost += 1
            time.sleep(5)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        start()
    assert lost == 1
    assert time.monotonic() - began < 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_start_without_an_interrupt_leaves_nothing() -> None:
    before = signal.getsignal(signal.SIGINT)
    with vllm_engine._insisting_interrupt():
        pass
    assert signal.getsignal(signal.SIGINT) is before
