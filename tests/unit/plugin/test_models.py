from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.models import marked_models, model_of_test
from pytest_haerae.plugin.nodes import parametrizes_models
from tests.unit.plugin.sessions import a_test

parametrize = pytest.mark.parametrize


@parametrize(
    ("mark", "models"),
    [
        (parametrize("haerae_model", ["small", "large"], indirect=True), ("small", "large")),
        (parametrize("haerae_model", ("small", "small"), indirect=["haerae_model"]), ("small",)),
        (parametrize("n, haerae_model", [(1, "small"), (2, "large")], indirect=["haerae_model"]), ("small", "large")),
        (parametrize(("haerae_model", "n"), [("small", 1)], indirect=True), ("small",)),
        (parametrize("haerae_model", [pytest.param("small", id="s")], indirect=True), ("small",)),
        (parametrize(argnames="haerae_model", argvalues=["small"], indirect=True), ("small",)),
        (parametrize("n", [1]), ()),
        (pytest.mark.haerae(subset="a"), ()),
    ],
)
def test_a_mark_names_models(mark: pytest.MarkDecorator, models: tuple[str, ...]) -> None:
    test = a_test(None, marks=[mark.mark])
    assert marked_models(test) == models
    assert parametrizes_models(test) is bool(models)


@parametrize(
    ("mark", "words"),
    [
        (parametrize("haerae_model", ["small"]), "add indirect=True"),
        (parametrize("n,haerae_model", [(1, "small")], indirect=["n"]), "add indirect=True"),
        (parametrize("haerae_model", [3], indirect=True), "3 is no model's name"),
        (parametrize("haerae_model", [""], indirect=True), "'' is no model's name"),
        (parametrize("n,haerae_model", [(1,)], indirect=True), "None is no model's name"),
        (parametrize("haerae_model", iter(["small"]), indirect=True), "as a list"),
    ],
)
def test_what_names_no_models_is_refused(mark: pytest.MarkDecorator, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        marked_models(a_test(None, marks=[mark.mark]))


def test_a_test_has_the_model_that_it_is_parametrized_with() -> None:
    test: Any = SimpleNamespace(callspec=SimpleNamespace(params={"haerae_model": "small"}))
    assert model_of_test(test) == "small"
    assert model_of_test(a_test(None)) is None
