"""Models on a vLLM engine in this process; log-likelihoods through the option trie and the engine's prefix cache."""

from __future__ import annotations

import gc
import inspect
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from time import perf_counter
from typing import Any, ClassVar, TypeVar

from pytest_haerae.backends.local.batching import BatchingBackend
from pytest_haerae.backends.local.encoding import Part, RequestEncoder, make_parts
from pytest_haerae.backends.local.generation import applied, note_of
from pytest_haerae.backends.local.trie import Sums, Tokens
from pytest_haerae.backends.local.vllm.asking import answers
from pytest_haerae.backends.local.vllm.engine import VllmParameters, check_vllm, start_engine
from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.types import Capability, Request, Response

Job = TypeVar("Job")

_WAVE_SECONDS = 20.0
"""About how long one call to the engine takes: it returns all its answers at its end, and only then are they stored."""
_THREAD_SECONDS = 1.0
"""How long the end of one of the engine's threads is waited for."""


class VllmBackend(BatchingBackend):
    """One engine for a whole run; its processes end with it.

    Texts are handed on as each ends, log-likelihoods in waves of about 20 seconds.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = VllmParameters
    libraries: ClassVar[tuple[str, ...]] = ("vllm", "torch", "transformers")

    def __init__(self, parameters: VllmParameters) -> None:
        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._threads_before = set(threading.enumerate())
        self._engine = start_engine(parameters)
        self._encoder = RequestEncoder(self._engine.get_tokenizer())
        self._window = int(self._engine.llm_engine.model_config.max_model_len)

    @classmethod
    def check(cls, parameters: VllmParameters) -> None:
        """Find the library and the files."""
        check_vllm(parameters)

    def generation(self) -> Mapping[str, Any]:
        """What `generation_config.json` brings along and the engine applied to generated texts."""
        return self._generation

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
        parts, board, errors = make_parts("vllm", self._encoder, requests, self._window)
        yield from errors.items()
        if (self._parameters.model_extra or {}).get("speculative_config"):
            raise UsageError("--method=log_likelihood: vllm gives no exact log-probabilities with speculative_config")
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
                response = board.add(part, sums)
                if response is not None:
                    yield part.index, response

    def _knows_token_ids(self) -> bool:
        from vllm import SamplingParams

        return "logprob_token_ids" in inspect.signature(SamplingParams).parameters

    def _score_tries(self, parts: Sequence[Part]) -> list[Sums]:
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
            part.trie.sums_or_problem(
                {node: _values(next(answers).outputs[0].logprobs[0]) for node in part.trie.children}
            )
            for part in parts
        ]

    def _score_prompts(self, parts: Sequence[Part]) -> list[Sums]:
        """Each option's full sequence, for engines that cannot be asked for chosen tokens."""
        from vllm import SamplingParams

        settings = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=1, detokenize=False)
        prompts = [part.context + option for part in parts for option in part.trie.continuations]
        answers = iter(self._ask(prompts, [settings] * len(prompts)))
        results: list[Sums] = []
        for part in parts:
            tables: dict[Tokens, dict[int, float]] = {}
            for option in part.trie.continuations:
                listed = next(answers).prompt_logprobs
                for depth, token in enumerate(option):
                    values = _values(listed[len(part.context) + depth])
                    tables.setdefault(option[:depth], {}).update({token: values[token]} if token in values else {})
            results.append(part.trie.sums_or_problem(tables))
        return results

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from vllm import SamplingParams

        parameters = self._parameters
        # What the engine itself would generate with: the repetition penalty and its like of `generation_config.json`.
        brought = dict(self._engine.llm_engine.model_config.get_diff_sampling_param())
        self._generation = applied(brought, sampling=parameters.temperature > 0)
        note = note_of("vllm", self._generation)
        self.notes = [note] if note else []
        room = max(1, self._window - parameters.max_tokens)
        tokens: dict[int, int] = {}

        def questions() -> Iterator[tuple[Tokens, Any]]:
            for index, request in enumerate(requests):
                prompt = self._encoder.prompt(request)
                tokens[index] = len(prompt)
                yield (
                    prompt[-room:],
                    SamplingParams(
                        **self._generation,
                        max_tokens=parameters.max_tokens,
                        temperature=parameters.temperature,
                        top_p=parameters.top_p,
                        seed=parameters.seed,
                        stop=stop_texts(parameters.stop, request),
                    ),
                )

        with closing(answers(self._engine, questions(), parameters.max_num_seqs)) as ended:
            for index, output in ended:
                completion, length = output.outputs[0], tokens.pop(index)
                yield (
                    index,
                    Response(
                        text=completion.text,
                        finish_reason=completion.finish_reason,
                        prompt_tokens=min(length, room),
                        completion_tokens=len(completion.token_ids),
                        truncated=length > room,
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
