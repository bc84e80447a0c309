"""Reports made in this process, through the real metrics, gates and writers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_haerae.config.run_config import build_config
from pytest_haerae.gates.judge import Completeness, judge_run
from pytest_haerae.report.build import RunFacts, make_report, write_report
from pytest_haerae.report.samples import SampleRows
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import DataKey, Item, Outcome, Response, Sample, Selected, Usage, Verdict

OUTCOMES: dict[str, Outcome] = {"c": "correct", "w": "wrong", "i": "invalid", "e": "error", "s": "skipped"}


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
            item = Item(identifier, subset, index, query, tuple("가나다라마"), tuple("ABCDE"), reference)
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


def report_of(
    samples: Sequence[Sample],
    baseline: Mapping[str, Any] | None = None,
    *,
    by_hand: bool = False,
    missing: int = 0,
    **options: Any,  # noqa: ANN401 - options as typed
) -> dict[str, Any]:
    """The report of a run with these samples."""
    raw = {"model": "random", **options, "baseline": "base.json" if baseline else None}
    config = build_config(raw, Path())
    errors = sum(sample.verdict.outcome == "error" for sample in samples)
    completeness = Completeness(by_hand, missing, errors, len(samples) + missing)
    metrics = make_metrics(samples)
    rows = list(SampleRows(samples, lambda sample: None, return_logits=True))
    judgement = judge_run(config, metrics, rows, baseline["samples"] if baseline else None, completeness)
    facts = RunFacts(
        model="a-model",
        libraries=(),
        dataset="questions.jsonl",
        dataset_revision=None,
        dataset_fingerprint="0123456789abcdef",
        subset_fingerprints={sample.item.subset: "0123456789abcdef" for sample in samples},
        prompt_fingerprint="fedcba9876543210",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed_seconds=1.5,
        usage=Usage(computed=len(samples), seconds=1.0),
        completeness=completeness,
    )
    report = make_report(config, facts, metrics, samples, rows=rows, judgement=judgement)
    return dict(json.loads(json.dumps(report)))


def write(path: Path, report: Mapping[str, Any]) -> Path:
    """Write a report, as a run does."""
    write_report(report, path)
    return path
