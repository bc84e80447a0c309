"""How much a model thinks before it answers, as what a backend's parameters say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Reasoning, ReasoningLevel

ReasoningSetting = ReasoningLevel | Annotated[int, Field(ge=1, strict=True)]
"""The type of the parameter `reasoning`, by which a backend says that it can be told."""


class ReasoningParameters(BackendParameters):
    """Parameters of a backend that can be told how much a model is to think."""

    max_tokens: int = Field(default=128, ge=1)
    reasoning: ReasoningSetting | None = None

    def longest_answer(self) -> int:
        """What it is cut at."""
        return self.max_tokens

    def choices_problem(self) -> str | None:
        """That the model is told to think first."""
        words = f"a text that is kept to choices has no room for reasoning={self.reasoning}"
        thinks = self.reasoning not in (None, "off")
        return f"{words}; leave that out, or say --reasoning=off" if thinks else super().choices_problem()

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if isinstance(self.reasoning, int) and self.reasoning >= self.max_tokens:
            raise ValueError(
                f"reasoning of {self.reasoning} tokens leaves no room for an answer in max_tokens={self.max_tokens}"
            )
        return self


def with_reasoning(
    name: str, backend: type[Backend], params: Mapping[str, Any], reasoning: Reasoning | None
) -> Mapping[str, Any]:
    """The model's parameters with what ``--reasoning`` says of them.

    Args:
        name: The backend's name.
        backend: Its class.
        params: What ``--model-params`` gives.
        reasoning: What ``--reasoning`` says; None where it is not given.

    Raises:
        UsageError: The backend has no such parameter.
    """
    if reasoning is None:
        return params
    if "reasoning" not in backend.parameters.model_fields:
        raise UsageError(f"--reasoning={reasoning}: backend '{name}' has no reasoning that could be set")
    return {**params, "reasoning": reasoning}


def unavailable(reasoning: Reasoning, why: str) -> UsageError:
    """The refusal of a setting that a model or a server does not have.

    Args:
        reasoning: The setting.
        why: What it has instead, or what would have to be done.
    """
    return UsageError(f"--reasoning={reasoning}: {why}")
