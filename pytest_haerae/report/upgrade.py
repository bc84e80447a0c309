"""Reports of earlier schema versions, as the newest one has them."""

from __future__ import annotations

from typing import Any

from pytest_haerae.data.cells import nfc
from pytest_haerae.data.layouts import ascii_slug


def upgrade(report: Any) -> Any:  # noqa: ANN401 - any JSON value; what is no report stays as it is, and is refused after
    """A report of schema version 1 with what version 2 demands: what it does not say is empty, or null.

    An empty `key` says that its items are known by their ids alone. Their texts and names are brought into NFC, as
    those of data are today: version 1 had them as macOS writes them.
    """
    if not isinstance(report, dict) or report.get("schema_version") != 1 or report["schema_version"] is True:
        return report
    metrics, info, samples = (report.get(part) for part in ("metrics", "info", "samples"))
    dataset = info.get("dataset") if isinstance(info, dict) else None
    if isinstance(metrics, dict):
        subsets = metrics.get("subsets")
        metrics = _score(metrics)
        if isinstance(subsets, dict):
            metrics["subsets"] = {nfc(name): _score(score) for name, score in subsets.items()}
    if isinstance(info, dict):
        info = {name: _composed(value) if name in _OF_SUBSETS else value for name, value in info.items()}
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
    return {**added, **row, **{name: _composed(row[name]) for name in _TEXTS if name in row}, **_identifier(row)}


_TEXTS = ("subset", "input", "options", "reference", "prediction")
_OF_SUBSETS = ("subsets", "subset_fingerprints")


def _composed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A JSON value with its strings in NFC."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list):
        return list(map(_composed, value))
    if isinstance(value, dict):
        return {_composed(name): entry for name, entry in value.items()}
    return value


def _identifier(row: dict[str, Any]) -> dict[str, str]:
    """The id of a row whose subset's name was not in NFC: as that name's characters are spelled today."""
    subset, identifier = row.get("subset"), row.get("id")
    if not (isinstance(subset, str) and isinstance(identifier, str)) or nfc(subset) == subset:
        return {}
    slug, number = ascii_slug(nfc(subset)), identifier.rpartition("-")[2]
    return {"id": f"{slug}-{number}"}
