"""Writes the rows of the benchmark `sample_pairs` from those of the embedded sample, by one rule.

    python tests/make_sample_pairs.py

Rows of a subset pair up as they stand: the first with the second, the third with the fourth; a last one without a
partner is left out. Both are asked with the right answers of both as their options, in the same order. So each pair of
answers is asked twice, once for either: whoever looks at the answers alone is right in exactly one of the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pytest_haerae.catalogue.benchmarks.sample_pairs import FOLDER
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.local import SAMPLE
from pytest_haerae.data.passages import passage_of, stem_of
from pytest_haerae.types import Item


def paired_rows(items: list[Item]) -> Iterator[dict[str, object]]:
    """The rows that a subset's items make."""
    for first, second in zip(items[::2], items[1::2], strict=False):
        answers = [right_answer(first), right_answer(second)]
        for item, letter in ((first, "A"), (second, "B")):
            passage = passage_of(item.query)
            about = {"context": passage} if passage else {}
            yield {**about, "question": stem_of(item.query), "options": answers, "answer": letter}


def right_answer(item: Item) -> str:
    """The text of an item's right option, or its free text."""
    return dict(zip(item.labels or (), item.options or (), strict=True)).get(item.reference, item.reference)


def files() -> Iterator[tuple[str, str]]:
    """Each file's name, and its content."""
    loader = open_items(SAMPLE)
    for subset in loader.dataset.subsets():
        rows = paired_rows(loader.items(subset))
        yield f"{subset}.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files():
        (FOLDER / name).write_text(content, encoding="utf-8")
