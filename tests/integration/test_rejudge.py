"""``pytest-haerae rejudge``: a report's answers judged anew; no answer is asked again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.unit.installed import install

pytestmark = pytest.mark.slow

GRADER = """
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Grader(ScriptedBackend):
    ledger = "grades.txt"

    def answer(self, number, request):
        if "[[7]]" in request.context:
            return "[[7]]"
        return "[[CORRECT]]" if number % 2 else "[[INCORRECT]]"

class Rewarder(ScriptedBackend):
    methods = frozenset({"reward"})

    def answer(self, number, request):
        return Response(reward=float(sum(request.messages[-1].content.encode())))
"""
ENTRY_POINTS = "[pytest_haerae.backends]\ngrader = haerae_grader:Grader\nrewarder = haerae_grader:Rewarder\n"
ITEMS = 6
RUN = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main())"


@pytest.fixture
def first(evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report of a run over the first six questions, and a judge that is installed."""
    package = pytester.path / "installed"
    install(monkeypatch, package, "haerae_grader", GRADER, ENTRY_POINTS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")]))
    assert evaluate("--output-file=first.json", f"--limit={ITEMS}", "--repeats=2").ret == 0
    return Path("first.json")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", RUN, "rejudge", *map(str, arguments)]


def rejudge(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


def report(path: str = "first.rejudged.json") -> dict[str, Any]:
    return valid_report(Path(path))


def graded() -> Counter[int]:
    return Counter(Ledger("grades.txt").asked())


def compared(path: str) -> list[Any]:
    """Metrics and samples, without the tests' names: the command has those of the package's suites."""
    found = report(path)
    return [found["metrics"], [{**row, "nodeid": ""} for row in found["samples"]]]


def test_the_same_scorer_says_the_same(first: Path) -> None:
    before = first.read_bytes()
    result = rejudge(first, "--baseline", first)
    assert result.returncode == 0, result.stderr
    assert "report: first.rejudged.json" in result.stdout
    assert compared("first.rejudged.json") == compared("first.json")
    assert first.read_bytes() == before
    assert report()["info"]["model"] == "random(seed=0)"


def test_a_judge_grades_the_answers_of_a_report(first: Path) -> None:
    result = rejudge(first, "--judge", "grader")
    assert result.returncode == 0, result.stderr
    found = report()
    assert [row["outcome"] for row in found["samples"]] == ["wrong", "correct"] * 3
    assert set(graded()) == set(range(ITEMS))
    assert found["info"]["judge"]["backend"] == "grader"
    assert [row["answers"][0]["raw_output"] for row in found["samples"]] == [
        row["answers"][0]["raw_output"] for row in report("first.json")["samples"]
    ]


def test_a_judge_grades_them_under_pytest_with_workers_too(first: Path, evaluate: Evaluate) -> None:
    judge = ("--responses=first.json", "--judge=grader", "--evaluator-params=scorer=judge")
    asked: list[Counter[int]] = []
    for name, *workers in (("serial",), ("xdist", "-n2")):
        Ledger("grades.txt").clear()
        options = (*judge, "--repeats=2", f"--limit={ITEMS}", f"--store={name}.sqlite", f"--output-file={name}.json")
        assert evaluate(*options, *workers, model=None).ret == 0
        asked.append(graded())
        assert len(Ledger("grades.txt").loads()) == 1
    assert asked[0] == asked[1] != Counter()
    assert report("serial.json")["samples"] == report("xdist.json")["samples"]


def test_another_template_is_graded_by_the_reports_own_judge(first: Path) -> None:
    assert rejudge(first, "--judge=grader", "--output-file=judged.json").returncode == 0
    result = rejudge("judged.json", "--evaluator-params=scorer=judge,template=score_ko")
    assert result.returncode == 0, result.stderr
    assert [row["score"] for row in report("judged.rejudged.json")["samples"]] == [pytest.approx(6 / 9)] * ITEMS
    result = rejudge("judged.json", "--evaluator-params=scorer=default")
    assert result.returncode == 0, result.stderr
    assert compared("judged.rejudged.json") == compared("first.json")


def test_parameters_that_name_no_scorer_are_the_judges(first: Path) -> None:
    assert rejudge(first, "--judge=grader", "--output-file=judged.json").returncode == 0
    result = rejudge("judged.json", "--evaluator-params=template=score_ko")
    assert result.returncode == 0, result.stderr
    assert [row["score"] for row in report("judged.rejudged.json")["samples"]] == [pytest.approx(6 / 9)] * ITEMS
    result = rejudge(first, "--judge=grader", "--evaluator-params=template=score_ko")
    assert result.returncode == 0, result.stderr
    assert report()["metrics"] == report("judged.rejudged.json")["metrics"]
    result = rejudge(first, "--evaluator-params=template=score_ko")
    assert result.returncode == 4
    assert result.stderr.splitlines()[-1].endswith("template is of scorer judge, not of default: add scorer=judge")


def test_a_gate_decides_the_exit_code(first: Path) -> None:
    assert rejudge(first, "--judge=grader", "--min-accuracy=0.6").returncode == 1
    assert report()["info"]["gates"][0]["verdict"] == "failed"


def test_a_judging_that_is_killed_goes_on(first: Path) -> None:
    slow = [first, "--judge=grader", "--judge-params=seconds=0.1"]
    assert rejudge(*slow, "--store=other.sqlite", "--output-file=undisturbed.json").returncode == 0
    asked = graded()
    Ledger("grades.txt").clear()
    process = subprocess.Popen(command(*slow), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while graded().total() < 2:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert rejudge(*slow).returncode == 0
    assert graded().total() <= asked.total() + 1, "what was in flight at the kill, and no more"
    assert compared("first.rejudged.json") == compared("undisturbed.json")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nothing.json"], "ERROR: nothing.json: cannot be read (No such file or directory)"),
        (["first.json", "--output-file=first.json"], "is the report itself; name another file"),
        (["first.json", "--judge=gradre"], "--judge: unknown backend 'gradre'"),
        (["first.json", "--model=random"], "unrecognized arguments: --model=random"),
        (["first.json", "--judge=grader", "--evaluator-params=scorer=default"], "no scorer of this run asks it"),
    ],
)
def test_what_cannot_be_is_one_line(first: Path, options: list[str], words: str) -> None:
    result = rejudge(*options)
    assert result.returncode == 4
    assert words in result.stderr.splitlines()[-1]


def test_items_selected_by_hand_have_no_command(evaluate: Evaluate) -> None:
    evaluate("-k", "questions-0003", "--output-file=first.json")
    result = rejudge("first.json")
    assert result.returncode == 4
    assert "pytest --responses=first.json" in result.stderr


def test_data_that_changed_since_are_named(first: Path) -> None:
    rows = [json.loads(line) for line in Path("questions.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[2]["answer"] = "A"
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = rejudge(first)
    assert result.returncode == 1
    assert "1 of 6 records are missing" in result.stderr
    assert "other data there (question, options or reference), so not taken: 1 item (questions-0002)" in result.stderr


def test_what_a_reward_model_ranked_is_ranked_anew_unless_a_judge_grades(first: Path, evaluate: Evaluate) -> None:
    options = ["--reward-model=rewarder", "--evaluator-params=rank=reward", "--repeats=2", f"--limit={ITEMS}"]
    assert evaluate(*options, "--output-file=ranked.json").ret == 0
    assert rejudge("ranked.json").returncode == 0
    before, after = report("ranked.json"), report("ranked.rejudged.json")
    assert "best_of_k" in after["metrics"]["repeats"]
    assert after["metrics"]["repeats"] == before["metrics"]["repeats"]
    assert after["info"]["reward_model"] == before["info"]["reward_model"]
    assert rejudge("ranked.json", "--judge=grader").returncode == 0
    assert "reward_model" not in report("ranked.rejudged.json")["info"]
