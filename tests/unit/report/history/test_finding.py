from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.kept_run import NamedRun
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.report.history import finding
from pytest_haerae.report.history.finding import Wanted, candidates, matching, told
from pytest_haerae.report.history.folder import kept_runs
from pytest_haerae.report.names import dataset_names
from pytest_haerae.report.schema import Report
from tests.unit.kept import keep, run_of

FAILED = {"name": "baseline", "verdict": "failed", "value": 0.1, "threshold": 0.0, "p_value": 0.01, "detail": "fell"}


def found(folder: Path, named: NamedRun, model: str = "a-model", **more: Any) -> list[int]:  # noqa: ANN401 - as `candidates`
    """The days of the runs that a name may mean, the best first."""
    runs = candidates(named, folder, model, "--baseline x", pytest.fail, **more)
    return [int(run.info["started"][8:10]) for run in runs]


def wanted(report: Report) -> Wanted:
    return Wanted.of_report(report["info"], Measured.of_report(report["info"], dataset_names(report["info"])))


def test_the_last_run_of_the_model(tmp_path: Path) -> None:
    changes: tuple[dict[str, Any], ...] = ({}, {"model": "other"}, {"git_branch": "x"}, {"gates": [FAILED]})
    for day, info in enumerate(changes, 1):
        keep(tmp_path, run_of(day, **info))
    assert found(tmp_path, NamedRun("last")) == [3, 1]
    assert found(tmp_path, NamedRun("last:x", "x")) == [3]
    assert found(tmp_path, NamedRun("last"), "other") == [2]


def test_a_commit_or_the_nearest_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = ["c" * 40, "b" * 40, "a" * 40]
    monkeypatch.setattr(finding, "commits_up_to", lambda ref, place: commits[commits.index(ref * 40) :])
    for day, commit in enumerate("abbac", 1):
        keep(tmp_path, run_of(day, commit=commit * 40, gates=[FAILED] if day == 3 else []))
    # A commit that is named is meant, whatever its gates said.
    assert found(tmp_path, NamedRun("git:b", "b", is_commit=True)) == [3, 2, 4, 1]
    assert found(tmp_path, NamedRun("last:b", "b")) == [2, 4, 1]
    assert found(tmp_path, NamedRun("git:a", "a", is_commit=True)) == [4, 1]


def test_only_runs_before_the_report_are_meant(tmp_path: Path) -> None:
    names = [keep(tmp_path, run_of(day)) for day in (1, 2, 3)]
    (own,) = (run for run in kept_runs(tmp_path, pytest.fail) if run.name == names[1])
    assert found(tmp_path, NamedRun("last"), after=own) == [1]


def test_of_one_second_only_what_began_earlier_is_before_it(tmp_path: Path) -> None:
    seconds = ("05+00:00", "05.100000+00:00", "05.100000+00:00", "05.200000+00:00", "06.000000+00:00")
    names = [
        keep(tmp_path, run_of(n, started=f"2026-01-01T09:30:{at}", elapsed_seconds=n)) for n, at in enumerate(seconds)
    ]
    (own,) = (run for run in kept_runs(tmp_path, pytest.fail) if run.name == names[1])
    earlier = candidates(NamedRun("last"), tmp_path, "a-model", "--baseline x", pytest.fail, after=own)
    assert [run.name for run in earlier] == [names[0]]


