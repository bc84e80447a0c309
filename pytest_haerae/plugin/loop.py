"""The place of the batch and of the gates in pytest's run; imports nothing heavy, for it is in every pytest run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.errors import HaeraeError
from pytest_haerae.plugin.nodes import is_worker

if TYPE_CHECKING:
    from pytest_haerae.plugin.session import EvaluationSession


def run_loop(find: Callable[[], EvaluationSession | None], session: pytest.Session) -> Generator[None, object, object]:
    """Batch before the tests, finish after them, also when they were stopped early.

    Args:
        find: Gives the evaluation if there is one; with pytest-xdist it comes to light only while the loop runs.
        session: pytest's session.
    """
    evaluation = find()
    collected = not session.testsfailed or session.config.option.continue_on_collection_errors
    distributed = session.config.pluginmanager.has_plugin("dsession") or is_worker(session.config)
    if evaluation and collected and not distributed and not session.config.option.collectonly:
        evaluation.batch(evaluation.select(session.items))
    try:
        result = yield
    except BaseException:
        if evaluation := find():
            with contextlib.suppress(HaeraeError):
                evaluation.finish(session)
        raise
    if evaluation := find():
        try:
            evaluation.finish(session)
        except HaeraeError as error:
            raise pytest.UsageError(str(error)) from None
    return result
