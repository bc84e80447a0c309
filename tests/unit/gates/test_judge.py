from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.changes import DetectableDrops
from pytest_haerae.gates.gate import Gate
from pytest_haerae.gates.judge import Judgement, check_gates
from tests.unit.fakes import everything, prepared, question
from tests.unit.reports import gates_of


@pytest.mark.parametrize(
    ("options", "verdict"), [({"by_hand": True}, "not evaluated"), ({"missing": 1}, "unmeasurable"), ({}, "passed")]
)
def test_partial_and_incomplete_runs_never_pass(options: dict[str, Any], verdict: str) -> None:
    gates = gates_of({"a": "c" * 40}, {"a": "c" * 40}, min_accuracy=["0.5"], **options)
    assert {gate["verdict"] for gate in gates} == {verdict}
    assert [gate["name"] for gate in gates][:2] == ["min-accuracy", "baseline"]


def test_errors_above_the_tolerated_share_are_unmeasurable() -> None:
    now = {"a": "e" * 2 + "c" * 38}
    gates = gates_of(now, min_accuracy=["0.5"])
    assert [(gate["name"], gate["verdict"]) for gate in gates] == [
        ("min-accuracy", "unmeasurable"),
        ("measurable", "unmeasurable"),
    ]
    assert [gate["verdict"] for gate in gates_of(now, min_accuracy=["0.5"], max_error_rate="0.05")] == ["passed"]


def test_whoever_holds_the_answers_to_a_share_of_hangul_has_a_gate_of_its_own() -> None:
    gates = gates_of({"a": "cc"}, min_accuracy=["0.5"], min_hangul=["0.5", "a=0.2"])
    assert [gate["name"] for gate in gates] == ["min-accuracy", "min-hangul", "min-hangul a"]
    assert {gate["verdict"] for gate in gates[1:]} == {"unmeasurable"}, "these answers were not looked at"


def test_gates_that_could_not_be_judged_are_refused(tmp_path: Path) -> None:
    for gate in ("min_accuracy", "min_hangul"):
        options: dict[str, Any] = {gate: "histry=0.5"}
        ready = prepared(tmp_path, [question(0)], **options)
        with pytest.raises(UsageError, match=f"--{gate.replace('_', '-')}: unknown subset 'histry'"):
            check_gates(ready.plan, everything(ready))


def no_drops() -> DetectableDrops:
    return {"total": None, "subsets": {}, "assumed_discordance": None}


def test_one_failing_gate_fails_the_run() -> None:
    passed, failed = (Gate("g", verdict, None, None, None, "") for verdict in ("passed", "failed"))
    assert not Judgement((passed,), None, no_drops).fails()
    assert Judgement((passed, failed), None, no_drops).fails()


@pytest.mark.parametrize(
    ("options", "detail"),
    [({"by_hand": True}, "items were selected by hand"), ({"missing": 1}, "1 of 41 records are missing")],
)
def test_a_gate_that_is_not_judged_has_no_p_value_and_says_why(options: dict[str, Any], detail: str) -> None:
    minimum, baseline = gates_of({"a": "c" * 40}, {"a": "c" * 40}, min_accuracy=["0.5"], **options)[:2]
    assert {(gate["p_value"], gate["detail"]) for gate in (minimum, baseline)} == {(None, detail)}
    assert (minimum["value"], minimum["threshold"]) == (1.0, 0.5)
