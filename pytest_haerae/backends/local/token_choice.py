"""The next token of each row: the likeliest, or drawn after the filters of `transformers`, in its order.

A row's choice never depends on the others of its batch: its penalties see its own tokens, and its draws are its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from pytest_haerae.backends.local.choosing import ChoicePaths, kept_to
from pytest_haerae.backends.local.reasoning import CloseThoughts
from pytest_haerae.backends.local.trie import Tokens

_BITS = 48
"""Of a draw: fewer than a float's 53, so that none is rounded up to the whole."""
_WARPERS: Mapping[str, tuple[Callable[[Any], Any], float]] = {
    "temperature": (TemperatureLogitsWarper, 1),
    "top_k": (TopKLogitsWarper, 0),
    "top_p": (TopPLogitsWarper, 1),
    "min_p": (MinPLogitsWarper, 0),
    "typical_p": (TypicalLogitsWarper, 1),
}
"""What acts where tokens are drawn, in the order of `generate`, with the value at which it does nothing."""
HANDLED = frozenset({"eos_token_id", "stop_strings", "repetition_penalty", *_WARPERS})
"""What a model may bring along for its texts to be those of `generate`."""


@dataclass(slots=True)
class Row:
    """A prompt, and what was generated after it.

    Attributes:
        number: Whose it is.
        prompt: Its tokens, at least one.
        seed: What its tokens are drawn with.
        opened: Whether the prompt has opened a thought.
        kept: What its text is kept to; None where it is free.
        tokens: Those generated so far.
        draws: Draws them.
        scored: Whether their log-probabilities are wanted.
        log_probabilities: Those of the tokens, under the model alone.
    """

    number: int
    prompt: Tokens
    seed: int
    opened: bool = False
    kept: ChoicePaths | None = None
    tokens: list[int] = field(default_factory=list)
    draws: random.Random = field(default_factory=random.Random)
    scored: bool = False
    log_probabilities: list[float] = field(default_factory=list)

    def begin(self) -> None:
        """Begin at the prompt, as if nothing had been generated."""
        self.tokens.clear()
        self.log_probabilities.clear()
        self.draws.seed(self.seed)

    @property
    def length(self) -> int:
        """Tokens of the prompt and after it."""
        return len(self.prompt) + len(self.tokens)


class TokenChoice:
    """Chooses tokens as `generate` does with these arguments.

    Args:
        arguments: Of `HANDLED`, with ``do_sample``; a `sequence_bias` has single tokens alone.
        vocabulary: Tokens that a next one is one of.
        device: Where its logits are made.
        close: Closes thoughts at their budget; None for no limit.
    """

    def __init__(
        self,
        arguments: Mapping[str, Any],
        vocabulary: int,
        device: torch.device,
        close: CloseThoughts | None = None,
    ) -> None:
        self._close = close
        self._drawing = bool(arguments["do_sample"])
        self._bias: torch.Tensor | None = None
        if biases := arguments.get("sequence_bias"):
            self._bias = torch.zeros(vocabulary, device=device)
            for (token,), bias in biases.items():
                self._bias[token] = bias
        penalty = float(arguments.get("repetition_penalty", 1.0))
        self._penalty = RepetitionPenaltyLogitsProcessor(penalty) if penalty != 1 else None
        warpers = (
            make(arguments[name])
            for name, (make, idle) in _WARPERS.items()
            if self._drawing and arguments.get(name, idle) != idle
        )
        self._warpers = LogitsProcessorList(warpers)

    def choose(self, logits: torch.Tensor, rows: Sequence[Row]) -> list[int]:
        """A token for each row; where they are wanted, a row is given its token's log-probability.

        Args:
            logits: Of shape (rows, vocabulary).
            rows: Whose tokens they are.
        """
        tokens = self._chosen(logits, rows)
        if self._close is not None:
            closing = [self._close.next_token(row.tokens, opened=row.opened) for row in rows]
            tokens = [token if forced is None else forced for token, forced in zip(tokens, closing, strict=True)]
        if any(row.scored for row in rows):
            for row, value in zip(rows, log_probabilities(logits, tokens), strict=True):
                row.log_probabilities.append(value)
        return tokens

    def _chosen(self, logits: torch.Tensor, rows: Sequence[Row]) -> list[int]:
        scores = logits.float()
        if self._bias is not None:
            scores = scores + self._bias
        if self._penalty is not None:
            own = [torch.tensor([(*row.prompt, *row.tokens)], device=scores.device) for row in rows]
            penalised = [self._penalty(tokens, scores[row : row + 1]) for row, tokens in enumerate(own)]
            scores = torch.cat(penalised)
        if any(row.kept is not None for row in rows):
            scores = kept_to([row.kept for row in rows], [row.tokens for row in rows], scores)
        if not self._drawing:
            return [int(token) for token in scores.argmax(dim=-1).tolist()]
        shares = torch.tensor([each.draws.getrandbits(_BITS) / (1 << _BITS) for each in rows], dtype=torch.float64)
        # The filters do not look at tokens.
        warped = self._warpers(None, scores) if self._warpers else scores
        sums = warped.softmax(dim=-1).double().cumsum(dim=-1)
        wanted = shares.to(sums.device).unsqueeze(1) * sums[:, -1:]
        drawn = torch.searchsorted(sums, wanted, right=True).squeeze(1)
        # Where a model gives what is no number, no token is found.
        return [int(token) for token in drawn.clamp(max=sums.shape[-1] - 1).tolist()]


def log_probabilities(logits: torch.Tensor, tokens: Sequence[int]) -> list[float]:
    """The log-probabilities of tokens under a model alone: no filter, bias, penalty or temperature is in them.

    Args:
        logits: Of shape (tokens, vocabulary), each as the model gave it.
        tokens: One for each.
    """
    chosen = torch.tensor(tokens, device=logits.device).unsqueeze(1)
    logits = logits.float()
    values = logits.gather(1, chosen).squeeze(1) - logits.logsumexp(dim=-1)
    return [float(value) for value in values.clamp(max=0).tolist()]
