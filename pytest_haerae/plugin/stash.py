"""Where a pytest session keeps its evaluation; imports nothing heavy, for it is in every pytest run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_haerae.plugin.session import EvaluationSession

_SESSION: pytest.StashKey[EvaluationSession] = pytest.StashKey()


def find_session(config: pytest.Config) -> EvaluationSession | None:
    """The session's evaluation, if some test needed one."""
    return config.stash.get(_SESSION, None)


def session_of(config: pytest.Config) -> EvaluationSession:
    """The session's evaluation, made by the first test that needs one: other pytest runs pay nothing."""
    if _SESSION not in config.stash:
        from pytest_haerae.plugin.folding import Folding
        from pytest_haerae.plugin.session import EvaluationSession

        config.pluginmanager.register(Folding(), "haerae-folding")
        config.stash[_SESSION] = EvaluationSession(config)
    return config.stash[_SESSION]
