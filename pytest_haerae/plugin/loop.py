"""The place of the batch and of the gates in pytest's run; imports nothing heavy, for it is in every pytest run."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.errors import HaeraeError
from pytest_haerae.plugin.nodes import is_rehearsal, is_worker
from pytest_haerae.plugin.option_group import is_dry_run
from pytest_haerae.plugin.stash import find_session

if TYPE_CHECKING:
    from pytest_haerae.plugin.session import EvaluationSession

_KEPT: pytest.StashKey[contextlib.ExitStack] = pytest.StashKey()
_COLLECTING: pytest.StashKey[contextlib.ExitStack] = pytest.StashKey()


def run_loop(session: pytest.Session) -> Generator[None, object, object]:
    """Batch before the tests, finish after them, also when they were stopped early.

    With pytest-xdist the evaluation comes to light only while the loop runs.
    """
    evaluation = find_session(session.config)
    collected = not session.testsfailed or session.config.option.continue_on_collection_errors
    distributed = session.config.pluginmanager.has_plugin("dsession") or is_worker(session.config)
    asks = collected and not distributed and not is_rehearsal(session.config)
    with _without_what_stays(evaluation):
        if is_dry_run(session.config):
            if evaluation and asks:
                evaluation.forecast(evaluation.collection.select(session.items))
            # From here on pytest itself leaves its tests alone, and says that they were collected.
            session.config.option.collectonly = True
        elif evaluation and asks:
            evaluation.ask(evaluation.collection.select(session.items))
    # Once more, now that the answers stay, too: and to the end, where pytest has all that is there gone over twice.
    kept = session.config.stash.setdefault(_KEPT, contextlib.ExitStack())
    kept.enter_context(_without_what_stays(evaluation))
    try:
        result = yield
    except BaseException:
        if evaluation := find_session(session.config):
            with contextlib.suppress(HaeraeError):
                evaluation.finish(session, ended=False)
        raise
    if evaluation := find_session(session.config):
        try:
            evaluation.finish(session)
        except HaeraeError as error:
            raise pytest.UsageError(str(error)) from None
    return result


def give_back(config: pytest.Config) -> None:
    """Let the collector of garbage have what stayed to pytest's end."""
    if _KEPT in config.stash:
        config.stash[_KEPT].close()


@contextlib.contextmanager
def collecting(config: pytest.Config) -> Iterator[None]:
    """The collection by pytest itself, at whose end the collector of garbage works again where it was stopped."""
    with contextlib.ExitStack() as stack:
        config.stash[_COLLECTING] = stack
        try:
            yield
        finally:
            del config.stash[_COLLECTING]


def stop_collector(config: pytest.Config) -> None:
    """Keep the collector of garbage away from here on to the end of the collection.

    pytest makes a test of each of a suite's items, and all live to the end. Whoever collects in another way, as a
    plugin's own tests do, ends it in no way that could be seen: then nothing is stopped.
    """
    if (stack := config.stash.get(_COLLECTING, None)) is not None:
        # Imported here, as in `_without_what_stays`.
        from pytest_haerae.collector import without_collector

        stack.enter_context(without_collector())


def _without_what_stays(evaluation: EvaluationSession | None) -> contextlib.AbstractContextManager[None]:
    """Keep the collector of garbage from what an evaluation has made so far; without one it goes over all."""
    if evaluation is None:
        return contextlib.nullcontext()
    # Imported here: every pytest start imports this module.
    from pytest_haerae.collector import without_what_stays

    return without_what_stays()
