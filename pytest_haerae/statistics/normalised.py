"""Accuracy by log-likelihoods over the length of what was scored: long options are not unlikely for being long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

    def right_over(self, lengths: Sequence[int]) -> bool:
        """Whether the right option has the highest log-likelihood over its length; of equal ones the first counts."""
        over = [value / max(1, length) for value, length in zip(self.loglikelihoods, lengths, strict=True)]
        return over.index(max(over)) == self.reference


def characters(text: str) -> int:
    """The length by which lm-evaluation-harness (0.4.13) makes `acc_norm`: Unicode characters."""
    return len(text)


def utf8_bytes(text: str) -> int:
    """The length by which it makes `acc_bytes`; three of a syllable of Hangul, one of a letter, digit or space."""
    return len(text.encode("utf-8", "surrogatepass"))


def accuracies_over(
    items: Callable[[], Iterable[Options]], lengths: Sequence[Callable[[str], int]]
) -> list[MetricEstimate | None]:
    """The accuracy over each of some lengths; None where each item's options are equally long: then it is the accuracy.

    Args:
        items: Makes the items, as often as they are gone over: all of their texts at once would be a second copy of the
            data.
        lengths: The lengths of a text.
    """
    # Letters are equally long, and most items are asked for one: of these there is nothing to compute.
    if not _differ(items(), lengths):
        return [None] * len(lengths)
    right: list[list[bool]] = [[] for _ in lengths]
    differ = [False] * len(lengths)
    texts: tuple[str, ...] = ()
    long: list[list[int]] = []
    for item in items():
        if item.texts is not texts:
            texts, long = item.texts, [[length(text) for text in item.texts] for length in lengths]
            differ = [before or len(set(now)) > 1 for before, now in zip(differ, long, strict=True)]
        for found, now in zip(right, long, strict=True):
            found.append(item.right_over(now))
    return [share_of(found) if tells else None for found, tells in zip(right, differ, strict=True)]


def _differ(items: Iterable[Options], lengths: Sequence[Callable[[str], int]]) -> bool:
    """Whether an item has options that are not equally long, by any of the lengths."""
    texts: tuple[str, ...] = ()
    for item in items:
        if item.texts is not texts:
            texts = item.texts
            if any(len({length(text) for text in texts}) > 1 for length in lengths):
                return True
    return False
