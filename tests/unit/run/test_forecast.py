from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.protocol import Backend, Prices
from pytest_haerae.errors import UsageError
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.forecast import Forecast, make_forecast
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import Request, Response
from tests.unit.fakes import Ledger, everything, prepared, question, scripted

ROWS = [question(number) for number in range(6)]
FREE = [{"question": "부르는 말은?", "answer": "봄"}]


def counting(ledger: Ledger) -> type[Backend]:
    class Counting(scripted(lambda request: Response(text="(A)"), ledger)):  # type: ignore[misc] # made by a function
        remote = True

        @classmethod
        def batch_problem(cls, parameters: Any) -> None:  # noqa: ANN401 - as of a backend
            return None

        @classmethod
        def prices(cls, parameters: Any) -> Prices:  # noqa: ANN401 - as of a backend
            return Prices(1.0, 2.0)

        @classmethod
        def count_tokens(cls, parameters: Any, requests: Sequence[Request]) -> Iterator[int]:  # noqa: ANN401 - as of a backend
            return (len(request.context) for request in requests)

    return Counting


def forecast(folder: Path, backend: type[Backend], callers: Callers | None = None, **options: Any) -> Forecast:  # noqa: ANN401 - an option's value
    made = prepared(folder, options.pop("rows", ROWS), backend, **options)
    return make_forecast(made.plan, Questions(made.plan, made.source), everything(made), callers)


def test_what_is_stored_is_not_asked_and_nothing_is_loaded(tmp_path: Path) -> None:
    ledger = Ledger()
    backend = counting(ledger)
    before = forecast(tmp_path, backend)
    assert (before.items, before.not_applicable, before.missing, before.stored) == (6, 0, 6, 0)
    assert ledger.loads == 0
    made = prepared(tmp_path, ROWS, backend)
    made.ask(everything(made), lambda done, total: None).close()
    assert sum(len(request.context) for request in ledger.asked) == before.prompt_tokens
    # The run was not concluded, so that it goes on.
    after = forecast(tmp_path, backend, repeats=3)
    assert (after.missing, after.stored, after.answers) == (12, 6, 3)
    assert after.prompt_tokens == 2 * (before.prompt_tokens or 0)
    assert (after.prices, after.paid) == (Prices(1.0, 2.0), True)
    assert forecast(tmp_path, backend, batch_api=True).prices == Prices(0.5, 1.0)
    anew = forecast(tmp_path, backend, resume=False)
    assert (anew.missing, anew.stored) == (6, 0)


def test_options_that_are_scored_have_no_longest_answer(tmp_path: Path) -> None:
    found = forecast(tmp_path, counting(Ledger()), method="log_likelihood")
    assert (found.not_applicable, found.missing, found.longest_answer) == (0, 6, 0)
    found = forecast(tmp_path, counting(Ledger()), method="log_likelihood", rows=FREE)
    assert (found.items, found.not_applicable, found.missing, found.prompt_tokens) == (1, 1, 0, 0)


def test_tests_that_ask_the_model_are_counted(tmp_path: Path) -> None:
    callers = Callers(("test_a", "test_b"), (Request("generate", "안녕"),))
    found = forecast(tmp_path, counting(Ledger()), callers)
    assert (found.tests, found.declared) == (2, 1)


def test_a_backend_that_cannot_count_is_told_in_one_line(tmp_path: Path) -> None:
    class Broken(counting(Ledger())):  # type: ignore[misc] # made by a function
        @classmethod
        def prices(cls, parameters: Any) -> Prices:  # noqa: ANN401 - as of a backend
            raise KeyError("price")

    with pytest.raises(UsageError, match=r"--model=scripted: its count_tokens\(\) or prices\(\): raised KeyError"):
        forecast(tmp_path, Broken)
