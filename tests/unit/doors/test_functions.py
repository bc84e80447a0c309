from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.doors.functions import with_functions
from pytest_haerae.errors import UsageError


def first(question: str) -> str:
    return "(A)"


def second(question: str) -> str:
    return "(B)"


def test_without_a_function_nothing_changes(tmp_path: Path) -> None:
    backends: dict[str, Any] = {"mine": RandomBackend}
    for raw in ({"model": "mine", "limit": 3}, {"model": ["mine", "random"]}, {}):
        assert with_functions(raw, backends, tmp_path) == (raw, backends)


def test_one_alone_is_the_backend_for_functions(tmp_path: Path) -> None:
    raw, backends = with_functions({"model": first, "limit": 3}, {"mine": RandomBackend}, tmp_path)
    assert raw == {"model": "function", "limit": 3}
    assert backends is not None
    assert list(backends) == ["mine", "function"]


def test_of_several_models_each_goes_by_its_name(tmp_path: Path) -> None:
    raw, backends = with_functions({"model": [second, "random", first]}, None, tmp_path)
    assert raw == {"model": ["second", "random", "first"]}
    assert backends is not None
    assert {name: found.parameters().model_label() for name, found in backends.items()} == {
        name: f"{__name__}:{name}" for name in ("second", "first")
    }


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ([first, first], "two models would be called first; rename one of them"),
        ([first, "first"], "two models would be called first"),
        ([first, lambda question: question], "of several models each has a name"),
        ([first, str], "str is a class"),
        (str, "str is a class"),
    ],
)
def test_models_that_could_not_be_told_apart_are_refused(model: Any, words: str, tmp_path: Path) -> None:  # noqa: ANN401
    with pytest.raises(UsageError) as error:
        with_functions({"model": model}, None, tmp_path)
    assert words in str(error.value)


def test_a_profile_of_the_same_name_is_never_asked_in_its_place(tmp_path: Path) -> None:
    text = '[tool.pytest-haerae.models]\nfunction = {model = "random"}\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="two models would be called function"):
        with_functions({"model": first}, None, tmp_path)
