"""Tests of a user's own that ask the model: which they are, and what they declare that they will ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import MODEL_FIXTURE, has_item_fixture, is_without_model, plain_nodeid
from pytest_haerae.plugin.selection import reason_to_skip
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.language_model import LanguageModel
from pytest_haerae.types import Request

MARKER = "haerae_prompts"


def asks_model(item: pytest.Item) -> bool:
    """Whether a test has the model at hand, or declares what it will ask."""
    return MODEL_FIXTURE in getattr(item, "fixturenames", ()) or item.get_closest_marker(MARKER) is not None


def is_own(item: pytest.Item) -> bool:
    """Whether a test asks the model and is of no item: without a model it has nothing to test."""
    return not has_item_fixture(item) and asks_model(item)


def callers_of(items: Iterable[pytest.Item], model: LanguageModel) -> Callers | None:
    """The tests that ask the model themselves; None where there are none.

    Args:
        items: The tests that are to run.
        model: Makes requests of what they declare.

    Raises:
        UsageError: A declaration is none.
    """
    asking = [item for item in items if asks_model(item) and not is_without_model(item)]
    running = [item for item in asking if reason_to_skip(item) is None]
    if not running:
        return None
    declared = dict.fromkeys(request for item in running for request in _declared(item, model))
    return Callers(tuple(sorted(plain_nodeid(item.nodeid) for item in running)), tuple(declared))


def _declared(item: pytest.Item, model: LanguageModel) -> Iterator[Request]:
    for mark in item.iter_markers(MARKER):
        place = f"{item.nodeid}: @pytest.mark.{MARKER}"
        if len(mark.args) != 1 or not isinstance(mark.args[0], list | tuple):
            raise UsageError(f'{place}: it takes one list of prompts, such as ["대한민국의 수도는?"]')
        try:
            yield from (_request(prompt, mark.kwargs, model) for prompt in mark.args[0])
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from None


def _request(prompt: object, given: Mapping[str, object], model: LanguageModel) -> Request:
    """What one prompt of a mark will be asked as: with `continuations` it is scored, else it is generated from."""
    arguments: dict[str, object] = dict(given)
    if "continuations" not in arguments:
        return model.request(prompt, **arguments)  # type: ignore[arg-type] # it says what is wrong
    continuations = arguments.pop("continuations")
    if arguments:
        raise UsageError(f"{next(iter(arguments))} does not go with continuations")
    return model.scoring_request(prompt, continuations)  # type: ignore[arg-type] # it says what is wrong
