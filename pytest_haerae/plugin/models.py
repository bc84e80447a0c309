"""Tests that are parametrized with models: by a mark of the user's, or because the session is about several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import MODEL_FIXTURE, argument_names


def marked_models(test: pytest.Item | pytest.Collector) -> tuple[str, ...]:
    """The models that a mark of the user's parametrizes a test with; empty where none does.

    Args:
        test: The test, or its definition.

    Raises:
        UsageError: What the mark gives the fixture are no models' names.
    """
    for mark in test.iter_markers("parametrize"):
        given, names = _arguments(mark), argument_names(mark)
        if MODEL_FIXTURE not in names:
            continue
        place = f'{test.nodeid}: @pytest.mark.parametrize("{MODEL_FIXTURE}", …)'
        indirect = given["indirect"]
        if indirect is not True and MODEL_FIXTURE not in (indirect or ()):
            raise UsageError(f"{place}: add indirect=True, so that each name becomes its model")
        if not isinstance(given["argvalues"], Sequence):
            raise UsageError(f'{place}: write the models as a list, such as ["small", "large"]')
        models = [_value(entry, names.index(MODEL_FIXTURE), len(names)) for entry in given["argvalues"]]
        for model in models:
            if not (isinstance(model, str) and model):
                raise UsageError(f"{place}: {model!r:.80} is no model's name")
        return tuple(dict.fromkeys(models))
    return ()


def model_of_test(test: pytest.Item | pytest.Collector) -> str | None:
    """The model that a test is parametrized with, by its name; None where it is not."""
    value = getattr(getattr(test, "callspec", None), "params", {}).get(MODEL_FIXTURE)
    return value if isinstance(value, str) else None


def _arguments(mark: pytest.Mark) -> Mapping[str, Any]:
    """What `pytest.mark.parametrize` was given, by name; pytest itself says what is missing."""
    given = dict(zip(("argnames", "argvalues", "indirect"), mark.args, strict=False))
    return {"argvalues": [], "indirect": False, **given, **mark.kwargs}


def _value(entry: Any, place: int, length: int) -> Any:  # noqa: ANN401 - as parametrized
    """One of a parameter set's values; a set of one may be the value itself."""
    values = getattr(entry, "values", None) if isinstance(entry, tuple) else None
    if isinstance(values, tuple):  # pytest.param(…)
        return values[place] if place < len(values) else None
    if length == 1:
        return entry
    return entry[place] if isinstance(entry, Sequence) and place < len(entry) else None
