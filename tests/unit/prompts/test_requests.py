from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.datasets import open_dataset, open_items
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import choose_shots, make_request
from pytest_haerae.types import Item, Message
from tests.helpers import lettered

POOLS = st.lists(st.integers(0, 12), min_size=1, max_size=40)
COUNTS, SEEDS = st.integers(0, 6), st.integers(0, 5)


def item(number: int, index: int, space: str = " ") -> Item:
    return Item(f"s-{index:04}", "s", index, f"질문{space}{number}\n\n### 정답:", ("가", "나"), ("A", "B"), "A")


def pool_of(numbers: list[int]) -> list[Item]:
    """Items of which those with one number ask the same, in other spaces."""
    return [item(number, index, " " * (1 + index % 2)) for index, number in enumerate(numbers)]


def number_of(asked: Item) -> int:
    return int(asked.query.split()[1])


@given(POOLS, COUNTS, SEEDS)
def test_shots_are_never_the_item_and_else_the_same_for_all(numbers: list[int], count: int, seed: int) -> None:
    pool, asked = pool_of(numbers), item(99, 99)
    if len(set(numbers)) <= count:
        return
    common = choose_shots(pool, asked, count, seed)
    assert len({number_of(shot) for shot in common}) == len(common) == count
    for each in pool:
        shots = choose_shots(pool, each, count, seed)
        assert len(shots) == count
        assert number_of(each) not in {number_of(shot) for shot in shots}
        if number_of(each) not in {number_of(shot) for shot in common}:
            assert shots == common
        else:
            kept = [shot for shot in common if number_of(shot) != number_of(each)]
            assert shots[: count - 1] == kept
    assert choose_shots(list(pool), asked, count, seed) == common


@given(POOLS, COUNTS)
def test_too_few_other_items_are_refused_with_their_number(numbers: list[int], count: int) -> None:
    pool = pool_of(numbers)
    others = len(set(numbers)) - 1
    if others < count:
        message = f"subset s has only {others} other items in split dev, {count} are asked for"
        with pytest.raises(UsageError, match=message):
            choose_shots(pool, pool[0], count, 0, "dev")


def test_the_seed_decides_and_fewer_shots_are_the_first_of_more() -> None:
    pool, asked = pool_of(list(range(40))), item(99, 99)
    chosen = [tuple(number_of(shot) for shot in choose_shots(pool, asked, 5, seed)) for seed in range(20)]
    assert len(set(chosen)) == 20
    assert len({number for numbers in chosen for number in numbers}) > 30
    assert tuple(number_of(shot) for shot in choose_shots(pool, asked, 3, 0)) == chosen[0][:3]


def test_the_text_is_that_of_the_settings_of_lm_evaluation_harness() -> None:
    # tasks/haerae/_default_haerae_yaml of 0.4.13: doc_to_text "{{query}}", doc_to_target "{{answer}}", and the defaults
    # target_delimiter " " and fewshot_delimiter "\n\n". tests/e2e/test_few_shot.py holds the tokens against itself.
    for subset in ("general_knowledge", "history", "loan_words", "rare_words", "standard_nomenclature"):
        dataset = open_dataset("sample")
        rows, items = list(dataset.rows(subset)), open_items("sample").items(subset)
        places = random.Random(subset).sample(range(len(rows)), 6)  # noqa: S311 - no secret
        *shots, asked = places
        request = make_request(items[asked], find_prompt("raw"), "loglikelihood", [items[place] for place in shots])
        examples = "".join(f"{rows[place]['query']} {rows[place]['answer']}\n\n" for place in shots)
        assert request.context == examples + rows[asked]["query"]
        assert request.continuations == (" (A)", " (B)", " (C)", " (D)", " (E)")


def test_shots_of_a_chat_are_earlier_turns() -> None:
    asked, shot = lettered("B"), lettered("C")
    prompt = find_prompt("cot")
    request = make_request(asked, prompt, "generate", [shot], chat=True, system_prompt="짧게")
    assert request.messages == (
        Message("system", "짧게"),
        Message("user", prompt.render(shot)),
        Message("assistant", "정답: (C)"),
        Message("user", prompt.render(asked)),
    )
    assert request.context == ""
    text = make_request(asked, prompt, "generate", [shot], system_prompt="짧게").context
    assert text == f"짧게\n\n{prompt.render(shot)} 정답: (C)\n\n{prompt.render(asked)}"


@pytest.mark.parametrize(("end", "chat"), [("", False), ("  \n", False), ("", True)])
def test_no_context_ends_in_a_space(end: str, chat: bool) -> None:
    asked = Item("i", "s", 0, f"질문 ### 정답:{end}", ("가", "나"), ("A", "B"), "A")
    request = make_request(asked, find_prompt("raw"), "loglikelihood", chat=chat)
    if chat:
        assert request.continuations == ("(A)", "(B)")
    else:
        assert (request.context, request.continuations[0]) == ("질문 ### 정답:", f"{end} (A)")


def test_a_worked_example_answers_as_the_prompt_demands() -> None:
    free = Item("free-0000", "free", 0, "6 곱하기 7은?", None, None, "42")
    asked = make_request(lettered(), find_prompt("boxed"), "generate", [free, lettered("B")]).context
    assert "### 풀이: \\boxed{42}\n\n" in asked
    assert "### 풀이: \\boxed{B}\n\n" in asked


def test_what_is_kept_to_letters_is_kept_to_those_of_its_item() -> None:
    prompt = find_prompt("answer_letter")
    for options in (("가", "나"), ("가", "나", "다", "라", "마")):
        kept = make_request(lettered("A", options), prompt, "generate", constrained=True)
        assert (kept.choices, kept.stop) == (tuple("ABCDE"[: len(options)]), ())
        assert make_request(lettered("A", options), prompt, "generate").choices == ()
    free = Item("s-0000", "s", 0, "수도는?", None, None, "서울")
    assert make_request(free, prompt, "generate", log_probability=True).log_probability
    assert not make_request(free, prompt, "generate").log_probability
    assert make_request(free, prompt, "generate", constrained=True) == make_request(free, prompt, "generate")
