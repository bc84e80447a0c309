"""GitHub's workflow of ``init --ci``: its shell steps are run, with stand-ins for what only GitHub has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml

from pytest_haerae.doors.command_line.init.workflows import TEMPLATES
from tests.helpers import valid_report
from tests.integration.workflows import MARK, RESULTS, Checkout, gates

pytestmark = pytest.mark.slow

GH = """#!/bin/sh
# The program gh: what is asked of it is noted, and answered by what stands in its folder.
echo "$*" >>"$GH_FOLDER/asked"
case "$*" in
  "run list"*) cat "$GH_FOLDER/run" ;;
  "run download"*) mkdir -p baseline && cp "$GH_FOLDER/baseline.json" baseline/ ;;
  *--paginate*) cat "$GH_FOLDER/earlier" ;;
  *body=@*) cp comment.md "$GH_FOLDER/comment.md" ;;
  *) exit 1 ;;
esac
"""
ADDRESS = "https://github.invalid/artifacts/1"


def expressions(event: str) -> dict[str, str]:
    """What the expressions in a step's variables stand for."""
    return {
        "${{ github.token }}": "a-token",
        "${{ github.event.repository.default_branch }}": "main",
        "${{ github.event.pull_request.number }}": "7" if event == "pull_request" else "",
        "${{ needs.evaluate.outputs.artifact }}": ADDRESS,
    }


def conditions(event: str) -> dict[str, bool]:
    """Whether a step with this `if:` is run."""
    return {"github.event_name == 'pull_request'": event == "pull_request"}


