from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import skip_without_model
from pytest_haerae.plugin.own_tests import asks_model, callers_of, is_own
from pytest_haerae.run.language_model import LanguageModel
from pytest_haerae.types import Request
from tests.unit.fakes import prepared, question
from tests.unit.plugin.sessions import a_test

MODEL = ("haerae_model",)


def a_caller(name: str, fixtures: Sequence[str], *marks: pytest.MarkDecorator) -> Any:  # noqa: ANN401 - taken for a pytest.Item
    found = a_test(None, f"test_a.py::{name}", marks=[mark.mark for mark in marks])
    found.fixturenames = fixtures
    found.add_marker = lambda mark: None
    found.config = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda name: None))
    return found


@pytest.fixture
def model(tmp_path: Path) -> LanguageModel:
    def nobody(requests: Sequence[Request]) -> Any:  # noqa: ANN401 - nothing
        raise AssertionError(requests)

    return LanguageModel(prepared(tmp_path, [question(0)]).plan, nobody)


PROMPTS = pytest.mark.haerae_prompts


def test_the_fixture_or_the_mark_makes_a_caller() -> None:
    assert asks_model(a_caller("a", MODEL))
    assert asks_model(a_caller("a", (), PROMPTS(["x"])))
    assert not asks_model(a_caller("a", ("tmp_path",)))
    assert is_own(a_caller("a", MODEL))
    of_item = SimpleNamespace(fixturenames=MODEL, callspec=SimpleNamespace(params={"haerae_item": 1}))
    assert not is_own(of_item)  # type: ignore[arg-type] # taken for a pytest.Item


def test_names_are_in_order_and_declarations_each_once(model: LanguageModel) -> None:
    tests = [
        a_caller("b", MODEL, PROMPTS(["x", "y"])),
        a_caller("a", MODEL, PROMPTS(["y"]), PROMPTS(["c"], continuations=[" d", " e"])),
        a_caller("c", ("tmp_path",)),
    ]
    callers = callers_of(tests, model)
    assert callers is not None
    assert callers.names == ("test_a.py::a", "test_a.py::b")
    scored = Request("loglikelihood", "c", (" d", " e"))
    assert callers.declared == (Request("generate", "x"), Request("generate", "y"), scored)


def test_a_placeholder_is_no_caller(model: LanguageModel) -> None:
    skipped = a_caller("a", MODEL)
    skip_without_model(skipped)
    assert callers_of([skipped], model) is None
    assert callers_of([a_caller("a", ("tmp_path",))], model) is None


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (PROMPTS(), "it takes one list of prompts"),
        (PROMPTS("x"), "it takes one list of prompts"),
        (PROMPTS(["x"], ["y"]), "it takes one list of prompts"),
        (PROMPTS([""]), "the prompt is empty"),
        (PROMPTS(["x"], heat=1), "unknown sampling parameter 'heat'"),
        (PROMPTS(["x"], continuations=["y"], stop="z"), "stop does not go with continuations"),
    ],
)
def test_a_mark_that_declares_nothing_is_refused_with_its_place(
    model: LanguageModel, mark: pytest.MarkDecorator, words: str
) -> None:
    with pytest.raises(UsageError, match=rf"^test_a.py::a: @pytest.mark.haerae_prompts: .*{words}"):
        callers_of([a_caller("a", MODEL, mark)], model)
