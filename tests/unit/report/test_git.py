from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.git import Head, commits_up_to, read_head

VARIABLES = ("GITHUB_REF_NAME", "GITHUB_SHA", "GITHUB_REF_TYPE", "CI_COMMIT_REF_NAME", "CI_COMMIT_SHA", "CI_COMMIT_TAG")


def git(*words: str) -> str:
    named = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *named, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def commits() -> list[str]:
    """Three commits of the branch main, the newest last."""
    git("init", "-q", "-b", "main")
    made = []
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", str(number))
        made.append(git("rev-parse", "HEAD"))
    return made


def test_a_branch_and_its_commit(commits: list[str]) -> None:
    assert read_head() == Head(commits[-1], "main")
    git("checkout", "-q", "-b", "feature/한글")
    git("tag", "feature/한글")
    assert read_head() == Head(commits[-1], "feature/한글")


@pytest.mark.parametrize(
    ("variables", "branch"),
    [
        ({}, None),
        ({"GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}, "main"),
        ({"GITHUB_REF_NAME": "12/merge"}, "12/merge"),
        ({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}, None),
        ({"CI_COMMIT_REF_NAME": "main"}, "main"),
        ({"CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"}, None),
    ],
)
def test_of_a_commit_alone_the_ci_system_knows_the_branch(
    commits: list[str], variables: dict[str, str], branch: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("checkout", "-q", "--detach")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert read_head() == Head(commits[-1], None), "of which commit it is, is not told"
    for name in ("GITHUB_SHA", "CI_COMMIT_SHA"):
        monkeypatch.setenv(name, commits[-1])
    assert read_head() == Head(commits[-1], branch)
    git("checkout", "-q", "--detach", commits[0])
    assert read_head() == Head(commits[0], None), "a commit that the CI system did not check out is not of its branch"


def test_without_a_repository_or_git_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REF_NAME", "main")
    assert read_head() == Head(None, None)
    monkeypatch.setenv("PATH", "")
    assert read_head() == Head(None, None)


def test_the_commits_up_to_a_ref_are_the_newest_first(commits: list[str]) -> None:
    git("tag", "v1", commits[1])
    assert commits_up_to("v1", "--baseline git:v1") == commits[1::-1]
    assert commits_up_to("main", "--baseline git:main") == commits[::-1]
    assert commits_up_to(commits[0][:10], "--baseline") == commits[:1]


@pytest.mark.parametrize("ref", ["", "none", "--all", "-n1", "main..none", "$(id)", "a\0b", "main:file", ":/x"])
def test_what_is_no_commit_is_told_in_a_line(commits: list[str], ref: str) -> None:
    with pytest.raises(UsageError, match=r"^--baseline x: git knows no commit '"):
        commits_up_to(ref, "--baseline x")
