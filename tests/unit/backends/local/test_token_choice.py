"""A row's next token is its own: that of `generate`'s filters, whatever shares the batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import RepetitionPenaltyLogitsProcessor, TopKLogitsWarper

from pytest_haerae.backends.local.reasoning import CloseThoughts
from pytest_haerae.backends.local.token_choice import Row, TokenChoice

VOCABULARY, CPU = 20, torch.device("cpu")


def rows(count: int) -> list[Row]:
    made = [Row(number, (number, number + 1), seed=number) for number in range(count)]
    for row in made:
        row.begin()
    return made


def logits(count: int) -> torch.Tensor:
    return torch.randn(count, VOCABULARY, generator=torch.Generator().manual_seed(count))


def chosen(count: int, **arguments: Any) -> list[int]:  # noqa: ANN401 - an argument of `generate`
    return TokenChoice({"do_sample": False, **arguments}, VOCABULARY, CPU).choose(logits(count), rows(count))


def test_the_likeliest_token_is_taken() -> None:
    assert chosen(6) == logits(6).argmax(dim=-1).tolist()


def test_a_bias_is_added_first() -> None:
    assert chosen(4, sequence_bias={(3,): 1000.0}) == [3, 3, 3, 3]


def test_a_penalty_sees_the_rows_own_tokens() -> None:
    found = chosen(6, repetition_penalty=50.0)
    expected = [
        int(RepetitionPenaltyLogitsProcessor(50.0)(torch.tensor([row.prompt]), logits(6)[[row.number]]).argmax())
        for row in rows(6)
    ]
    assert found == expected != chosen(6)


@pytest.mark.parametrize("arguments", [{"temperature": 0.7, "top_k": 4}, {"top_p": 0.5}, {"min_p": 0.2}])
def test_what_is_drawn_does_not_depend_on_what_shares_the_batch(arguments: dict[str, Any]) -> None:
    choice = TokenChoice({"do_sample": True, **arguments}, VOCABULARY, CPU)
    together = [choice.choose(logits(8), batch) for batch in [rows(8)] for _ in range(5)]
    for number in range(8):
        (alone,) = (row for row in rows(8) if row.number == number)
        assert [choice.choose(logits(8)[[number]], [alone]) for _ in range(5)] == [[each[number]] for each in together]


def test_nothing_outside_a_filter_is_drawn() -> None:
    choice = TokenChoice({"do_sample": True, "top_k": 3}, VOCABULARY, CPU)
    batch = rows(4)
    allowed = TopKLogitsWarper(3)(None, logits(4)).isfinite()
    for _ in range(200):
        for number, token in enumerate(choice.choose(logits(4), batch)):
            assert allowed[number, token]


def test_a_thought_is_closed_at_its_budget_and_of_one_row_alone() -> None:
    choice = TokenChoice({"do_sample": False}, VOCABULARY, CPU, CloseThoughts(budget=2, opening=[7], closing=[8, 9]))
    thinks, answers = Row(0, (1,), seed=0, opened=True), Row(1, (1,), seed=0)
    likeliest = logits(2).argmax(dim=-1).tolist()
    found = []
    for _ in range(5):
        tokens = choice.choose(logits(2), [thinks, answers])
        for row, token in zip((thinks, answers), tokens, strict=True):
            row.tokens.append(token)
        found.append(tokens)
    assert [each[0] for each in found] == [likeliest[0], likeliest[0], 8, 9, likeliest[0]]
    assert {each[1] for each in found} == {likeliest[1]}


def test_a_tokens_log_probability_is_the_models_own_whatever_it_was_drawn_with() -> None:
    arguments = {"do_sample": True, "temperature": 0.3, "top_k": 4, "repetition_penalty": 3.0}
    biased = {"sequence_bias": {(3,): 2.0}, **arguments}
    choice = TokenChoice(biased, VOCABULARY, CPU, CloseThoughts(budget=2, opening=[7], closing=[8, 9]))
    batch = rows(4)
    for row in batch[:3]:
        row.scored = True
    batch[0].opened = True
    for step in range(4):
        given = logits(4) + step
        for row, token in zip(batch, choice.choose(given, batch), strict=True):
            row.tokens.append(token)
    exact = logits(4).double().log_softmax(dim=-1)
    for row in batch[:3]:
        expected = [float(exact[row.number, token]) for token in row.tokens]
        assert row.log_probabilities == pytest.approx(expected, abs=1e-5)
    batch[0].begin()
    assert batch[0].log_probabilities == []