class GitHub:
    """The steps of a job that run something, in order; what actions do is left to GitHub."""

    def __init__(self, checkout: Checkout, event: str, letter: str) -> None:
        self._checkout, self._event = checkout, event
        self._found = yaml.safe_load((TEMPLATES / "github.yml").read_text(encoding="utf-8"))
        self._environment = {
            **self._found["env"],
            "PACKAGE": "pytest-haerae",
            "OPTIONS": "--model=always",
            "LETTER": letter,
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_REPOSITORY": "me/mine",
            "GITHUB_STEP_SUMMARY": str(checkout.programs / "step_summary"),
        }
        checkout.program("gh", GH)

    def job(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a job's steps until one fails; what the last one ended with."""
        result = subprocess.CompletedProcess[str]([], 0, "", "")
        for step in self._found["jobs"][name]["steps"]:
            wanted = "if" not in step or conditions(self._event).get(step["if"], "run" not in step)
            if "run" not in step or not wanted:
                assert "uses" in step or step["if"] in conditions(self._event), f"{step}: what does this if: mean?"
                continue
            own = {key: expressions(self._event).get(value, value) for key, value in step.get("env", {}).items()}
            assert not [value for value in own.values() if "${{" in value], f"{step}: what does this stand for?"
            # As GitHub does where no shell is named.
            result = self._checkout.shell(step["run"], {**self._environment, **own}, "bash", "-e", "-c")
            if result.returncode:
                break
        return result


def on_main(checkout: Checkout) -> None:
    """Measure the baseline, and keep it as the artifact is kept."""
    main = GitHub(checkout, "push", "A").job("evaluate")
    assert main.returncode == 0, main.stdout + main.stderr
    baseline = checkout.folder / RESULTS / "baseline.json"
    assert valid_report(baseline)["metrics"]["accuracy"] == 1
    shutil.move(baseline, checkout.programs / "baseline.json")
    shutil.rmtree(checkout.folder / RESULTS)
    shutil.rmtree(checkout.folder / ".haerae")
    (checkout.programs / "run").write_text("12345\n", encoding="utf-8")


def test_github_measures_main_and_compares_a_pull_request_with_it(checkout: Checkout) -> None:
    on_main(checkout)
    assert (checkout.programs / "installed").read_text(encoding="utf-8") == "install pytest-haerae\n"
    assert not (checkout.programs / "asked").exists(), "main needs no baseline"

    same = GitHub(checkout, "pull_request", "A").job("evaluate")
    assert same.returncode == 0, same.stdout + same.stderr
    assert gates(checkout) == {"baseline": "passed"}
    asked = (checkout.programs / "asked").read_text(encoding="utf-8").splitlines()
    assert "--branch main --status success" in asked[0]
    assert asked[1] == "run download 12345 --repo me/mine --name haerae-baseline --dir baseline"
    names = {path.name for path in (checkout.folder / RESULTS).iterdir()}
    assert names == {"report.json", "summary.md", "page.html", "junit.xml"}

    worse = GitHub(checkout, "pull_request", "B").job("evaluate")
    assert worse.returncode == 1, worse.stdout + worse.stderr
    assert gates(checkout) == {"baseline": "failed"}
    assert "::error" in worse.stdout
    assert "FAILED" in (checkout.programs / "step_summary").read_text(encoding="utf-8").upper()


@pytest.mark.parametrize(
    ("run", "words"), [("", "no run on main has a baseline yet"), ("12345", "of run 12345 is gone")]
)
def test_github_without_a_baseline_says_so_and_measures(checkout: Checkout, run: str, words: str) -> None:
    (checkout.programs / "run").write_text(run, encoding="utf-8")
    first = GitHub(checkout, "pull_request", "B").job("evaluate")
    assert first.returncode == 0, first.stdout + first.stderr
    assert gates(checkout) == {}
    assert (checkout.folder / RESULTS / "summary.md").exists()
    found = yaml.safe_load((TEMPLATES / "github.yml").read_text(encoding="utf-8"))
    (fetch,) = (step for step in found["jobs"]["evaluate"]["steps"] if step.get("name") == "Fetch the baseline")
    told = checkout.shell(fetch["run"], {"MAIN": "main", "GITHUB_REPOSITORY": "me/mine"}, "bash", "-e", "-c")
    assert told.returncode == 0
    assert re.search(f"^::warning::.*{words}", told.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("earlier", "asked"), [("", "api --silent repos/me/mine/issues/7/comments"), ("99\n", "--method PATCH")]
)
def test_github_has_one_comment(checkout: Checkout, earlier: str, asked: str) -> None:
    (checkout.programs / "earlier").write_text(earlier, encoding="utf-8")
    (checkout.folder / "summary.md").write_text("## pytest-haerae\n" + "한국어 " * 40_000, encoding="utf-8")
    result = GitHub(checkout, "pull_request", "A").job("comment")
    assert result.returncode == 0, result.stderr
    comment = (checkout.programs / "comment.md").read_bytes().decode("utf-8", "replace")
    assert comment.startswith(f"{MARK}\n## pytest-haerae\n")
    assert comment.endswith(f"[page and report]({ADDRESS})\n")
    assert len(comment) < 65_536
    assert asked in (checkout.programs / "asked").read_text(encoding="utf-8").splitlines()[1]


def test_github_without_a_summary_has_nothing_to_say(checkout: Checkout) -> None:
    result = GitHub(checkout, "pull_request", "A").job("comment")
    assert result.returncode == 0
    assert not (checkout.programs / "asked").exists()


@pytest.mark.skipif(not shutil.which("jq"), reason="gh has jq built in; this machine has none")
def test_the_questions_to_gh_find_main_and_our_comment() -> None:
    text = (TEMPLATES / "github.yml").read_text(encoding="utf-8")
    (runs,) = re.findall(r"--jq '(map.*)'\)", text)
    listed = [{"databaseId": n, "event": e} for n, e in ((3, "pull_request"), (2, "workflow_dispatch"), (1, "push"))]
    assert [jq(runs, listed), jq(runs, listed[:1]), jq(runs, [])] == ["2\n", "", ""]
    (comments,) = re.findall(r'ours="(.*)"\n', text)
    ours, somebody = {"login": "github-actions[bot]"}, {"login": "somebody"}
    posted = [
        {"id": 1, "body": f"{MARK} it was me", "user": somebody},
        {"id": 3, "body": "another workflow's", "user": ours},
        {"id": 2, "body": f"{MARK}\n## pytest-haerae", "user": ours},
    ]
    assert jq(comments.replace('\\"', '"').replace("$mark", MARK), posted) == "2\n"


def jq(expression: str, value: object) -> str:
    return subprocess.run(
        ["jq", "-r", expression],  # noqa: S607 - the system's
        input=json.dumps(value),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
