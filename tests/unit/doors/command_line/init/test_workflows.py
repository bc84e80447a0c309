from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_haerae.config.gate_settings import gate_settings
from pytest_haerae.data.local import SAMPLE_FOLDER
from pytest_haerae.doors.command_line.init import SYSTEMS
from pytest_haerae.doors.command_line.init.workflows import GITHUB, GITLAB, INCLUDED, TEMPLATES, workflow
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.baseline import assumed_drops
from pytest_haerae.statistics.binomial import binomial_term
from pytest_haerae.statistics.margins import binary_drops, within_p_value
from pytest_haerae.statistics.power import ASSUMED_DISCORDANCE, items_to_detect
from pytest_haerae.statistics.scores import make_metrics
from tests.unit.reports import samples_of

FREE_TEXT = ("lyrics_denoising", "proverbs_denoising")
"""The subsets that log-likelihoods do not apply to."""


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text(system: str) -> str:
    return (TEMPLATES / f"{system}.yml").read_text(encoding="utf-8")


def github() -> dict[str, Any]:
    return yaml.safe_load(text("github"))  # type: ignore[no-any-return]


def test_every_system_has_its_file() -> None:
    assert {path.stem for path in TEMPLATES.iterdir()} == {*SYSTEMS}


@pytest.mark.parametrize(("system", "path"), [("github", GITHUB), ("gitlab", GITLAB)])
def test_the_suites_folder_stands_in_the_workflow(system: str, path: Path) -> None:
    ((where, written),) = workflow(system, Path("한국어 suites")).files.items()
    assert where == path
    found = yaml.safe_load(written)
    variables = found["env"] if system == "github" else found["haerae"]["variables"]
    assert variables["SUITES"] == "한국어 suites"
    assert yaml.safe_load(written.replace('"한국어 suites"', "suites")) == yaml.safe_load(text(system))


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_path_of_this_machine_is_none_of_the_workflows(top: Path, system: str) -> None:
    expected = workflow(system, Path("tests/한국어"))
    assert workflow(system, top / "tests" / "한국어") == expected
    assert workflow(system, Path("tests/../tests/한국어"), top / "q.jsonl") == expected


def test_a_pipeline_that_is_there_gets_a_file_to_include(top: Path) -> None:
    (top / GITLAB).write_text("test: {script: [make]}\n", encoding="utf-8")
    plan = workflow("gitlab", Path("suites"))
    assert list(plan.files) == [INCLUDED]
    assert plan.written[-1] == ".gitlab-ci.yml: exists and stays as it is; add to it: include: .gitlab/haerae.yml"
    (top / GITLAB).write_text(text("gitlab"), encoding="utf-8")
    assert workflow("gitlab", Path("suites")).kept == [".gitlab-ci.yml: exists and stays as it is"]


def test_below_the_top_of_a_repository_no_workflow_is_written(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "below").mkdir()
    monkeypatch.chdir(top / "below")
    with pytest.raises(UsageError, match=f"run this in {top}"):
        workflow("github", Path("suites"))


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_it_says_of_drops_is_what_the_gate_finds(system: str) -> None:
    rows = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in SAMPLE_FOLDER.glob("*.jsonl")}
    metrics = make_metrics(samples_of({name: "c" * rows[name] for name in rows if name not in FREE_TEXT}))
    tolerated = re.search(r'MAX_DROP: "([\d.]+)"', text(system))
    assert tolerated
    found = assumed_drops(gate_settings({"max_drop": tolerated[1]}), metrics)["total"]
    said = re.search(r"on the (\d+) questions that the demo scores, a drop of ([\d.]+) is found", text(system))
    assert said
    assert (int(said[1]), float(said[2])) == (metrics["n"], round(found or 0, 2))
    words, margin = re.sub(r"\n +# ", " ", text(system)), float(tolerated[1])
    shown, enough = re.search(r"in about (\d) runs of 10;", words), re.search(r"About ([\d,]+) questions would", words)
    assert shown
    assert enough
    level = {"discordance": ASSUMED_DISCORDANCE, "level": 0.05, "margin": margin}
    assert int(enough[1].replace(",", "")) == pytest.approx(items_to_detect(0.0, **level), rel=0.02)
    changed = [binomial_term(count, metrics["n"], ASSUMED_DISCORDANCE) for count in range(metrics["n"] + 1)]
    passed = sum(
        weight * binomial_term(lost, count, 0.5)
        for count, weight in enumerate(changed)
        if weight > 1e-6
        for lost in range(count + 1)
        if within_p_value(binary_drops(lost, count - lost, metrics["n"]), margin) <= 0.05
    )
    assert round(10 * passed) == int(shown[1])


def test_no_step_of_github_runs_what_somebody_else_wrote() -> None:
    """An expression in a script is put there before the shell reads it: a branch's name could be a command."""
    for job in github()["jobs"].values():
        assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


def test_github_gives_each_job_what_it_needs_and_no_more() -> None:
    found = github()
    assert found["permissions"] == {}
    assert found["jobs"]["evaluate"]["permissions"] == {"contents": "read", "actions": "read"}
    assert found["jobs"]["comment"]["permissions"] == {"pull-requests": "write"}
    assert all(job["timeout-minutes"] for job in found["jobs"].values())
    assert not re.search(r"^  pull_request_target:", text("github"), re.MULTILINE)
    checkout = next(step for step in found["jobs"]["evaluate"]["steps"] if "checkout" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_actions_are_of_one_major_version_here_and_in_our_own_workflows() -> None:
    own = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[5] / ".github/workflows").glob("*.yml")]
    used: dict[str, set[str]] = {}
    for each in (text("github"), *own):
        for name, version in re.findall(r"uses: (actions/\w[\w-]*)(?:/\w+)?@(\S+)", each):
            used.setdefault(name, set()).add(version)
    assert used
    assert all(re.fullmatch(r"v\d+", version) for versions in used.values() for version in versions)
    assert not {name: versions for name, versions in used.items() if len(versions) > 1}
