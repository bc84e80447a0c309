from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.plugin import batch
from pytest_haerae.plugin.batch import Batch, ask_batch
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.types import Request, Response
from tests.unit.fakes import Ledger, everything, prepared, question, scripted
from tests.unit.plugin.sessions import config

ROWS = [question(number) for number in range(5)]


class Reporter:
    """pytest's terminal reporter."""

    isatty = False

    def __init__(self) -> None:
        self.lines: list[str] = []

    def ensure_newline(self) -> None:
        self.lines.append("")

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def right(request: Request) -> Response:
    return Response(text="정답: (A)")


def asked(folder: Path, given: Any, answer: Any = right, *, count: int = 5) -> Batch:  # noqa: ANN401 - fakes
    evaluation = prepared(folder, ROWS, scripted(answer, Ledger()))
    selection = everything(evaluation)
    made = ask_batch(given, evaluation, Selection(selection[:count], by_hand=True))
    made.answers.close()
    return made


def test_samples_are_found_by_their_tests(tmp_path: Path) -> None:
    made = asked(tmp_path, config(tmp_path))
    assert made.by_hand
    assert list(made.samples) == [entry.nodeid for entry in made.items]
    assert [sample.item for sample in made.samples.values()] == [entry.item for entry in made.items]


def test_the_terminal_is_told_what_is_asked_and_what_was_stored(tmp_path: Path) -> None:
    reporter, given = Reporter(), config(tmp_path)
    given.plug("terminalreporter", reporter)

    def interrupted(request: Request) -> Response:
        if "3번" in request.context:
            raise KeyboardInterrupt
        return right(request)

    with pytest.raises(KeyboardInterrupt):
        asked(tmp_path, given, interrupted)
    asked(tmp_path, given)
    data = tmp_path / "questions.jsonl"
    assert reporter.lines[:2] == ["", f"haerae: scripted, string_match, {data}, 5 items"]
    assert reporter.lines[-1] == "haerae: resumed an interrupted run: 3 stored, 2 asked"


@pytest.mark.parametrize("verbose", [-3, -2, -1])
def test_quiet_is_quiet(tmp_path: Path, verbose: int) -> None:
    reporter, given = Reporter(), config(tmp_path)
    given.plug("terminalreporter", reporter)
    given.option.verbose = verbose
    asked(tmp_path, given)
    assert bool(reporter.lines) == (verbose == -1)


def test_warnings_of_an_engines_libraries_fail_nothing(tmp_path: Path) -> None:
    def warning(request: Request) -> Response:
        for kind in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
            warnings.warn("old", kind, stacklevel=1)
        return right(request)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = asked(tmp_path, config(tmp_path), warning)
        assert {sample.verdict.outcome for sample in made.samples.values()} <= {"correct", "wrong"}
        with pytest.raises(DeprecationWarning):
            warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_objects_are_frozen_at_the_processes_end_and_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    registered: list[object] = []
    monkeypatch.setattr("pytest_haerae.plugin.batch.atexit.register", registered.append)
    batch._end_quickly.cache_clear()
    asked(tmp_path, config(tmp_path))
    asked(tmp_path, config(tmp_path))
    assert registered == [gc.freeze]
    assert gc.get_freeze_count() == 0
