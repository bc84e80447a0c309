"""Accuracy by log-likelihoods over the length of what was scored: long options are not unlikely for being long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_haerae.statistics.estimate import MetricEstimate, share_of


@dataclass(frozen=True, slots=True)
class Options:
    """An item's options as they were scored.

    Attributes:
        texts: What was scored of each, without the space before it.
        loglikelihoods: The log-likelihood of each.
        reference: The place of the right one.
    """

    texts: tuple[str, ...]
    loglikelihoods: tuple[float, ...]
    reference: int

    def right_over(self, length: Callable[[str], int]) -> bool:
        """Whether the right option has the highest log-likelihood over its length; of equal ones the first counts."""
        over = [value / max(1, length(text)) for value, text in zip(self.loglikelihoods, self.texts, strict=True)]
        return over.index(max(over)) == self.reference


def characters(text: str) -> int:
    """The length by which lm-evaluation-harness (0.4.13) makes `acc_norm`: Unicode characters."""
    return len(text)


def utf8_bytes(text: str) -> int:
    """The length by which it makes `acc_bytes`; three of a syllable of Hangul, one of a letter, digit or space."""
    return len(text.encode("utf-8", "surrogatepass"))


def accuracy_over(items: Sequence[Options], length: Callable[[str], int]) -> MetricEstimate | None:
    """The accuracy over a length; None where each item's options are equally long: then it is the accuracy.

    Args:
        items: The items.
        length: The length of a text.
    """
    if all(len({length(text) for text in item.texts}) <= 1 for item in items):
        return None
    return share_of([item.right_over(length) for item in items])
