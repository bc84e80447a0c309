"""Reports of earlier schema versions, as the newest one has them."""

from __future__ import annotations

from typing import Any


def upgrade(report: Any) -> Any:  # noqa: ANN401 - any JSON value; what is no report stays as it is, and is refused after
    """A report of schema version 1 with what version 2 demands: what it does not say is empty, or null.

    An empty `key` says that its items are known by their ids alone.
    """
    if not isinstance(report, dict) or report.get("schema_version") != 1 or report["schema_version"] is True:
        return report
    metrics, info, samples = (report.get(part) for part in ("metrics", "info", "samples"))
    dataset = info.get("dataset") if isinstance(info, dict) else None
    if isinstance(metrics, dict):
        subsets = metrics.get("subsets")
        metrics = _score(metrics)
        if isinstance(subsets, dict):
            metrics["subsets"] = {name: _score(score) for name, score in subsets.items()}
    if isinstance(samples, list):
        samples = [_sample(row, dataset) for row in samples]
    parts = {"metrics": metrics, "info": info, "samples": samples}
    return {**report, "schema_version": 2, **{name: part for name, part in parts.items() if name in report}}


def _score(score: Any) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(score, dict):
        return score
    return {"cut": 0, "accuracy_uncut": score.get("accuracy"), **score}


def _sample(row: Any, dataset: object) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(row, dict):
        return row
    added = {
        "dataset": dataset,
        "key": "",
        "why": None,
        "reasoning": None,
        "finish_reason": None,
        "tokens": {"prompt": None, "completion": None},
    }
    return {**added, **row}
