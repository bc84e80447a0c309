from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.run.budget import Budget
from pytest_haerae.types import Response


def test_a_run_ends_where_its_answers_have_cost_as_much() -> None:
    budget = Budget(0.5)
    for spent in (False, False, True):
        assert budget.is_spent is spent
        budget.pay(Response(text="x", cost_usd=0.25))
        budget.pay(Response(error="HTTP 500"))
    assert "this run has cost 0.7500 USD, of at most 0.5 (--max-cost)" in budget.words()


def test_an_answer_without_a_price_ends_it_at_once() -> None:
    with pytest.raises(UsageError, match="--max-cost: --model=m: an answer came without its price"):
        Budget(0.5, "--model=m").pay(Response(text="x"))


def test_without_a_limit_nothing_is_held_against_an_answer() -> None:
    budget = Budget()
    budget.pay(Response(text="x"))
    budget.pay(Response(text="x", cost_usd=1e9))
    assert not budget.is_spent
