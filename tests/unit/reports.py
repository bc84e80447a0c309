"""Reports for tests: `report_of` makes them through the real metrics and gates, `make` of rows made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pytest_haerae.config.run_config import build_config
from pytest_haerae.gates.compatibility import measured_by
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.gate import GateEntry
from pytest_haerae.gates.judge import judge_run
from pytest_haerae.gates.warnings import find_warnings
from pytest_haerae.report.build import make_report
from pytest_haerae.report.facts import RunFacts
from pytest_haerae.report.files import write_report
from pytest_haerae.report.samples import SampleRows
from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.run.calls import NO_CALLS
from pytest_haerae.run.plan import make_plan
from pytest_haerae.run.usage import Usage
from pytest_haerae.statistics.pairing import outline_of
from pytest_haerae.statistics.partial import MeanScore
from pytest_haerae.statistics.scores import Score, make_metrics
from pytest_haerae.types import DataKey, Item, Outcome, Response, Sample, Selected, Verdict

OUTCOMES: dict[str, Outcome] = {
    "c": "correct",
    "w": "wrong",
    "i": "invalid",
    "t": "cut",
    "e": "error",
    "s": "skipped",
    "u": "unjudged",
}


def samples_of(
    subsets: Mapping[str, str], references: str = "ABCDE", finish_reason: str = "stop", passages: int | None = None
) -> list[Sample]:
    """Samples with five options each.

    Args:
        subsets: Each subset's outcomes, a letter an item: c, w, i, e, s.
        references: The right letters, over and over.
        finish_reason: Of every response.
        passages: How many passages a subset's items share in turn; None for none.
    """
    found: list[Sample] = []
    for subset, letters in subsets.items():
        for index, letter in enumerate(letters):
            reference = references[index % len(references)]
            passage = "" if passages is None else f"### 지문: \n지문 {index % passages}\n\n"
            query = f"{passage}### 질문: \n{subset} {index}번\n\n### 정답:"
            identifier = f"s{list(subsets).index(subset)}-{index:04d}"
            item = Item(identifier, subset, index, query, tuple("가나다라마"), tuple("ABCDE"), reference, f"k{index}")
            outcome = OUTCOMES[letter]
            wrong = "ABCDE"[("ABCDE".index(reference) + 1) % 5]
            prediction = {"correct": reference, "wrong": wrong}.get(outcome)
            response = (
                Response(error="HTTP 503")
                if outcome == "error"
                else Response(prediction or "?", finish_reason=finish_reason)
            )
            verdict = Verdict(outcome, prediction, f"{identifier} {outcome}: 예측 ({prediction}), 정답 ({reference})")
            selected = Selected(item, f"test_mine.py::test_mine[{identifier}]", DataKey("questions.jsonl"))
            found.append(Sample(selected, response, verdict))
    return found


def benchmarks_of(parts: Mapping[str, Mapping[str, str]], **more: Any) -> list[Sample]:  # noqa: ANN401 - as `samples_of`
    """Samples of a run of several benchmarks: each one's subsets as `samples_of` takes them."""
    return [
        replace(sample, selected=replace(sample.selected, data=DataKey(name), benchmark=name))
        for name, subsets in parts.items()
        for sample in samples_of(subsets, **more)
    ]


def report_of(
    samples: Sequence[Sample],
    baseline: Report | None = None,
    *,
    by_hand: bool = False,
    missing: int = 0,
    **options: Any,  # noqa: ANN401 - options as typed
) -> Report:
    """The report of a run with these samples."""
    raw = {"model": "random", **options, "baseline": "base.json" if baseline else None}
    config = build_config(raw, Path())
    errors = sum(sample.verdict.outcome == "error" for sample in samples)
    completeness = Completeness(by_hand, missing, errors, len(samples) + missing)
    metrics = make_metrics(samples)
    rows = list(SampleRows(samples, lambda sample: None, lambda data: data.name, lambda sample: True))
    before = map(outline_of, baseline["samples"]) if baseline else None
    judgement = judge_run(config, metrics, map(outline_of, rows), before, completeness)
    facts = RunFacts(
        model="a-model",
        libraries=(),
        dataset="questions.jsonl",
        dataset_revision=None,
        dataset_fingerprint="0123456789abcdef",
        subset_fingerprints={sample.group: "0123456789abcdef" for sample in samples},
        prompt_fingerprint="fedcba9876543210",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed_seconds=1.5,
        usage=Usage(computed=len(samples), seconds=1.0),
        calls=NO_CALLS,
        completeness=completeness,
        benchmarks={
            sample.selected.benchmark: {
                **measured_by(make_plan(config).first),
                "prompt_fingerprint": "fedcba9876543210",
                "scorer": config.scorer,
                "revision": None,
                "fingerprint": "0123456789abcdef",
            }
            for sample in samples
            if sample.selected.benchmark
        },
    )
    report = make_report(
        config,
        facts,
        metrics,
        samples,
        rows=rows,
        judgement=judgement,
        warnings=[*find_warnings(samples), *judgement.warnings],
    )
    return cast(Report, json.loads(json.dumps(report)))


