from __future__ import annotations

import inspect
import pickle
from pathlib import Path

import pytest

from pytest_haerae.doors.decorator import evaluate
from pytest_haerae.errors import UsageError


@evaluate
def bare(question: str) -> str:
    """Answer."""
    return "정답: (A)"


@evaluate(dataset="sample", subset="csat_geo", limit=6, version="1")
def answer(question: str) -> str:
    return "정답: (B)"


@evaluate(dataset="sample", max_concurrency=3, model_params={"version": "x"})
async def answer_async(question: str) -> str:
    return "정답: (B)"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_decorated_function_is_what_it_was() -> None:
    assert answer("질문") == "정답: (B)"
    assert inspect.isfunction(bare)
    assert inspect.iscoroutinefunction(answer_async)
    assert (bare.__name__, bare.__doc__) == ("bare", "Answer.")
    assert pickle.loads(pickle.dumps(answer)) is answer  # noqa: S301 - our own


def test_it_evaluates_itself_with_what_it_was_given() -> None:
    result = answer.evaluate()
    assert len(result.samples) == 6
    assert {sample["subset"] for sample in result.samples} == {"csat_geo"}
    assert all((sample["outcome"] == "correct") is (sample["reference"] == "B") for sample in result.samples)
    assert (result.info["backend"], result.info["model"]) == ("function", f"{__name__}:answer")
    assert result.info["model_params"] == {"version": "1"}


def test_what_the_call_is_given_stands_before_it() -> None:
    result = answer.evaluate(limit=2, subset="history", model_params={"timeout": 9.0})
    assert [sample["subset"] for sample in result.samples] == ["history", "history"]
    assert result.info["model_params"] == {"version": "1", "timeout": 9.0}


def test_its_own_parameters_stand_beside_those_of_the_model() -> None:
    result = answer_async.evaluate(subset="csat_geo", limit=1)
    assert result.info["model_params"] == {"version": "x", "max_concurrency": 3}


def test_mistakes_are_told_where_the_function_is_decorated() -> None:
    with pytest.raises(UsageError, match="evaluate: unknown option 'datset': did you mean 'dataset'"):
        evaluate(datset="sample")
    with pytest.raises(UsageError, match="evaluate: the function is the model; leave model out"):
        evaluate(model="random")
    with pytest.raises(UsageError, match="takes no attribute; decorate a function, or call Evaluator"):
        evaluate(len)
    with pytest.raises(UsageError, match="evaluate: the function is the model"):
        answer.evaluate(model="random")
