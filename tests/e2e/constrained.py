"""Answers that are kept to letters, held against the same model's log-likelihoods of these letters."""

from __future__ import annotations

from pytest_haerae.backends import Backend
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.types import Request


def check_letters(backend: Backend) -> None:
    """The letter is the likeliest of the item's; a free answer is something else.

    Args:
        backend: A base model, without drawing.
    """
    items = [item for subset in ("csat_geo", "history") for item in open_items("sample").items(subset)[:4]]
    letters = [item.labels or () for item in items]
    pairs = list(zip(items, letters, strict=True))
    scored = dict(backend.run([Request("loglikelihood", item.query, own) for item, own in pairs]))
    # Free ones beside them, and each with its own letters.
    asked = [Request("generate", item.query, choices=own) for item, labels in pairs for own in (labels, labels[:2], ())]
    answers = dict(backend.run(asked))
    for index, own in enumerate(letters):
        values = scored[index].loglikelihoods
        assert values is not None
        kept, fewer, free = (answers[3 * index + place] for place in range(3))
        assert kept.text == own[values.index(max(values))]
        assert fewer.text == own[values[:2].index(max(values[:2]))]
        assert kept.completion_tokens in (1, 2)
        assert free.text not in own