def outcomes_of(report: Report) -> list[Outcome]:
    """The outcomes of a report's samples."""
    return [row["outcome"] for row in report["samples"]]


def gates_of(now: dict[str, str], then: dict[str, str] | None = None, **options: Any) -> list[GateEntry]:  # noqa: ANN401 - options as typed
    """The gates of a run with these outcomes, against one with those."""
    baseline = report_of(samples_of(then)) if then else None
    return report_of(samples_of(now), baseline, **options)["info"]["gates"]


def write(path: Path, report: Report) -> Path:
    """Write a report, as a run does."""
    write_report(report, path)
    return path


HOSTILE = (
    "</script></style></title><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "<a href=\"javascript:window.pwned=1\" onclick='window.pwned=1'>x</a><svg onload=window.pwned=1>"
    "{{ 7*7 }}{% raw %}<!--<script>&lt;\u202eevil\u2066\u200b\u2028\x1b[31m\ud800 한글 $(touch pwned) `id` '\"\\"
)
"""What a text would need to get out of its place: markup, script, template, comment, direction, terminal, shell."""


def sample(number: int, subset: str = "csat_geo", **changes: object) -> SampleRow:
    """One sample; the reference is B, and every third item is answered right."""
    values = [-3.0, -1.0, -2.0] if number % 3 == 0 else [-0.5, -1.0 - number % 7, -2.0]
    prediction = "B" if number % 3 == 0 else "A"
    row = {
        "id": f"{subset}-{number:04d}",
        "dataset": "sample",
        "subset": subset,
        "key": f"k{number}",
        "nodeid": f"suites/test_{subset}.py::test_{subset}[{subset}-{number:04d}]",
        "input": f"다음 질문에 답하시오.\n\n### 질문:\n{number}번 문제: 독도의 위치는?\n\n### 정답:",
        "options": ["동해", "서해", "남해"],
        "reference": "B",
        "prediction": prediction,
        "outcome": "correct" if prediction == "B" else "wrong",
        "raw_output": None,
        "loglikelihoods": values,
        "error": None,
        "explanation": f"{number} was judged",
        "rule": None,
        "why": None,
        "why_start": None,
        "reasoning": None,
        "finish_reason": None,
        "tokens": {"prompt": None, "completion": None},
        "truncated": False,
        "messages": None,
        **changes,
    }
    return cast(SampleRow, row)


