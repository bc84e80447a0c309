from __future__ import annotations

from pathlib import Path

from pytest_haerae.plugin.stash import find_session, session_of
from tests.unit.plugin.sessions import config


def test_a_session_has_one_evaluation_made_by_the_first_that_needs_it(tmp_path: Path) -> None:
    given, other = config(tmp_path), config(tmp_path)
    assert find_session(given) is None
    made = session_of(given)
    assert session_of(given) is made
    assert find_session(given) is made
    assert find_session(other) is None
