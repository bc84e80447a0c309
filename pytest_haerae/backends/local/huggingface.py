"""Causal models of `transformers`, by hub id, folder or GGUF file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from pydantic import Field

from pytest_haerae.backends.local.batching import BatchBudget, BatchingBackend
from pytest_haerae.backends.local.checkpoint import CheckpointParameters, check_checkpoint, load_model, longest_input
from pytest_haerae.backends.local.encoding import Part, RequestEncoder, make_parts
from pytest_haerae.backends.local.generation import applied, note_of
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.types import Capability, Request, Response

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

if TYPE_CHECKING:
    from pytest_haerae.backends.local.grouping import Group, Scorable
    from pytest_haerae.backends.local.trie import Sums, Tokens


class HuggingFaceParameters(CheckpointParameters):
    """Parameters of the `huggingface` backend; sizes are in tokens."""

    batch_size: int | Literal["auto"] = "auto"
    max_length: int | None = Field(default=None, ge=8)
    max_tokens: int = Field(default=128, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    stop: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0)


class HuggingFaceBackend(BatchingBackend):
    """One model in this process; log-likelihoods are exact, in batches that are halved when memory runs out."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters = HuggingFaceParameters
    libraries: ClassVar[tuple[str, ...]] = ("torch", "transformers")

    def __init__(self, parameters: HuggingFaceParameters) -> None:
        from pytest_haerae.backends.local.causal_scoring import CausalScorer

        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._tokenizer, self._model = load_model(parameters)
        self._encoder = RequestEncoder(self._tokenizer)
        self._pad = self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0
        self._scorer = CausalScorer(self._model, self._pad)
        self._max_length = parameters.max_length or longest_input(self._model.config, self._tokenizer)
        self._budget = BatchBudget(self._model)
        # State-space and hybrid models keep a state that cannot be copied and cropped as keys and values can.
        # Chunked attention counts its chunks from the padding on.
        text_config = self._model.config.get_text_config()
        self._reusable_cache = not (
            getattr(self._model, "_is_stateful", False) or getattr(text_config, "attention_chunk_size", None)
        )

    @classmethod
    def check(cls, parameters: HuggingFaceParameters) -> None:
        """Find the libraries and the files."""
        check_checkpoint(parameters)

    def generation(self) -> Mapping[str, Any]:
        """What `generation_config.json` brings along and `transformers` applied to generated texts."""
        return self._generation

    def close(self) -> None:
        """Free the model."""
        self._scorer.forget()
        del self._model, self._scorer

    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from pytest_haerae.backends.local.grouping import make_groups, make_scorable

        parts, board, errors = make_parts("huggingface", self._encoder, requests, self._max_length + 1)
        yield from errors.items()
        for number, sums in self._score(
            parts, lambda: make_groups([make_scorable(i, part.context, part.trie) for i, part in enumerate(parts)])
        ):
            response = board.add(parts[number], sums)
            if response is not None:
                yield parts[number].index, response

    def _score(self, parts: Sequence[Part], groups: Callable[[], Sequence[Group]]) -> Iterator[tuple[int, Sums]]:
        """Sums of each part, by its number; batched, or sequence by sequence where the cache cannot be reused."""
        if not self._reusable_cache:
            kind = type(self._model).__name__
            self.method_detail = f"full sequences, one option at a time: {kind} keeps no cache that options can share"
            for number, part in enumerate(parts):
                values = [self._scorer.score_sequence(part.context, each) for each in part.trie.continuations]
                # Rounding may pass zero; what is not a number stays so, and is refused by the engine.
                yield number, tuple(0.0 if value > 0 else value for value in values)
            return
        self.method_detail = "option trie over each context's cache"
        for group in groups():
            members = list(group.members)
            while members:
                batch = self._scorer.next_batch(group.prefix, members, self._batch_rows(members))
                yield from self._halving(partial(self._scorer.score, group.prefix), batch)
                members = members[len(batch) :]

    def _halving(
        self, answer: Callable[[Sequence[Asked]], Iterable[Answered]], batch: Sequence[Asked]
    ) -> Iterator[Answered]:
        """Answer a batch; where memory runs out, its halves. No item is lost, a single one that does not fit raises."""
        try:
            yield from list(answer(batch))
            return
        except (RuntimeError, MemoryError) as error:
            if len(batch) == 1 or not _is_out_of_memory(error):
                raise
        self._release()
        middle = len(batch) // 2
        yield from self._halving(answer, batch[:middle])
        yield from self._halving(answer, batch[middle:])

    def _batch_rows(self, members: Sequence[Scorable]) -> int:
        if self._parameters.batch_size != "auto":
            return max(1, self._parameters.batch_size)
        copies = max((len(member.rows) for member in members), default=0)
        return self._budget.rows(len(members[0].fed), copies)

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        if requests:
            brought = self._model.generation_config.to_diff_dict()
            self._generation = applied(brought, sampling=self._parameters.temperature > 0)
            note = note_of("huggingface", self._generation)
            self.notes = [note] if note else []
        prompts = [self._encoder.prompt(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda index: -len(prompts[index]))
        while order:
            size = self._parameters.batch_size
            longest = len(prompts[order[0]]) + self._parameters.max_tokens
            rows = self._budget.rows(longest, 0) if size == "auto" else max(1, size)
            batch, order = order[:rows], order[rows:]
            yield from self._halving(self._generate, [(index, requests[index], prompts[index]) for index in batch])

    def _generate(self, batch: Sequence[tuple[int, Request, Tokens]]) -> list[tuple[int, Response]]:
        import torch

        parameters = self._parameters
        room = max(1, self._max_length - parameters.max_tokens)
        kept = [prompt[-room:] for _, _, prompt in batch]
        width = max(map(len, kept))
        # With those that the model brings along: they would end a row, and nothing would cut its text there.
        stops = stop_texts((*parameters.stop, *self._own_stops()), batch[0][1])
        sampling: dict[str, Any] = {"do_sample": False}
        if parameters.temperature > 0:
            torch.manual_seed(parameters.seed)
            sampling = {"do_sample": True, "temperature": parameters.temperature, "top_p": parameters.top_p}
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=torch.tensor([[self._pad] * (width - len(one)) + list(one) for one in kept]).to(
                    self._model.device
                ),
                attention_mask=torch.tensor([[0] * (width - len(one)) + [1] * len(one) for one in kept]).to(
                    self._model.device
                ),
                max_new_tokens=parameters.max_tokens,
                pad_token_id=self._pad,
                # One row a prompt, as ids, whatever the model brings along: a second one would be the next item's.
                num_return_sequences=1,
                return_dict_in_generate=False,
                **({"stop_strings": stops, "tokenizer": self._tokenizer} if stops else {}),
                **sampling,
            )
        return [
            (index, self._completion(output[row, width:].tolist(), stops, len(one), len(one) < len(prompt)))
            for row, ((index, _, prompt), one) in enumerate(zip(batch, kept, strict=True))
        ]

    def _own_stops(self) -> Sequence[str]:
        found = self._model.generation_config.stop_strings or ()
        return (found,) if isinstance(found, str) else found

    def _completion(self, tokens: list[int], stops: Sequence[str], prompt_tokens: int, truncated: bool) -> Response:
        ends = self._model.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        length = next((place for place, token in enumerate(tokens) if token in ends), None)
        own = tokens if length is None else tokens[:length]
        text = str(self._tokenizer.decode(own, skip_special_tokens=True))
        cut = min((place for place in (text.find(stop) for stop in stops) if place >= 0), default=None)
        finished = length is not None or cut is not None
        return Response(
            text=text if cut is None else text[:cut],
            finish_reason="stop" if finished else "length",
            prompt_tokens=prompt_tokens,
            completion_tokens=len(own),
            truncated=truncated,
        )

    def _release(self) -> None:
        import gc

        import torch

        self._scorer.forget()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text
