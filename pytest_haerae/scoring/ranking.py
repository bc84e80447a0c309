"""Which of several answers to an item is the one to be taken: each has a number, and the greatest is the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_haerae.types import Answer


@dataclass(frozen=True, slots=True)
class Ranking:
    """A way to rank answers.

    Attributes:
        rank: The number of an answer; minus infinity for one that can only be the last.
        needs_log_probability: Whether the backend is asked for the log-probability of what it generates.
        needs_reward: Whether a reward model is asked about the answers.
    """

    rank: Callable[[Answer], float | None]
    needs_log_probability: bool = False
    needs_reward: bool = False


def log_probability(answer: Answer) -> float:
    """The mean log-probability of an answer's tokens; of an answer without tokens minus infinity.

    Source: M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374 (2021), figure 7: the
    sample with the highest mean is more often right than any, that with the highest sum is not.
    """
    total, tokens = answer.response.log_probability, answer.response.log_probability_tokens
    return total / tokens if total is not None and tokens else -math.inf


def log_probability_sum(answer: Answer) -> float:
    """The log-probability of an answer as a whole, which favours short ones; of an empty one minus infinity."""
    response = answer.response
    return response.log_probability if response.log_probability is not None and _has_tokens(answer) else -math.inf


def _has_tokens(answer: Answer) -> bool:
    return bool(answer.response.log_probability_tokens)


def reward(answer: Answer) -> float | None:
    """What a reward model gave an answer; None in a process that did not ask it."""
    return answer.rank


RANKINGS: Mapping[str, Ranking] = {
    "log_probability": Ranking(log_probability, needs_log_probability=True),
    "log_probability_sum": Ranking(log_probability_sum, needs_log_probability=True),
    "reward": Ranking(reward, needs_reward=True),
}
"""What ``--evaluator-params rank=NAME`` may name."""


def ranked(answers: Sequence[Answer], ranking: Ranking) -> tuple[Answer, ...]:
    """The same answers, each with its rank."""
    return tuple(replace(answer, rank=ranking.rank(answer)) for answer in answers)
