from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.plugin.summary import rerun_command, summarise, told
from pytest_haerae.run.calls import NO_CALLS, CallTotals
from pytest_haerae.run.plan import make_plan
from tests.unit.plugin.sessions import Run, config


class Reporter:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write_line(self, line: str, **markup: bool) -> None:
        self.lines.append(line)

    def write_sep(self, sign: str, title: str) -> None:
        self.lines.append(f"{sign} {title}")


def shown(folder: Path, *, verbose: int = 0, count: int = 6, **options: Any) -> list[str]:  # noqa: ANN401 - options
    made = Run(folder, max_error_rate=0.5, **options)
    made.config.option.verbose = verbose
    made.ask()
    made.note(*made.tests[:count])
    made.finish()
    made.evaluation.close()
    reporter: Any = Reporter()
    summarise(made.evaluation, reporter, made.config)
    lines: list[str] = reporter.lines
    return lines


def test_the_summary_has_a_title_the_numbers_and_the_wrong_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    lines = shown(tmp_path, report_md=tmp_path / "r.md")
    text = "\n".join(lines)
    assert lines[0].startswith("= haerae: mine, string_match, ")
    assert "total (micro)" in text
    assert lines[-1] == f"Markdown summary: {tmp_path / 'r.md'}"
    assert [number for number in range(6) if f"mine-{number:04d}" in text] == [1, 4]
    assert "mine-0004" not in "\n".join(shown(tmp_path, count=4)), "only of tests that reported"


@pytest.mark.parametrize(("options", "count"), [({}, 0), ({"max_drop": "0.1"}, 1), ({"significance": "0.01"}, 1)])
def test_an_option_of_the_baseline_gate_without_a_baseline_is_told(
    tmp_path: Path, options: dict[str, Any], count: int
) -> None:
    told_of = [line for line in shown(tmp_path, **options) if "decides nothing: no --baseline is given" in line]
    assert len(told_of) == count
    assert all(line.startswith(f"warning: --{next(iter(options)).replace('_', '-')} ") for line in told_of)


def test_broken_gates_are_told_also_where_quiet_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate: dict[str, Any] = {"min_accuracy": ["0.9"]}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    annotation, line = shown(tmp_path, verbose=-2, **gate)
    assert line.startswith("gate min-accuracy: FAILED - ")
    assert annotation.startswith("::error title=pytest-haerae gate min")
    assert annotation in shown(tmp_path, **gate)
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert shown(tmp_path, verbose=-2, **gate) == [line]
    assert shown(tmp_path, verbose=-2) == []


def test_where_nothing_was_asked_nothing_is_said(tmp_path: Path) -> None:
    made = Run(tmp_path)
    reporter: Any = Reporter()
    summarise(made.evaluation, reporter, made.config)
    assert reporter.lines == []


PARAMS = '{"model_name": "m", "api_key": "abcdef123456", "api_base": "http://127.0.0.1/v1"}'


@pytest.mark.parametrize("typed", [[f"--model-params={PARAMS}"], ["--model_params", PARAMS]])
def test_the_command_that_runs_wrong_items_again_is_typed_back_as_it_is(tmp_path: Path, typed: list[str]) -> None:
    given = config(tmp_path)
    given.invocation_params.args = ("suites", "--lf", *typed, "-k", "a b")
    plan = make_plan(build_config({"model": "openai", "model_params": PARAMS}, tmp_path))
    assert rerun_command(given, plan) is None
    given.plug("lfplugin", SimpleNamespace())
    assert shlex.split(rerun_command(given, plan) or "") == [
        *("pytest", "suites", '--model-params={"model_name": "m", "api_base": "http://127.0.0.1/v1"}', "-k", "a b"),
        "--lf",
    ]


@pytest.mark.parametrize("typed", [["--baseline-write=b.json"], ["--haerae_baseline_write", "b.json"]])
def test_the_command_writes_no_baseline(tmp_path: Path, typed: list[str]) -> None:
    given = config(tmp_path)
    given.invocation_params.args = ("suites", *typed, "--demo")
    given.plug("lfplugin", SimpleNamespace())
    assert rerun_command(given, make_plan(build_config({"model": "random"}, tmp_path))) == "pytest suites --demo --lf"


def test_a_key_that_is_none_stays_in_the_command(tmp_path: Path) -> None:
    given = config(tmp_path)
    params = PARAMS.replace("abcdef123456", "not-needed")
    given.invocation_params.args = ("suites", f"--model-params={params}")
    given.plug("lfplugin", SimpleNamespace())
    command = rerun_command(given, make_plan(build_config({"model": "openai", "model_params": params}, tmp_path)))
    assert '"api_key": "not-needed"' in (command or "")


TOLD = "3 asked, 2 from the store, 1 without an answer, tokens: 1,200 prompt, 34 completion, $0.2500"


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        (NO_CALLS, "0 asked, 0 from the store"),
        (CallTotals(3, 2, 1, 1200, 34, 0.25), TOLD),
        (CallTotals(1, 0, 0, None, 7, None), "1 asked, 0 from the store, tokens: 0 prompt, 7 completion"),
    ],
)
def test_what_tests_asked_themselves_is_told_in_a_line(calls: CallTotals, line: str) -> None:
    assert told(calls) == line
