from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.config.kept_run import NamedRun, parse_baseline
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("last", NamedRun("last")),
        ("last:main", NamedRun("last:main", "main")),
        ("last:feature/한글:2", NamedRun("last:feature/한글:2", "feature/한글:2")),
        ("git:v1.2", NamedRun("git:v1.2", "v1.2", is_commit=True)),
        ("git", Path("git")),
        ("./last", Path("last")),
        ("last.json", Path("last.json")),
        ("old:main", Path("old:main")),
        (NamedRun("last"), NamedRun("last")),
        (Path("base.json"), Path("base.json")),
    ],
)
def test_a_baseline_is_a_file_or_a_run_of_the_history(typed: object, found: object) -> None:
    assert parse_baseline("--baseline", typed) == found


@pytest.mark.parametrize("typed", ["last:", "git:"])
def test_a_colon_needs_a_name_behind_it(typed: str) -> None:
    with pytest.raises(UsageError, match=f"--baseline {typed}: write {typed}"):
        parse_baseline("--baseline", typed)


def test_in_words_it_is_what_was_typed_and_what_was_found() -> None:
    assert str(NamedRun("last")) == "last"
    assert str(NamedRun("last:main", "main", found="run 1a2b of 2026-01-01")) == "last:main (run 1a2b of 2026-01-01)"
