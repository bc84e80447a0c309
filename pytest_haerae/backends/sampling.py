"""The parameters of a generation, by one name on every backend that has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request

_LATER = frozenset(
    {
        "top_k",
        "min_p",
        "typical_p",
        "repetition_penalty",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
    }
)
"""Those that the first releases did not know: None leaves each to the model and its engine."""
SAMPLING = frozenset({"max_tokens", "seed", "temperature", "top_p"}) | _LATER
"""The parameters of a generation that a single request may set for itself; `stop` is a field of its own there."""

_LARGEST_BIAS = 100.0
"""As in OpenAI's protocol; vLLM cuts what is larger."""


def _as_pairs(given: Any) -> Any:  # noqa: ANN401 - whatever was typed
    if isinstance(given, Mapping):
        return tuple(given.items())
    if given is None or isinstance(given, tuple | list):
        return given
    raise ValueError('it is a table of token ids and what is added to their logits, such as {"1234": -100}')


def _in_order(pairs: tuple[tuple[int, float], ...] | None) -> tuple[tuple[int, float], ...] | None:
    return pairs and tuple(sorted(dict(pairs).items()))


_Bias = Annotated[float, Field(ge=-_LARGEST_BIAS, le=_LARGEST_BIAS)]
LogitBias = Annotated[
    tuple[tuple[Annotated[int, Field(ge=0)], _Bias], ...] | None, BeforeValidator(_as_pairs), AfterValidator(_in_order)
]
"""Token ids and what is added to their logits, in the order of ids: a table that can be part of a key."""
Penalty = Annotated[float | None, Field(ge=-2, le=2)]
"""Of tokens that are in the output already, in the bounds of OpenAI's protocol."""
Share = Annotated[float | None, Field(gt=0, le=1)]
"""Of the probability."""


class SampledParameters(BackendParameters):
    """Parameters of a backend whose model draws tokens: those that all of this package's have."""

    temperature: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    top_k: int | None = Field(default=None, ge=0)
    min_p: float | None = Field(default=None, ge=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    logit_bias: LogitBias = None
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    later: ClassVar[frozenset[str]] = _LATER
    """Names of parameters that the first release of the backend did not know."""

    def identity(self) -> dict[str, Any]:
        """Without what is left to the engine and is new: answers that were stored before keep their keys."""
        identity = super().identity()
        return {name: value for name, value in identity.items() if name not in self.later or value not in (None, [])}

    def set_by_hand(self) -> dict[str, Any]:
        """Those parameters that are taken in the places of the model's own: each that has a value."""
        return {name: value for name in sorted(_LATER & self.sampling) if (value := getattr(self, name)) is not None}


class SearchedParameters(SampledParameters):
    """Parameters of a backend that may search for a likely text, in place of drawing one."""

    younger: ClassVar[frozenset[str]] = SampledParameters.younger | {"num_beams"}

    num_beams: int | None = Field(default=None, ge=1)

    @property
    def beams(self) -> int:
        """How many beginnings of a text are followed at once; 1 where none is searched for."""
        return self.num_beams or 1

    @model_validator(mode="after")
    def _searches_or_draws(self) -> Self:
        if self.beams > 1 and self.temperature > 0:
            raise ValueError("num_beams searches for one text, and temperature draws; leave one of them out")
        return self

    def repeats_problem(self) -> str | None:
        """That a search ends in the same text each time."""
        words = f"num_beams={self.num_beams} ends in the same text each time; leave one of them out"
        return words if self.beams > 1 else None


def check_bias(backend: str, bias: Iterable[tuple[int, float]] | None, vocabulary: int) -> None:
    """Refuse a bias of a token that the model does not have: an engine would pass it over, or refuse each request.

    Args:
        backend: The backend's name.
        bias: Token ids and what is added to their logits.
        vocabulary: Tokens that the model has.

    Raises:
        UsageError: There is one.
    """
    for token, _ in bias or ():
        if token >= vocabulary:
            words = f"{token} is no token of the model, which has {vocabulary}"
            raise UsageError(f"--model-params of {backend}: logit_bias: {words}")


def draw_seed(seed: int, request: Request) -> int:
    """What the tokens of an answer are drawn with: each prompt and each repeat has its own.

    With one seed for all, a draw would fall on the same side for all items at once, and their scores would hang
    together.

    Args:
        seed: The seed of the parameters that the request is answered with.
        request: The request.

    Returns:
        A number of 31 bits: engines keep their highest ones for "any".
    """
    messages = request.messages and [[each.role, each.content] for each in request.messages]
    images = [image.digest for each in request.messages or () for image in each.images]
    content = json.dumps([seed, request.context, messages, request.repeat, *([images] if images else ())])
    return int.from_bytes(blake2b(content.encode(), digest_size=4).digest()) >> 1
