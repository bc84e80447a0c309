"""How near a free-text answer comes to the reference: the character F-score chrF."""

from __future__ import annotations

from collections import Counter

LONGEST_ORDER = 6
BETA = 2
LONGEST_COMPARED = 2_000
"""Characters of an answer that are compared: a runaway text must not cost seconds, and its score is near 0 anyway."""


def character_f(answer: str, reference: str) -> float:
    """ChrF of an answer: the F-score of the n-grams of characters, recall counting twice as much as precision.

    Precision and recall are averaged over n = 1 to 6 (over the n for which both texts are long enough), then joined as
    (1 + β²)·P·R / (β²·P + R) with β = 2. Source: Popović 2015, "chrF: character n-gram F-score for automatic MT
    evaluation"; on equal texts the values are those of sacrebleu's ``sentence_chrf`` divided by 100.

    Args:
        answer: The normalised answer.
        reference: The normalised reference.

    Returns:
        0.0 to 1.0; 1.0 for equal texts.
    """
    answer = answer[:LONGEST_COMPARED]
    precisions, recalls = [], []
    for order in range(1, min(LONGEST_ORDER, len(answer), len(reference)) + 1):
        given, wanted = _n_grams(answer, order), _n_grams(reference, order)
        common = sum((given & wanted).values())
        precisions.append(common / given.total())
        recalls.append(common / wanted.total())
    if not precisions or not sum(precisions):
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def _n_grams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
