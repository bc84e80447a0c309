"""What continuous integration reads of a report: annotations of GitHub Actions, properties of JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pytest_haerae.types import Item, Verdict

_LONGEST_PROPERTY = 200


def workflow_commands(report: Mapping[str, Any]) -> Iterator[str]:
    """One workflow command for each gate that broke and each warning.

    Source: GitHub's documentation, "Workflow commands for GitHub Actions": ``::error title=…::message``, with ``%`` and
    line ends as percent codes, in titles also ``:`` and ``,``.
    """
    for gate in report["info"]["gates"]:
        if gate["verdict"] in ("failed", "unmeasurable"):
            yield _command("error", f"gate {gate['name']}", f"{gate['verdict']} - {gate['detail']}")
    for warning in report["info"].get("warnings", ()):
        yield _command("warning", "a number looks wrong", warning)


def _command(kind: str, title: str, message: str) -> str:
    def encode(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    title = encode(f"pytest-haerae {title}").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={title}::{encode(message)}"


def suite_properties(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values for JUnit's test suite: the setting, the numbers of the total and each subset, the gates."""
    metrics, info = report["metrics"], report["info"]
    for name in ("backend", "model", "method", "dataset", "prompt", "num_few_shot", "complete"):
        yield f"haerae.{name}", _value(info[name])
    for prefix, score in [
        ("haerae", metrics),
        *((f"haerae.{name}", entry) for name, entry in metrics["subsets"].items()),
    ]:
        for name in ("accuracy", "stderr", "n", "correct", "wrong", "invalid", "errors", "skipped"):
            yield f"{prefix}.{name}", _value(score[name])
        low, high = score["ci95"] or (None, None)
        yield f"{prefix}.ci95_low", _value(low)
        yield f"{prefix}.ci95_high", _value(high)
    for gate in info["gates"]:
        yield f"haerae.gate.{gate['name']}", f"{gate['verdict']}: {gate['detail']}"


def item_properties(item: Item, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Names and values for JUnit's test case."""
    return _item_properties(item.subset, verdict.outcome, verdict.prediction or "", item.reference)


@lru_cache(maxsize=1024)
def _item_properties(subset: str, outcome: str, prediction: str, reference: str) -> tuple[tuple[str, str], ...]:
    """Made once for all items that have them alike: pytest keeps three reports of each test, with its properties."""
    return (
        ("haerae_subset", subset),
        ("haerae_outcome", outcome),
        ("haerae_prediction", prediction[:_LONGEST_PROPERTY]),
        ("haerae_reference", reference[:_LONGEST_PROPERTY]),
    )


def _value(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
