"""One of several answers to an item, as a report has it."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.types import Outcome

OrderScores = Annotated[
    list[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]], Field(min_length=2, max_length=2)
]
"""What an answer is worth shown before another one, and after it."""


class Tokens(TypedDict):
    """Tokens of one answer, or of all of them; null where the backend does not say."""

    prompt: int | None
    completion: int | None
    reasoning: NotRequired[int]
    """Those of the completion that the model thought in; left out where the backend does not say."""
    cached: NotRequired[int]
    """Those of the prompt that the server had in its cache; left out where it does not say."""


class TurnRow(TypedDict):
    """One question of a conversation and what was answered to it."""

    question: str
    reference: str | None
    answer: str | None
    """The output; null where an error ended the conversation before."""
    reasoning: NotRequired[str]
    """What the model thought before it answered."""
    score: NotRequired[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    """What the answer is worth, where the turns are judged one by one."""


class VoteRow(TypedDict):
    """What one of several judges made of an answer."""

    judge: str
    """What it is called in this run."""
    outcome: Outcome
    score: NotRequired[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    judgements: list[str]
    """What it wrote, in the order in which it was asked."""
    order_scores: NotRequired[OrderScores]


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
    panel: NotRequired[list[VoteRow]]
    order_scores: NotRequired[OrderScores]
    turns: NotRequired[list[TurnRow]]
    error: str | None
    log_probability: NotRequired[Annotated[float, Field(le=0, allow_inf_nan=False)]]
    """The sum of the log-probabilities (natural logarithm) that the model gave to the answer's tokens; only where the
    answers were ranked by it."""
    log_probability_tokens: NotRequired[Annotated[int, Field(ge=0)]]
    """How many tokens that sum is of."""
    rank: NotRequired[Annotated[float, Field(allow_inf_nan=False)] | None]
    """The greater, the more it is the one to be taken of all; null for an answer that is the last whatever the others
    are; only where the answers were ranked."""