def score(rows: list[SampleRow]) -> Score:
    """The numbers of some samples."""
    counts = {
        name: sum(row["outcome"] == name for row in rows)
        for name in ("correct", "wrong", "invalid", "cut", "error", "skipped", "unjudged")
    }
    n = counts["correct"] + counts["wrong"] + counts["invalid"] + counts["cut"]
    return {
        "accuracy": counts["correct"] / n if n else None,
        "stderr": None,
        "ci95": [0.1, 0.6] if n else None,
        "n": n,
        "correct": counts["correct"],
        "wrong": counts["wrong"],
        "invalid": counts["invalid"],
        "cut": counts["cut"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
        "accuracy_uncut": counts["correct"] / (n - counts["cut"]) if n > counts["cut"] else None,
        "unjudged": counts["unjudged"],
    }


def make(rows: list[SampleRow], **info: object) -> Report:
    """A report of some samples."""
    subsets = list(dict.fromkeys(row["subset"] for row in rows))
    of_subset = {name: score([row for row in rows if row["subset"] == name]) for name in subsets}
    report = {
        "schema_version": 2,
        "metrics": {**score(rows), "macro_accuracy": 0.5, "subsets": of_subset},
        "info": {
            "backend": "random",
            "model": "random(seed=0)",
            "model_params": {"seed": 0},
            "method": "log_likelihood",
            "evaluator_params": {},
            "dataset": "sample",
            "dataset_revision": None,
            "dataset_fingerprint": "0123456789abcdef",
            "split": "test",
            "subsets": subsets,
            "prompt": "raw",
            "prompt_fingerprint": "fedcba9876543210",
            "num_few_shot": 0,
            "versions": {"pytest_haerae": "0.1.0", "python": "3.11"},
            "git_commit": None,
            "started": "2026-01-01T00:00:00+00:00",
            "elapsed_seconds": 1.5,
            "items_per_second": 20.0,
            "tokens": {"prompt": None, "completion": None},
            "cost_usd": None,
            "responses": {"computed": len(rows), "reused": 0},
            "complete": True,
            "gates": [
                {
                    "name": "min-accuracy",
                    "verdict": "failed",
                    "value": 0.3,
                    "threshold": 0.5,
                    "p_value": None,
                    "detail": "accuracy 0.3 is below 0.5",
                }
            ],
            "method_detail": None,
            "finish_reasons": {},
            "truncated": 0,
            "rerun_options": ["--model=random", "--method=log_likelihood", "--dataset=sample"],
            **info,
        },
        "samples": rows,
    }
    return cast(Report, report)


def judged() -> Report:
    """A report of free text that a second model graded: right, unreadable, wrong, lost, and nothing to grade."""
    given: list[dict[str, Any]] = [
        {
            "outcome": "correct",
            "score": 0.75,
            "rule": "both orders agree",
            "judgements": ["자세히 썼습니다.\n[[A]]", "[[B]]"],
        },
        {"outcome": "unjudged", "rule": "unread", "judgements": ["글쎄요", ""]},
        {"outcome": "wrong", "score": 0.25, "rule": "score 3", "judgements": ["빠진 점이 있습니다.\n[[3]]"]},
        {"outcome": "error", "error": "item-3: the answer could not be judged: HTTP 503"},
        {"outcome": "invalid", "rule": "no answer", "raw_output": ""},
    ]
    free = {
        "options": None,
        "reference": "모범 답안",
        "prediction": None,
        "loglikelihoods": None,
        "raw_output": "긴 답",
    }
    rows = [sample(number, **{**free, **changes}) for number, changes in enumerate(given)]
    judging = {
        "tokens": {"prompt": 900, "completion": 60},
        "cost_usd": 0.0125,
        "responses": {"computed": 6, "reused": 0},
    }
    report = make(
        rows,
        method="string_match",
        evaluator_params={"scorer": "judge", "template": "score_ko"},
        scorer_facts={"template": "score_ko", "template_fingerprint": "0123456789abcdef"},
        judge={"backend": "openai", "model": "strict-1", "model_params": {"temperature": 0}},
        judging=judging,
    )
    mean: MeanScore = {"mean": 0.5, "stderr": 0.25, "ci95": [0.0, 1.0], "n": 2}
    for scores in (report["metrics"], report["metrics"]["subsets"]["csat_geo"]):
        scores["score"] = mean
    return report


def hostile() -> Report:
    """A report whose every text that a data set, a model or a server could choose is an injection attempt."""
    texts: dict[str, Any] = {
        "subset": HOSTILE,
        "nodeid": f"test_x.py::test_x[{HOSTILE}]",
        "input": HOSTILE,
        "options": [HOSTILE, f"{HOSTILE}2", "c"],
        "raw_output": HOSTILE,
        "explanation": HOSTILE,
        "rule": HOSTILE,
        "finish_reason": HOSTILE,
    }
    rows = [
        sample(0, **texts, id='"><img src=x onerror=window.pwned=1>-0000'),
        sample(1, **texts, id="evil-0001", messages=[{"role": HOSTILE, "content": HOSTILE}]),
        sample(
            2,
            **{**texts, "options": None, "loglikelihoods": None},
            id="evil-0002",
            reference=HOSTILE,
            prediction=HOSTILE,
            score=0.5,
            judgements=[HOSTILE],
        ),
        sample(3, **{**texts, "raw_output": None}, id="evil-0003", outcome="error", error=HOSTILE, prediction=None),
    ]
    named = dict.fromkeys(
        ("backend", "model", "method_detail", "dataset", "dataset_revision", "split", "prompt", "git_commit"), HOSTILE
    )
    gate = {"name": HOSTILE, "verdict": "failed", "value": None, "threshold": None, "p_value": None, "detail": HOSTILE}
    return make(
        rows,
        **named,
        model_params={HOSTILE: HOSTILE},
        versions={"pytest_haerae": HOSTILE, "python": HOSTILE, HOSTILE: HOSTILE},
        gates=[gate],
        finish_reasons={HOSTILE: {HOSTILE: 1}},
        rerun_options=[f"--model={HOSTILE}"],
        judge={"backend": HOSTILE, "model": HOSTILE, "model_params": {HOSTILE: HOSTILE}},
        scorer_facts={HOSTILE: HOSTILE},
    )
