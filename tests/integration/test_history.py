"""The history: what is kept of a session, with workers, under kill, and what is not."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from pytest_haerae.report.history.folder import HISTORY, kept_runs
from pytest_haerae.report.history.keeping import Keeper
from pytest_haerae.report.stream import json_pieces
from tests.helpers import write_questions
from tests.integration.conftest import Evaluate
from tests.integration.test_command_line import run
from tests.unit.kept import run_of

MODELS = '[tool.pytest-haerae.models]\none = {model = "random"}\ntwo = {model = "random", model_params = {seed = 2}}\n'


def listed(folder: Path) -> list[dict[str, object]]:
    result = run(folder, "history", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    found: list[dict[str, object]] = json.loads(result.stdout)["runs"]
    return found


def test_every_whole_run_is_kept_as_it_was(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    reports = []
    for words in ([], ["--limit=9"], ["--min-accuracy=0.99"]):
        evaluate(*words)
        reports.append((pytester.path / ".haerae/report.json").read_bytes())
    entries = listed(pytester.path)
    assert len(entries) == 3
    for entry in entries:
        result = run(pytester.path, "history", "show", str(entry["hash"])[:12], "--output-file=back.json")
        assert result.returncode == 0
        assert (pytester.path / "back.json").read_bytes() in reports


@pytest.mark.parametrize(
    "words", [["-k", "0001"], ["test_mine.py::test_mine[questions-0003]"], ["-x"], ["--no-history"]]
)
def test_what_is_no_whole_run_is_not(evaluate: Evaluate, pytester: pytest.Pytester, words: list[str]) -> None:
    evaluate()
    (whole,) = listed(pytester.path)
    evaluate(*words)
    assert listed(pytester.path) == [whole]


def test_the_ini_file_turns_it_off(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_history = false\n")
    assert evaluate().ret == 0
    assert not (pytester.path / HISTORY).exists()
    assert evaluate("--history").ret == 0
    assert len(listed(pytester.path)) == 1


def test_workers_keep_one_run(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    assert evaluate("-n2").ret == 0
    (entry,) = listed(pytester.path)
    assert entry["n"] == 40


def test_each_of_several_models_has_its_run(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    (pytester.path / "pyproject.toml").write_text(MODELS, encoding="utf-8")
    assert evaluate("--model=one", "--model=two", model=None).ret == 0
    assert {entry["model"] for entry in listed(pytester.path)} == {"one", "two"}
    assert evaluate("--model=one", "--model=two", "--baseline=last", model=None).ret == 0
    for name in ("one", "two"):
        (gate,) = json.loads((pytester.path / f".haerae/report.{name}.json").read_text(encoding="utf-8"))["info"][
            "gates"
        ]
        assert gate["verdict"] == "passed"


def test_the_other_doors_keep_theirs(tmp_path: Path) -> None:
    write_questions(tmp_path)
    assert run(tmp_path, "run", "--model=random", "--dataset=questions.jsonl").returncode == 0
    assert run(tmp_path, "run", "--model=random", "--dataset=questions.jsonl", "--baseline=last").returncode == 0
    assert len(listed(tmp_path)) == 2
    shown = run(tmp_path, "history")
    assert "questions.jsonl" in shown.stdout
    assert run(tmp_path, "history", "--plot", "--html=page.html").returncode == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<circle") == 2


def keep_for_ever(folder: Path) -> None:
    """Keep reports until somebody ends it."""
    for day in range(1, 10**6):
        keeper = Keeper(folder)
        for _ in keeper.through(json_pieces(run_of(day % 28 + 1, "cwi" * 400, elapsed_seconds=float(day)))):
            pass
        keeper.keep()


def test_under_kill_what_is_listed_is_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for _ in range(3):
        processes = [context.Process(target=keep_for_ever, args=(tmp_path,)) for _ in range(2)]
        for process in processes:
            process.start()
        before = len(kept_runs(tmp_path, pytest.fail))
        deadline = time.monotonic() + 60
        while len(kept_runs(tmp_path, pytest.fail)) < before + 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        for process in processes:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            process.join()
    found = kept_runs(tmp_path, pytest.fail)
    assert found
    for each in found:
        result = run(tmp_path, "history", "show", each.short, f"--folder={tmp_path}")
        assert result.returncode == 0
        assert len(json.loads(result.stdout)["samples"]) == 1200
