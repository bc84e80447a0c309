"""One of several answers to an item, as a report has it."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.types import Outcome


class Tokens(TypedDict):
    """Tokens of one answer, or of all of them; null where the backend does not say."""

    prompt: int | None
    completion: int | None
    reasoning: NotRequired[int]
    """Those of the completion that the model thought in; left out where the backend does not say."""
    cached: NotRequired[int]
    """Those of the prompt that the server had in its cache; left out where it does not say."""


class AnswerRow(TypedDict):
    """One of several answers to an item; its keys are those of a sample."""

    outcome: Outcome
    prediction: str | None
    raw_output: str | None
    reasoning: str | None
    finish_reason: str | None
    tokens: Tokens
    why: str | None
    why_start: NotRequired[int | None]
    rule: NotRequired[str | None]
    explanation: NotRequired[str]
    score: NotRequired[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    judgements: NotRequired[list[str]]
    error: str | None
