"""Rows that come and go: each has the text that it has alone, whatever shares its batch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import wraps
from typing import Any

import pytest
import torch
from transformers import MambaConfig

from pytest_haerae.backends.local.batching import BatchBudget
from pytest_haerae.backends.local.row_generation import RowGenerator, takes_rows
from pytest_haerae.backends.local.token_choice import Row, TokenChoice
from tests.unit.backends.local.scored import NO_TREES, TREES, VOCABULARY, random_model

PAD = 1
GREEDY = {"do_sample": False}
DRAWN = {"do_sample": True, "temperature": 1.5, "top_k": 30, "repetition_penalty": 1.2, "sequence_bias": {(3,): -5.0}}


def some_rows(count: int = 12) -> tuple[list[Row], list[int]]:
    """Prompts of 1 to 30 tokens, the longest first, and how many tokens each is to get."""
    chance = random.Random(1)  # noqa: S311 - test data
    prompts = [tuple(chance.randrange(VOCABULARY) for _ in range(chance.randint(1, 30))) for _ in range(count)]
    rows = [Row(number, prompt, seed=number) for number, prompt in enumerate(prompts)]
    return sorted(rows, key=lambda row: -len(row.prompt)), [chance.randint(1, 40) for _ in prompts]


def written(
    model: Any,  # noqa: ANN401 - transformers' models
    rows: Sequence[Row],
    lengths: Sequence[int],
    batch: int,
    arguments: dict[str, Any],
) -> dict[int, list[int]]:
    generator = RowGenerator(
        model,
        BatchBudget(model, batch),
        PAD,
        choice=TokenChoice(arguments, VOCABULARY, model.device),
        ended=lambda row: len(row.tokens) >= lengths[row.number],
        longest=40,
    )
    return {row.number: list(row.tokens) for row in generator.run(rows)}


@pytest.mark.parametrize("kind", TREES)
def test_greedy_tokens_are_those_of_generate_alone(kind: str) -> None:
    model = random_model(TREES[kind])
    rows, lengths = some_rows()
    found = written(model, rows, lengths, 3, GREEDY)
    assert sorted(found) == list(range(12))
    for row in rows:
        with torch.inference_mode():
            alone = model.generate(
                torch.tensor([row.prompt]),
                # Without it, the library takes some tokens of a prompt for padding.
                attention_mask=torch.ones((1, len(row.prompt)), dtype=torch.long),
                max_new_tokens=lengths[row.number],
                do_sample=False,
                eos_token_id=None,
            )
        assert found[row.number] == alone[0, len(row.prompt) :].tolist()


@pytest.mark.parametrize("batch", [2, 5, 12])
def test_drawn_tokens_do_not_depend_on_what_shares_the_batch(batch: int) -> None:
    model = random_model(TREES["hybrid windows"])
    rows, lengths = some_rows()
    together = written(model, rows, lengths, batch, DRAWN)
    alone: dict[int, list[int]] = {}
    for row in rows:
        alone |= written(model, [row], lengths, 1, DRAWN)
    assert together == alone
    # Another seed draws others.
    others = [Row(row.number, row.prompt, row.seed + 100) for row in rows]
    assert written(model, others, lengths, batch, DRAWN) != alone


def test_a_row_is_handed_over_as_it_ends_and_another_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    widths: list[tuple[int, int]] = []
    forward = type(model).forward

    @wraps(forward)
    def noted(self: Any, **given: Any) -> Any:  # noqa: ANN401 - the model's
        widths.append(tuple(given["input_ids"].shape))
        return forward(self, **given)

    rows = [Row(number, (1, 2, 3), 0) for number in range(6)]
    lengths = [2, 20, 4, 4, 4, 4]
    generator = RowGenerator(
        model,
        BatchBudget(model, 2),
        0,
        choice=TokenChoice(GREEDY, VOCABULARY, model.device),
        ended=lambda row: len(row.tokens) >= lengths[row.number],
        longest=40,
    )
    monkeypatch.setattr(type(model), "forward", noted)
    running = generator.run(rows)
    assert next(running).number == 0
    assert widths == [(2, 3), (2, 1)]
    assert [row.number for row in running] == [2, 3, 4, 5, 1]
    # As many forwards of a token as the longest row needs, and a reading for each row that came later.
    assert widths.count((1, 3)) == 4
    assert sum(columns == 1 for _, columns in widths) == 19


def test_out_of_memory_begins_the_rows_again_with_fewer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    rows, lengths = some_rows()
    expected = written(model, rows, lengths, 1, DRAWN)
    forward = type(model).forward
    tried: list[int] = []
    limit = 3

    @wraps(forward)
    def short_of_memory(self: Any, **given: Any) -> Any:  # noqa: ANN401 - the model's
        tried.append(len(given["input_ids"]))
        if tried[-1] > limit or (len(tried) > 30 and tried[-1] > 2):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, **given)

    monkeypatch.setattr(type(model), "forward", short_of_memory)
    assert written(model, rows, lengths, 8, DRAWN) == expected
    assert max(tried[1:]) < 8
    limit = 0
    with pytest.raises(torch.OutOfMemoryError):
        written(model, rows, lengths, 8, DRAWN)
    assert tried[-1] == 1


def test_a_row_that_is_no_number_spoils_no_other() -> None:
    model = random_model(TREES["llama"])
    rows, lengths = some_rows()
    rows = [Row(row.number, tuple(token or 1 for token in row.prompt), row.seed) for row in rows]
    rows[1].prompt = (*rows[1].prompt[1:], 0)
    lengths[rows[1].number] = 1
    with torch.no_grad():
        model.get_input_embeddings().weight[0] = torch.nan
        # No row but that one meets it.
        model.get_output_embeddings().weight[0] = 0
    arguments = {"do_sample": False, "sequence_bias": {(0,): -1e9}}
    together = written(model, rows, lengths, 3, arguments)
    for row in [*rows[:1], *rows[2:]]:
        assert together[row.number] == written(model, [row], lengths, 1, arguments)[row.number]


def test_a_model_without_positions_of_its_rows_is_known() -> None:
    assert takes_rows(random_model(TREES["learned positions"]))
    assert not takes_rows(random_model(NO_TREES["biases of distance"]))
    assert not takes_rows(random_model(MambaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=1)))
