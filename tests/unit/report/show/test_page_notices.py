"""What the page says of gates and warnings in Korean says what the English says."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from pytest_haerae.gates.coverage import warn_of_lost
from pytest_haerae.gates.gate import Gate
from pytest_haerae.report.schema import ItemsInScope, Report
from pytest_haerae.report.show.page_notices import Notice, gate_notice, scope_notices, warning_notice
from tests.unit.reports import report_of, samples_of

LABELS: dict[str, dict[str, str]] = json.loads(
    (files("pytest_haerae.report.show") / "page" / "labels.json").read_text(encoding="utf-8")
)


def said(notice: Notice, language: str) -> str:
    """The sentence, as the page's script makes it."""
    label = LABELS[language][notice["label"]]
    return re.sub(r"\{(\w+)\}", lambda match: notice["values"].get(match[1], match[0]), label)


def notices(report: Report) -> dict[str, Notice]:
    return {gate["name"]: gate_notice(gate, report["info"]) for gate in report["info"]["gates"]}


RUNS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "held and failed": (
        "c" * 20 + "w" * 20,
        {"min_accuracy": ["0.4", "a=0.9"], "then": "c" * 40},
        {
            "min-accuracy": "정확도 0.5, 기준 0.4",
            "min-accuracy a": "정확도 0.5, 기준 0.9",
            "baseline": "하락폭 50.0%p(허용 0.0%p), p = 9.5e-07 · 공통 40문항 중 새로 맞힘 0, 새로 틀림 20",
        },
    ),
    "cannot tell": (
        "w" * 4 + "c" * 36,
        {"then": "c" * 40},
        {
            "baseline": "하락폭 10.0%p, 최대 {at_most}%p일 수 있음(허용 0.0%p)"
            " · 공통 40문항 중 새로 맞힘 0, 새로 틀림 4 · 약 66문항이면 가릴 수 있음"
        },
    ),
    "never": (
        "w" * 2 + "c" * 48,
        {"then": "c" * 50, "max_drop": ["0.04", "a=0.2"]},
        {
            "baseline": "하락폭 4.0%p, 최대 {at_most}%p일 수 있음(허용 4.0%p) · 공통 50문항 중 새로 맞힘 0, 새로 틀림 2"
            " · 하락폭이 허용치와 같아 문항을 늘려도 가릴 수 없음",
            "baseline a": "하락폭 4.0%p(허용 20.0%p), p = 1 · 공통 50문항 중 새로 맞힘 0, 새로 틀림 2",
        },
    ),
    "hangul": (
        "cw",
        {"min_hangul": ["0.4"]},
        {
            "min-hangul": "측정하지 못한 문항이 있어 판정할 수 없습니다."
            " (none of the 2 items has letters whose share of Hangul could be told)"
        },
    ),
    "by hand": (
        "cw",
        {"min_accuracy": ["0.4"], "by_hand": True},
        {"min-accuracy": "일부 문항만 골라 실행했으므로 판정하지 않았습니다."},
    ),
    "errors": (
        "cwe",
        {"min_accuracy": ["0.4"]},
        {
            "measurable": "측정하지 못한 문항이 있어 판정할 수 없습니다."
            " (1 of 3 items ended in an error (allowed: 0.0%))"
        },
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_gates_reason_is_said_in_korean(name: str) -> None:
    outcomes, options, expected = RUNS[name]
    given = dict(options)
    then = given.pop("then", None)
    report = report_of(samples_of({"a": outcomes}), report_of(samples_of({"a": then})) if then else None, **given)
    found = notices(report)
    for gate in report["info"]["gates"]:
        assert said(found[gate["name"]], "en") == gate["detail"]
    for gate_name, sentence in expected.items():
        bound = re.search(r"up to 0\.(\d\d)(\d)", said(found[gate_name], "en"))
        at_most = f"{int(bound[1])}.{bound[2]}" if bound else ""
        assert said(found[gate_name], "ko") == sentence.replace("{at_most}", at_most)


def test_a_gate_on_the_share_of_hangul_is_said_in_korean() -> None:
    report = report_of(samples_of({"a": "cw"}))
    gate = Gate("min-hangul a", "failed", 0.5, 0.75, None, "share of Hangul 0.5000 is below 0.75").to_json()
    notice = gate_notice(gate, report["info"])
    assert (said(notice, "ko"), said(notice, "en")) == ("한글 비율 0.5, 기준 0.75", gate["detail"])


WARNED: dict[str, list[str]] = {
    "a run": report_of(samples_of({"a": "w" * 60 + "i" * 40}, finish_reason="length"))["info"].get("warnings", []),
    "one letter": report_of(samples_of({"a": "w" * 40}, references="A"))["info"].get("warnings", []),
    "lost": warn_of_lost(["q-1"]),
    "fell": report_of(
        samples_of({"a": "w" * 9 + "c" * 31, "b": "c" * 20}), report_of(samples_of({"a": "c" * 40, "b": "c" * 20}))
    )["info"].get("warnings", []),
}


def test_every_kind_of_warning_is_said_in_korean() -> None:
    lines = [line for found in WARNED.values() for line in found]
    labels = {warning_notice(line)["label"] for line in lines}
    assert labels == {label for label in LABELS["ko"] if label.startswith("warning ")}
    for line in lines:
        notice = warning_notice(line)
        assert said(notice, "en") == line
        assert line.partition(": ")[2] in said(notice, "ko")


def test_a_warning_that_is_not_known_stands_as_it_is() -> None:
    notice = warning_notice("of another maker: words")
    assert said(notice, "en") == said(notice, "ko") == "of another maker: words"


@pytest.mark.parametrize(
    ("scope", "english", "korean"),
    [
        ({}, [], []),
        (
            {"where": {"kind": ["법", "역사"], "year": ["2019"]}, "sample": 3, "seed": 7},
            [
                "items in scope: kind is 법 or 역사",
                "items in scope: year is 2019",
                "items in scope: at most 3 items of each subset, drawn (seed 7)",
            ],
            [
                "kind 열로 고른 문항의 결과입니다: 법, 역사",
                "year 열로 고른 문항의 결과입니다: 2019",
                "하위 과제마다 최대 3문항을 뽑은 결과입니다(seed 7).",
            ],
        ),
        (
            {"sample": 3, "by": "kind", "seed": 0},
            ["items in scope: at most 3 items of each subset, drawn by kind (seed 0)"],
            ["하위 과제마다 최대 3문항을 kind 열의 값에 비례하게 뽑은 결과입니다(seed 0)."],
        ),
    ],
)
def test_which_items_the_numbers_are_about_is_said(scope: ItemsInScope, english: list[str], korean: list[str]) -> None:
    report = report_of(samples_of({"a": "cw"}))
    if scope:
        report["info"]["scope"] = scope
    notices = scope_notices(report["info"])
    assert [said(notice, "en") for notice in notices] == english
    assert [said(notice, "ko") for notice in notices] == korean
