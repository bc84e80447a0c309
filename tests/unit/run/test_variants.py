from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.variants import NO_VARIANTS, Variants, variants_of
from tests.unit.fakes import everything, prepared, question

ROWS = [question(number) for number in range(6)]


def variants(folder: Path, rows: list[dict[str, Any]] | None = None, **options: Any) -> tuple[Variants, Questions]:  # noqa: ANN401
    evaluation = prepared(folder, rows or ROWS, **options)
    questions = Questions(evaluation.plan, evaluation.source)
    return variants_of(evaluation.plan, questions, everything(evaluation)), questions


def test_nothing_is_made_where_nothing_is_probed(tmp_path: Path) -> None:
    assert variants(tmp_path)[0] is NO_VARIANTS


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_all_orders_of_an_item_are_beside_each_other_and_have_keys_of_their_own(method: str, tmp_path: Path) -> None:
    found, questions = variants(tmp_path, method=method, shuffle_options=4)
    assert [variant.entry.item.index for variant in found.asked] == [n for n in range(6) for _ in range(3)]
    assert len({variant.key for variant in found.asked}) == 18
    for variant in found.asked:
        request = questions.in_way(variant.entry, variant.way)
        shown = variant.way.asks(variant.entry.item).options or ()
        lines = "\n".join(f"({label}) {text}" for label, text in zip("ABC", shown, strict=True))
        assert lines in request.context
    assert list(found.last([])) == [
        [variant.key for variant in found.asked if variant.way.number == number] for number in (1, 2, 3)
    ]


def test_an_item_is_no_example_of_itself_in_another_order(tmp_path: Path) -> None:
    found, questions = variants(tmp_path, shuffle_options=2, num_few_shot=5)
    for variant in found.asked:
        assert questions.in_way(variant.entry, variant.way).context.count(f"{variant.entry.item.index}번 문제는?") == 1


def test_a_prompt_that_shows_no_order_is_not_asked_again(tmp_path: Path) -> None:
    found, _ = variants(tmp_path, shuffle_options=3, method="log_likelihood", prompt="option_text")
    assert found.asked == []
    assert set(found.left_out["shuffle_options"].values()) == {"not_shown"}


def test_a_prompt_that_leaves_options_out_is_refused(tmp_path: Path) -> None:
    rows = [question(0, options=["봄", "여름", "가을", "겨울", "새해"])]
    with pytest.raises(UsageError, match=r"--prompts: click does not show option \(E\) of"):
        variants(tmp_path, rows, prompts="letter,click")
    found, _ = variants(tmp_path, rows, method="log_likelihood", prompts="raw,option_text")
    assert len(found.asked) == 1
    with pytest.raises(UsageError, match="has no option D"):
        variants(tmp_path, ROWS, prompts="letter,click")


def test_what_asks_the_same_has_the_same_key(tmp_path: Path) -> None:
    found, questions = variants(tmp_path, [{"question": "봄?", "answer": "봄"}], prompts="letter,answer_letter")
    own = {key for variant in found.asked for key in questions.keys_of(variant.entry) if key}
    assert {variant.key for variant in found.asked} == own
    assert list(found.last(own)) == []
