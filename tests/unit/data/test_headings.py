from __future__ import annotations

import pytest

from pytest_haerae.data.headings import misspelt, unknown_layout

LAYOUTS = [frozenset({"question", "options", "answer"}), frozenset({"문제", "보기", "정답"}), frozenset({"questions"})]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["question", "options", "answr"], ("answr", "answer")),
        (["question", "options", "aswr", "answr"], ("answr", "answer")),
        (["문제", "보기", "정닶"], ("정닶", "정답")),
        (["qestion", "options", "answr"], None),
        (["question", "options", "gold", 7], None),
        (["question", "options", "answer"], None),
        ([], None),
    ],
)
def test_the_only_heading_that_a_layout_lacks_may_be_there_misspelt(
    names: list[object], found: tuple[str, str] | None
) -> None:
    assert misspelt(names, LAYOUTS) == found


def test_headings_that_no_layout_has_are_told_with_the_way_out() -> None:
    assert str(unknown_layout("a.csv", ["question", "options", "answr"], LAYOUTS)) == (
        "a.csv: the columns question, options, answr are no known layout: did you mean 'answer' by 'answr'? If not,"
        " describe them with --dataset-columns question=…,options=a|b|c,answer=…"
    )
    assert str(unknown_layout("a.csv", ["q", 1], LAYOUTS)) == (
        "a.csv: the columns q, 1 are no known layout; describe them with --dataset-columns"
        " question=…,options=a|b|c,answer=…"
    )
