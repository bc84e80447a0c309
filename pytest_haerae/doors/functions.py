"""Functions in the place of a model's name, for the Python door."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.config.model_names import NAME
from pytest_haerae.config.profiles import read_profiles
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.backends.protocol import Backend


def with_functions(
    raw: Mapping[str, Any], backends: Mapping[str, type[Backend]] | None, folder: Path
) -> tuple[dict[str, Any], Mapping[str, type[Backend]] | None]:
    """Options and backends in which a function that stands for a model has a name.

    One alone is the backend ``function``, as on the command line; of several models each goes by its own name.

    Raises:
        UsageError: A function has no name that several models could be told apart by, or it is another model's.
    """
    model: Any = raw.get("model")
    several = isinstance(model, list | tuple)
    if not any(map(callable, model if several else [model])):
        return dict(raw), backends
    # Imported here: the name `Evaluator` is imported where nothing is evaluated yet.
    from pytest_haerae.backends.function import FUNCTION, bind

    def named(each: Any) -> Any:  # noqa: ANN401 - a name or a function
        if not callable(each):
            return each
        name = str(getattr(each, "__name__", type(each).__name__)) if several else FUNCTION
        if not NAME.fullmatch(name):
            raise UsageError(f"model: of several models each has a name, and {each!r} has none; give it one with def")
        if name in profiles or name in bound or (several and name in model):
            raise UsageError(f"model: two models would be called {name}; rename one of them")
        bound[name] = bind(each)
        return name

    profiles, bound = read_profiles(folder), dict[str, Any]()
    names = [named(each) for each in model] if several else named(model)
    return {**raw, "model": names}, {**(backends or {}), **bound}
