"""Causal models of `transformers`, by hub id, folder or GGUF file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.backends.local.batching import BatchBudget, BatchingBackend
from pytest_haerae.backends.local.checkpoint import (
    INSTALL,
    REQUIRES,
    CheckpointParameters,
    check_checkpoint,
    load_model,
    longest_input,
)
from pytest_haerae.backends.local.counting import count_tokens
from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.generation import note_of
from pytest_haerae.backends.local.reasoning import close_thoughts, thinking
from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.backends.sampling import SAMPLING, SearchedParameters, Share
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Capability, Request, Response

if TYPE_CHECKING:
    from pytest_haerae.backends.local.image_text import ImageTextModel
    from pytest_haerae.backends.local.loglikelihoods import LoglikelihoodRunner
    from pytest_haerae.backends.protocol import Backend
    from pytest_haerae.images import Image

_IMAGES = "images=true"
"""What loads a model that reads images, as it is typed."""


class HuggingFaceParameters(CheckpointParameters, SearchedParameters, ReasoningParameters):
    """Parameters of the `huggingface` backend; sizes are in tokens."""

    younger: ClassVar[frozenset[str]] = ReasoningParameters.younger | SearchedParameters.younger | {"images"}

    # transformers counts no tokens of an output, so it has no penalties that rise with their number.
    sampling: ClassVar[frozenset[str]] = SAMPLING - {"presence_penalty", "frequency_penalty"}

    batch_size: int | Literal["auto"] = "auto"
    max_length: int | None = Field(default=None, ge=8)
    max_tokens: int = Field(default=128, ge=1)
    top_p: float = Field(default=1.0, gt=0, le=1)
    typical_p: Share = None
    seed: int = Field(default=0, ge=0)
    images: bool | None = None

    @model_validator(mode="after")
    def _thinks_by_itself(self) -> Self:
        if self.images and self.reasoning is not None:
            raise ValueError("reasoning cannot be set of a model that reads images; leave one of them out")
        return self


class HuggingFaceBackend(BatchingBackend):
    """Checkpoints in this process, through transformers.

    Log-likelihoods are exact, in batches that are halved when memory runs out. Texts are handed over as each ends.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    constrains: ClassVar[bool] = True
    log_probabilities: ClassVar[bool] = True
    takes_images: ClassVar[bool] = True
    parameters = HuggingFaceParameters
    libraries: ClassVar[tuple[str, ...]] = ("torch", "transformers")
    requires: ClassVar[tuple[str, ...]] = REQUIRES
    install: ClassVar[str] = INSTALL

    def __init__(self, parameters: HuggingFaceParameters) -> None:
        self._parameters = parameters
        self._generation: dict[str, Any] = {}
        self._runner: LoglikelihoodRunner | None = None
        if parameters.images:
            from pytest_haerae.backends.local.image_text import ImageTextModel

            self._reading: ImageTextModel | None = ImageTextModel(parameters)
            return
        self._reading = None
        self._tokenizer, self._model = load_model(parameters)
        self._thinking = thinking(parameters.reasoning, self._tokenizer.chat_template)
        self._encoder = RequestEncoder(self._tokenizer, self._thinking.arguments)
        self._pad = self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0
        self._max_length = parameters.max_length or longest_input(self._model.config, self._tokenizer)
        self._budget = BatchBudget(self._model, None if parameters.batch_size == "auto" else parameters.batch_size)

    @classmethod
    def check(cls, parameters: HuggingFaceParameters) -> None:
        """Find the libraries and the files."""
        check_checkpoint(parameters)
        if parameters.images:
            check_installed(f"--model-params of huggingface: {_IMAGES}", ["PIL"], extra("images"))

    @classmethod
    def images_problem(cls, parameters: HuggingFaceParameters, images: Iterable[Image]) -> str | None:
        """That it was not told to load what reads them, or that one would have to be fetched."""
        if not parameters.images:
            return f"which its model reads where it is loaded for them: add --model-params {_IMAGES}"
        far = next((image for image in images if isinstance(image.source, str)), None)
        return None if far is None else f"of which one is at an address ({far.name}), and only an API fetches it"

    @classmethod
    def reward_models(cls) -> type[Backend]:
        """Sequence classifiers."""
        from pytest_haerae.backends.local.reward import HuggingFaceRewards

        return HuggingFaceRewards

    @classmethod
    def count_tokens(cls, parameters: HuggingFaceParameters, requests: Sequence[Request]) -> Iterator[int] | None:
        """By the checkpoint's tokenizer."""
        name, trust = parameters.model_name_or_path, parameters.trust_remote_code
        return count_tokens(name, parameters.revision, requests, parameters.reasoning, trust=trust)

    def generation(self) -> Mapping[str, Any]:
        """What `generation_config.json` brings along and `transformers` applied to generated texts."""
        return self._generation

    def close(self) -> None:
        """Free the model, and the tokenizer: it keeps a vocabulary and its merges as Python's objects."""
        self._runner = None
        if self._reading is None:
            del self._model, self._tokenizer, self._encoder
        self._reading = None

    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from pytest_haerae.backends.local.loglikelihoods import LoglikelihoodRunner

        if self._reading is not None:
            raise UsageError(f"--method=log_likelihood: leave --model-params {_IMAGES} out: it scores texts alone")
        # Once it is asked for: a model that only generates is not tried out.
        if self._runner is None:
            self._runner = LoglikelihoodRunner(self._model, self._encoder, self._budget, self._max_length, self._pad)
        self.method_detail = self._runner.detail
        yield from self._runner.run(requests)

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from pytest_haerae.backends.local.generations import GenerationRunner

        if not requests:
            return
        if self._reading is not None:
            yield from self._reading.run(requests)
            return
        parameters: HuggingFaceParameters = self._parameters.of_request(requests[0])
        runner = GenerationRunner(
            self._model,
            self._tokenizer,
            self._budget,
            self._max_length,
            pad=self._pad,
            parameters=parameters,
            close=close_thoughts(self._thinking, self._tokenizer),
        )
        self._generation = runner.brought
        note = note_of("huggingface", self._generation)
        self.notes = [note] if note else []
        yield from runner.run(requests, self._encoder, lambda request: self._parameters.of_request(request).seed)
