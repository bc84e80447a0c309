"""``--baseline=last`` and its like: the run before, looked up in the history."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.test_command_line import run


def git(folder: Path, *words: str) -> str:
    named = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *named, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "commit", "-q", "--allow-empty", "-m", "next")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    git(pytester.path, "init", "-q", "-b", "main")
    commit(pytester.path)
    return pytester.path


def report(folder: Path) -> dict[str, object]:
    return dict(valid_report(folder / ".haerae/report.json")["info"])


def test_the_last_run_is_the_baseline(evaluate: Evaluate, repository: Path) -> None:
    result = evaluate("--baseline=last", inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: --baseline last: .haerae/history: no run of random(seed=0): it has no run before this one; *"]
    )
    assert evaluate().ret == 0
    first = (repository / ".haerae/report.json").read_bytes()
    result = evaluate("--baseline=last")
    assert result.ret == 0
    (gate,) = valid_report(repository / ".haerae/report.json")["info"]["gates"]
    assert (gate["name"], gate["verdict"]) == ("baseline", "passed")
    assert "no item changed its outcome" in gate["detail"]
    named = str(report(repository)["baseline"])
    assert named.startswith("last (run ")
    assert named.endswith(" on main)")
    result.stdout.fnmatch_lines([f"baseline: {named}"])
    # What it was compared with is the first run, as it was written.
    shown = run(repository, "history", "show", named.split()[2])
    assert shown.stdout.encode() == first


def test_of_a_branch(evaluate: Evaluate, repository: Path) -> None:
    assert evaluate().ret == 0
    git(repository, "checkout", "-q", "-b", "feature")
    assert evaluate().ret == 0
    assert report(repository)["git_branch"] == "feature"
    assert evaluate("--baseline=last:main").ret == 0
    assert str(report(repository)["baseline"]).endswith(" on main)")
    assert evaluate("--baseline=last").ret == 0
    assert str(report(repository)["baseline"]).endswith(" on feature)")
    result = evaluate("--baseline=last:other", inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: --baseline last:other: no run is of a branch 'other', and: git knows no commit 'other'*"]
    )


def test_of_a_commit(evaluate: Evaluate, repository: Path) -> None:
    first = report(repository)["git_commit"] if evaluate().ret == 0 else None
    git(repository, "tag", "v1")
    commit(repository)
    git(repository, "tag", "v2")
    second = commit(repository)
    assert evaluate().ret == 0
    assert report(repository)["git_commit"] == second != first
    for ref, found in (("git:v1", first), ("last:v1", first), ("git:v2", first), ("git:HEAD", second)):
        assert evaluate(f"--baseline={ref}").ret == 0
        short = str(report(repository)["baseline"]).split()[2]
        text = run(repository, "history", "show", short).stdout
        assert json.loads(text)["info"]["git_commit"] == found, ref
    for ref in ("git:none", "git:--all", "git:"):
        result = evaluate(f"--baseline={ref}", inprocess=True)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"ERROR: --baseline {ref}: *"])


def test_only_what_can_be_compared_is_taken(evaluate: Evaluate, repository: Path) -> None:
    assert evaluate().ret == 0
    whole = report(repository)
    for other in ("--prompt=letter", "--limit=3", "--subset=mine", "--model-params=seed=5", "--min-accuracy=0.99"):
        evaluate(other)
    assert evaluate("--baseline=last").ret == 0
    shown = run(repository, "history", "show", str(report(repository)["baseline"]).split()[2])
    assert json.loads(shown.stdout)["info"]["started"] >= str(whole["started"])
    result = evaluate("--baseline=last", "--num-few-shot=2", "--few-shot-split=test")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: --baseline last*no run of the history can be compared with this one (*; *"])
    assert not (repository / "never").exists()


def test_a_selection_by_hand_and_what_did_not_hold_are_no_baselines(evaluate: Evaluate, repository: Path) -> None:
    assert evaluate("-k", "0001").ret == 0
    assert evaluate("--min-accuracy=0.99").ret == 1
    listed = json.loads(run(repository, "history", "--json").stdout)["runs"]
    assert [each["gates"] for each in listed] == [{"min-accuracy": "failed"}]
    result = evaluate("--baseline=last", inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: --baseline last: .haerae/history: no run of random(seed=0) has kept its gates; *"]
    )


def test_gate_and_compare_find_the_run_before_the_report(evaluate: Evaluate, repository: Path) -> None:
    profile = '[tool.pytest-haerae.models]\nmine = {model = "random"}\n'
    (repository / "pyproject.toml").write_text(profile, encoding="utf-8")
    assert evaluate(model="mine").ret == 0
    assert evaluate("--model-params=seed=3", "--output-file=now.json", model="mine").ret == 0
    before = run(repository, "compare", ".haerae/report.json", "now.json", "--json")
    found = run(repository, "compare", "last", "now.json", "--json")
    assert json.loads(found.stdout)["total"] == json.loads(before.stdout)["total"]
    judged = run(repository, "gate", "now.json", "--baseline=last:main", "--json")
    by_file = run(repository, "gate", "now.json", "--baseline=.haerae/report.json", "--json")
    assert (judged.returncode, judged.stdout) == (by_file.returncode, by_file.stdout)
    pages: list[str] = []
    for name in (".haerae/report.json", "last"):
        viewed = run(repository, "view", "now.json", f"--baseline={name}", "--output=page.html", "--no-open")
        assert viewed.returncode == 0, viewed.stderr
        pages.append((repository / "page.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert viewed.stdout.startswith("last: run ")
    # Before the first one there is none.
    result = run(repository, "gate", ".haerae/report.json", "--baseline=last")
    assert result.returncode == 4
    assert result.stderr.startswith("ERROR: --baseline last: ")
