"""Models on a vLLM engine in this process; log-likelihoods through the option trie and the engine's prefix cache."""

from __future__ import annotations

import gc
import inspect
import math
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pytest_haerae.backends.local.batching import BatchingBackend
from pytest_haerae.backends.local.counting import count_tokens
from pytest_haerae.backends.local.encoding import Part, RequestEncoder, Scoreboard, make_parts
from pytest_haerae.backends.local.generation import applied, note_of
from pytest_haerae.backends.local.reasoning import with_thought
from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.backends.local.vllm import pictured
from pytest_haerae.backends.local.vllm.asking import Refusal, answers
from pytest_haerae.backends.local.vllm.beam_search import refuse_what_no_search_does, searched
from pytest_haerae.backends.local.vllm.engine import INSTALL, REQUIRES, VllmParameters, check_vllm, start_engine
from pytest_haerae.backends.local.vllm.forcing import can_force
from pytest_haerae.backends.local.vllm.questions import Question, by_prompts, by_token_ids, score
from pytest_haerae.backends.local.vllm.reasoning import thinking_of, with_budget
from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.backends.sampling import check_bias, draw_seed
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Capability, Request, Response

if TYPE_CHECKING:
    from pytest_haerae.images import Image

_QUEUE = 4
"""Questions in flight for each that the engine answers at a time: most take one step, and none should find it idle."""
_LONGEST_CHAIN = 64
"""Nodes of a trie that one request reads: each of its tokens brings the log-probabilities of all that it asks for."""
_ENCODED_AT_ONCE = 256
"""Requests that are encoded when their turn comes; the engine works on others meanwhile."""
_THREAD_SECONDS = 1.0
"""How long the end of one of the engine's threads is waited for."""


class _Encoded(NamedTuple):
    """Requests that were encoded together.

    Attributes:
        start: The first one's place among all.
        board: Collects their sums.
    """

    start: int
    board: Scoreboard


