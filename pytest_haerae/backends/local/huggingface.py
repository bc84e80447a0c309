"""Causal models of `transformers`, by hub id, folder or GGUF file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from pytest_haerae.backends.local.batching import BatchBudget, BatchingBackend, Load, halving
from pytest_haerae.backends.local.checkpoint import CheckpointParameters, check_checkpoint, load_model, longest_input
from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.generation import applied, note_of
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.types import Capability, Request, Response

if TYPE_CHECKING:
    from pytest_haerae.backends.local.loglikelihoods import LoglikelihoodRunner
    from pytest_haerae.backends.local.trie import Tokens


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
        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._tokenizer, self._model = load_model(parameters)
        self._encoder = RequestEncoder(self._tokenizer)
        self._pad = self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0
        self._max_length = parameters.max_length or longest_input(self._model.config, self._tokenizer)
        self._budget = BatchBudget(self._model, None if parameters.batch_size == "auto" else parameters.batch_size)
        self._runner: LoglikelihoodRunner | None = None

    @classmethod
    def check(cls, parameters: HuggingFaceParameters) -> None:
        """Find the libraries and the files."""
        check_checkpoint(parameters)

    def generation(self) -> Mapping[str, Any]:
        """What `generation_config.json` brings along and `transformers` applied to generated texts."""
        return self._generation

    def close(self) -> None:
        """Free the model."""
        self._runner = None
        del self._model

    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from pytest_haerae.backends.local.loglikelihoods import LoglikelihoodRunner

        # Once it is asked for: a model that only generates is not tried out.
        if self._runner is None:
            self._runner = LoglikelihoodRunner(self._model, self._encoder, self._budget, self._max_length, self._pad)
        self.method_detail = self._runner.detail
        yield from self._runner.run(requests)

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        if requests:
            brought = self._model.generation_config.to_diff_dict()
            self._generation = applied(brought, sampling=self._parameters.temperature > 0)
            note = note_of("huggingface", self._generation)
            self.notes = [note] if note else []
        prompts = [self._encoder.prompt(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda index: -len(prompts[index]))
        while order:
            load = Load(len(prompts[order[0]]) + self._parameters.max_tokens)
            rows = self._budget.rows(load)
            batch, order = order[:rows], order[rows:]
            asked = [(index, requests[index], prompts[index]) for index in batch]
            for answers in halving(self._generate, asked, partial(self._budget.refuse, load)):
                yield from answers

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
