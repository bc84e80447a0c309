from __future__ import annotations

import gc
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin import batch
from pytest_haerae.plugin.batch import Batch, ask_batch
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.types import Request, Response, Terms, Verdict
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
    assert reporter.lines[:2] == ["", "haerae: scripted, string_match, questions.jsonl, 5 items"]
    assert reporter.lines[-1] == "haerae: goes on from an earlier run: 3 stored, 2 asked"


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


def test_each_item_is_asked_once_and_all_its_tests_have_its_verdict(tmp_path: Path) -> None:
    ledger = Ledger()
    evaluation = prepared(tmp_path, ROWS, scripted(right, ledger))
    entries = everything(evaluation)
    again = [replace(entry, nodeid=entry.nodeid.replace("test_mine[", "test_again[")) for entry in entries]
    skipped = {entries[0].nodeid: "no", entries[1].nodeid: "no", again[1].nodeid: ""}
    made = ask_batch(config(tmp_path), evaluation, Selection([*entries, *again][:-1], skipped, entries[4:]))
    made.answers.close()
    assert len(ledger.asked) == 4, "one is skipped by all of its tests"
    assert made.samples[entries[2].nodeid] is made.samples[again[2].nodeid]
    assert made.samples[entries[2].nodeid].nodeid == entries[2].nodeid
    assert made.samples[entries[0].nodeid].nodeid == again[0].nodeid, "the first that runs"
    assert made.samples[again[1].nodeid].verdict == Verdict("skipped", explanation="no")
    assert (made.gone, len(made.items)) == (1, 6)


def test_an_item_has_the_terms_of_all_suites_whose_tests_run(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    one, other = Terms("test_mine", (), 0.1), Terms("test_again", (), 0.2)
    entries = [replace(entry, terms=(one,)) for entry in everything(evaluation)]
    again = [replace(e, nodeid=e.nodeid.replace("test_mine[", "test_again["), terms=(other,)) for e in entries]
    skipped = {entries[0].nodeid: "no", again[1].nodeid: "no", entries[2].nodeid: "no", again[2].nodeid: "no"}
    made = ask_batch(config(tmp_path), evaluation, Selection([*entries, *again], skipped))
    made.answers.close()
    expected = [(other,), (one,), (one, other), (one, other), (one, other)]
    assert [made.samples[entry.nodeid].selected.terms for entry in entries] == expected


def test_a_gate_on_a_subset_that_is_gone_is_judged_and_one_on_none_is_refused(tmp_path: Path) -> None:
    for subset, refused in (("questions", False), ("other", True)):
        evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()), min_accuracy=[f"{subset}=0.5"])
        selection = Selection([], gone=everything(evaluation))
        if refused:
            with pytest.raises(UsageError, match="unknown subset 'other'"):
                ask_batch(config(tmp_path), evaluation, selection)
        else:
            made = ask_batch(config(tmp_path), evaluation, selection)
            made.answers.close()
            assert (made.gone, made.samples) == (5, {})


def test_a_file_that_was_not_read_stands_for_an_item_that_is_missing(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    made = ask_batch(config(tmp_path), evaluation, Selection(everything(evaluation), left_out=["a.py", "b.py"]))
    made.answers.close()
    assert (len(made.items), len(made.samples)) == (7, 5)