class VllmBackend(BatchingBackend):
    """Checkpoints in a vLLM engine.

    There is one for a whole run; its processes end with it. Answers are handed on as each ends.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    constrains: ClassVar[bool] = True
    log_probabilities: ClassVar[bool] = True
    takes_images: ClassVar[bool] = True
    parameters: ClassVar[type[BackendParameters]] = VllmParameters
    libraries: ClassVar[tuple[str, ...]] = ("vllm", "torch", "transformers")
    requires: ClassVar[tuple[str, ...]] = REQUIRES
    install: ClassVar[str] = INSTALL

    def __init__(self, parameters: VllmParameters) -> None:
        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._threads_before = set(threading.enumerate())
        self._thinking = thinking_of(parameters)
        self._engine = start_engine(with_budget(parameters, self._thinking))
        self._encoder = RequestEncoder(self._engine.get_tokenizer(), self._thinking.arguments)
        self._window = int(self._engine.llm_engine.model_config.max_model_len)

    @classmethod
    def check(cls, parameters: VllmParameters) -> None:
        """Find the library and the files."""
        check_vllm(parameters)

    @classmethod
    def images_problem(cls, parameters: VllmParameters, images: Iterable[Image]) -> str | None:
        """That one would have to be fetched, or that its model has nothing to read them with."""
        return pictured.images_problem(parameters, images)

    @classmethod
    def count_tokens(cls, parameters: VllmParameters, requests: Sequence[Request]) -> Iterator[int] | None:
        """By the engine's tokenizer."""
        name, revision = parameters.tokenizer()
        return count_tokens(name, revision, requests, parameters.reasoning, trust=parameters.trust_remote_code)

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
        self._refuse_speculation("--method=log_likelihood")
        errors: dict[int, Response] = {}
        jobs: Iterable[tuple[_Encoded, Part]] = self._encoded(requests, errors)
        for questions_of in self._ways():
            left: list[tuple[_Encoded, Part]] = []
            with closing(score(self._engine, jobs, questions_of, _QUEUE * self._parameters.max_num_seqs)) as scored:
                for encoded, part, sums in scored:
                    if sums is None:
                        left.append((encoded, part))
                    elif (response := encoded.board.add(part, sums)) is not None:
                        yield encoded.start + part.index, response
            jobs = left
        yield from errors.items()

    def _refuse_speculation(self, place: str) -> None:
        if (self._parameters.model_extra or {}).get("speculative_config"):
            raise UsageError(f"{place}: vllm gives no exact log-probabilities with speculative_config")

    def _encoded(self, requests: Sequence[Request], errors: dict[int, Response]) -> Iterator[tuple[_Encoded, Part]]:
        """The parts of all requests; those that cannot be scored become errors.

        One generated token is counted with the prompt, so a sequence of window + 1 tokens does not fit, unlike in
        transformers; lm-evaluation-harness' vllm model cuts at the same length.
        """
        for start in range(0, len(requests), _ENCODED_AT_ONCE):
            chosen = requests[start : start + _ENCODED_AT_ONCE]
            parts, board, refused = make_parts("vllm", self._encoder, chosen, self._window)
            errors.update((start + index, response) for index, response in refused.items())
            encoded = _Encoded(start, board)
            yield from ((encoded, part) for part in parts)

    def _ways(self) -> list[Callable[[Part], Iterator[Question]]]:
        """What to ask for a part, and what to ask for it where the engine did not follow."""
        if not self._knows_token_ids():
            self.method_detail = "prompt_logprobs of each option's full sequence"
            return [by_prompts]
        self.method_detail = "option trie, logprob_token_ids over the full vocabulary, prefix cache"
        lengths = (_LONGEST_CHAIN, 1) if can_force(self._engine) else (1,)
        return [partial(by_token_ids, longest=longest) for longest in lengths]

    def _knows_token_ids(self) -> bool:
        from vllm import SamplingParams

        return "logprob_token_ids" in inspect.signature(SamplingParams).parameters

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from vllm import SamplingParams

        if not requests:
            return
        if requests[0].log_probability:
            self._refuse_speculation("--evaluator-params rank")
            if any(request.choices for request in requests):
                words = "of a text that is kept to letters vllm tells how likely it is among them alone"
                raise UsageError(f"--evaluator-params rank: {words}; leave constrain=letters out, or rank")
        parameters: VllmParameters = self._parameters.of_request(requests[0])
        if parameters.beams > 1:
            yield from self._searched(requests, parameters)
            return
        by_hand = parameters.set_by_hand()
        # What the engine itself would generate with: the repetition penalty and its like of `generation_config.json`.
        brought = dict(self._engine.llm_engine.model_config.get_diff_sampling_param())
        self._generation = applied(brought, sampling=parameters.temperature > 0, by_hand=by_hand)
        if "logit_bias" in by_hand:
            check_bias("vllm", parameters.logit_bias, int(self._engine.llm_engine.model_config.get_vocab_size()))
            by_hand["logit_bias"] = dict(by_hand["logit_bias"])
        note = note_of("vllm", self._generation)
        self.notes = [note] if note else []
        budget = {} if self._thinking.budget is None else {"thinking_token_budget": self._thinking.budget}
        room = max(1, self._window - parameters.max_tokens)
        lengths: dict[int, int] = {}

        def questions() -> Iterator[tuple[Tokens | Request, Any]]:
            for index, request in enumerate(requests):
                prompt = self._prompt(request)
                if not isinstance(prompt, Request):
                    lengths[index], prompt = len(prompt), prompt[-room:]
                yield (
                    prompt,
                    SamplingParams(
                        **self._generation,
                        **by_hand,
                        **budget,
                        max_tokens=parameters.max_tokens,
                        temperature=parameters.temperature,
                        top_p=parameters.top_p,
                        seed=draw_seed(self._parameters.of_request(request).seed, request),
                        stop=stop_texts(parameters.stop, request),
                        **_kept_to(request.choices),
                        # Of each token that is drawn, and of no other.
                        **({"logprobs": 0} if request.log_probability else {}),
                    ),
                )

        most = pictured.most_in_flight(requests[0], parameters.max_num_seqs)
        enqueue = pictured.enqueue_chats(self._thinking.arguments)
        with closing(answers(self._engine, questions(), most, enqueue)) as ended:
            for index, output in ended:
                if isinstance(output, Refusal):
                    yield index, Response(error=f"vllm: {output.reason}")
                else:
                    yield index, self._response(requests[index], output, lengths.pop(index, None), room)

    def _prompt(self, request: Request) -> Tokens | Request:
        """The tokens of a prompt; of a chat with images the request itself, which the engine renders."""
        if pictured.has_images(request):
            pictured.check_reads_images(self._engine, self._parameters.model_name_or_path)
            return request
        return self._encoder.prompt(request)

    def _response(self, request: Request, output: Any, length: int | None, room: int) -> Response:  # noqa: ANN401 - the engine's
        """What came of a request, whose prompt had so many tokens before it was cut to the room; None: it was not."""
        completion = output.outputs[0]
        answer = Response(
            text=completion.text,
            finish_reason=completion.finish_reason,
            prompt_tokens=len(output.prompt_token_ids) if length is None else min(length, room),
            completion_tokens=len(completion.token_ids),
            truncated=length is not None and length > room,
            **(_log_probability(completion) if request.log_probability else {}),
        )
        rendered = pictured.end_of_prompt(self._engine, output) if length is None else None
        return with_thought(answer, self._encoder, request, completion.token_ids, self._text, prompt=rendered)

    def _searched(self, requests: Sequence[Request], parameters: VllmParameters) -> Iterator[tuple[int, Response]]:
        """The texts that a beam search ends in; a stop text cuts them, and does not end the search."""
        rendered = [self._prompt(request) for request in requests]
        refuse_what_no_search_does(parameters, requests, rendered, self._thinking.budget)
        room = max(1, self._window - parameters.max_tokens)
        prompts = [prompt for prompt in rendered if not isinstance(prompt, Request)]
        for index, found in searched(self._engine, [prompt[-room:] for prompt in prompts], parameters):
            request, text = requests[index], self._text(found.tokens)
            stops = stop_texts(parameters.stop, request)
            cut = min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)
            answer = Response(
                text=text[:cut],
                finish_reason="stop" if found.ended or cut is not None else "length",
                prompt_tokens=min(len(prompts[index]), room),
                completion_tokens=len(found.tokens),
                truncated=len(prompts[index]) > room,
            )
            yield index, with_thought(answer, self._encoder, request, found.tokens, self._text)

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._engine.get_tokenizer().decode(list(tokens), skip_special_tokens=True))


def _log_probability(completion: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's output
    """The log-probability of a text's tokens, without the one that ended it: of the raw logits, whatever was drawn."""
    tokens = list(completion.token_ids)
    if completion.finish_reason == "stop" and not isinstance(completion.stop_reason, str):
        tokens = tokens[:-1]
    values = [entry[token].logprob for token, entry in zip(tokens, completion.logprobs, strict=False)]
    return {"log_probability": min(0.0, math.fsum(values)), "log_probability_tokens": len(values)}


def _kept_to(choices: Sequence[str]) -> dict[str, Any]:
    """What keeps a text to choices, as the engine's `SamplingParams` have it; empty where it is free."""
    if not choices:
        return {}
    from vllm.sampling_params import StructuredOutputsParams

    return {"structured_outputs": StructuredOutputsParams(choice=list(choices))}
