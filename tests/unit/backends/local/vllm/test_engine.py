from __future__ import annotations

import os
import signal
import time

import pytest

from pytest_haerae.backends.local.vllm import engine as vllm_engine
from pytest_haerae.backends.local.vllm.engine import VllmParameters


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


def test_parallel_engines_get_their_arguments_and_share_stored_answers() -> None:
    """One model over several GPUs or nodes is vLLM's own affair; its answers are those of one GPU."""
    parallel = {"tensor_parallel_size": 4, "pipeline_parallel_size": 2, "distributed_executor_backend": "ray"}
    spread, single = (VllmParameters.model_validate(values) for values in (parallel, {}))
    assert parallel.items() <= spread.engine_arguments().items()
    assert spread.identity() == single.identity()