@pytest.mark.parametrize(
    ("named", "model", "said"),
    [
        (
            NamedRun("last"),
            "none",
            "no run of none: it has runs of a-model alone; evaluate it there without --baseline",
        ),
        (NamedRun("last"), "a-model", "no run of a-model has kept its gates; "),
        (NamedRun("last:main", "main"), "a-model", "no run of a-model of main has kept its gates; "),
    ],
)
def test_where_there_is_none_it_is_said_why(tmp_path: Path, named: NamedRun, model: str, said: str) -> None:
    keep(tmp_path, run_of(gates=[FAILED]))
    with pytest.raises(UsageError, match=f"^--baseline x: .*{said}"):
        found(tmp_path, named, model)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"prompt": "letter"}, "its prompt is 'letter', this run's is 'answer_letter'"),
        ({"method": "log_likelihood"}, "its method is 'log_likelihood', this run's is 'string_match'"),
        ({"dataset": "other.jsonl"}, "it has no questions.jsonl/a"),
        ({"subsets": ["b"]}, "it has no questions.jsonl/a"),
        ({"subsets": ["a", "b"]}, ""),
        ({"scope": {"where": {"year": ["2024"]}}}, "it is about a part of the items (where)"),
        ({"selection": {"items": 4, "by_hand": False, "limit": 4}}, "it has --limit=4, this run has none"),
    ],
)
def test_it_was_measured_alike_and_on_all_of_it(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    keep(tmp_path, run_of(**change))
    (run,) = kept_runs(tmp_path, pytest.fail)
    assert wanted(run_of()).unlike(run) == reason


def under(name: str) -> dict[str, Any]:
    return {"name": name, "fingerprint": "f", "deviations": [], "published": []}


def test_another_protocol_is_like_it_where_that_is_compared_across(tmp_path: Path) -> None:
    keep(tmp_path, run_of(1, protocol=under("p@1"), prompt="letter"))
    keep(tmp_path, run_of(2, prompt="letter"))
    measured_otherwise, other_protocol = kept_runs(tmp_path, pytest.fail)
    now = run_of()
    assert wanted(now).unlike(other_protocol) == (
        "its protocol and this run's are p@1 (f) and none; --across compares them all the same"
    )
    measured = Measured.of_report(now["info"], dataset_names(now["info"]))
    across = Wanted.of_report(now["info"], measured, across=True)
    assert across.unlike(other_protocol) == ""
    assert across.unlike(measured_otherwise) == "its prompt is 'letter', this run's is 'answer_letter'"


@pytest.mark.parametrize(("then", "now", "alike"), [(4, 4, True), (4, 2, True), (2, 4, False), (None, 4, True)])
def test_a_limit_may_be_smaller_than_that_of_the_run_before(
    tmp_path: Path, then: int | None, now: int, alike: bool
) -> None:
    keep(tmp_path, run_of(selection={"items": 4, "by_hand": False} | ({} if then is None else {"limit": then})))
    (run,) = kept_runs(tmp_path, pytest.fail)
    report = run_of(selection={"items": 4, "by_hand": False, "limit": now})
    assert (wanted(report).unlike(run) == "") == alike


def test_a_part_of_the_items_is_compared_with_all_or_with_the_same_part(tmp_path: Path) -> None:
    part, other = {"sample": 20, "seed": 1}, {"sample": 20, "seed": 2}
    for day, scope in enumerate(({}, part, other), 1):
        keep(tmp_path, run_of(day, scope=scope))
    now = wanted(run_of(scope=part))
    assert [now.unlike(run) == "" for run in kept_runs(tmp_path, pytest.fail)] == [False, True, True]


def test_the_first_that_is_alike_is_taken_and_none_is_told(tmp_path: Path) -> None:
    for day, prompt in enumerate(("answer_letter", "letter"), 1):
        keep(tmp_path, run_of(day, prompt=prompt))
    runs = kept_runs(tmp_path, pytest.fail)
    (run,) = matching(runs, wanted(run_of()), "--baseline last")
    assert run.info["started"].startswith("2026-01-01")
    with pytest.raises(
        UsageError, match=rf"^--baseline last: no run of the history can be .*\({runs[0].short}: its prompt"
    ):
        list(matching(runs[:1], wanted(run_of()), "--baseline last"))


def test_a_run_in_words(tmp_path: Path) -> None:
    name = keep(tmp_path, run_of())
    (run,) = kept_runs(tmp_path, pytest.fail)
    assert told(run) == f"run {name[:10]} of 2026-01-01 on main"
