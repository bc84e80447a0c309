"""What continuous integration reads of a report: annotations of GitHub Actions, properties of JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pytest_haerae.escaping import annotation, visible
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.report.schema import Report
from pytest_haerae.statistics.scores import Score, counts_of
from pytest_haerae.types import Item, Verdict

_LONGEST_PROPERTY = 200


def workflow_commands(report: Report) -> Iterator[str]:
    """One workflow command for each gate that broke and each warning: ``::error title=…::message``."""
    for gate in failing_gates(report["info"]["gates"]):
        yield _command("error", f"gate {gate['name']}", f"{gate['verdict']} - {gate['detail']}")
    for warning in report["info"].get("warnings", ()):
        yield _command("warning", "a number looks wrong", warning)


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={annotation(f'pytest-haerae {title}', title=True)}::{annotation(message)}"


def suite_properties(report: Report) -> Iterator[tuple[str, str]]:
    """Names and values for JUnit's test suite: the setting, the numbers of the total and each subset, the gates."""
    return ((visible(name), visible(value)) for name, value in _suite_properties(report))


def _suite_properties(report: Report) -> Iterator[tuple[str, str]]:
    metrics, info = report["metrics"], report["info"]
    yield "haerae.backend", info["backend"]
    yield "haerae.model", _value(info["model"])
    yield "haerae.method", info["method"]
    yield "haerae.dataset", info["dataset"]
    yield "haerae.prompt", info["prompt"]
    yield "haerae.num_few_shot", _value(info["num_few_shot"])
    yield "haerae.complete", _value(info["complete"])
    yield from _score_properties("haerae", metrics)
    for name, entry in metrics["subsets"].items():
        yield from _score_properties(f"haerae.{name}", entry)
    for gate in info["gates"]:
        yield f"haerae.gate.{gate['name']}", f"{gate['verdict']}: {gate['detail']}"


def _score_properties(prefix: str, score: Score) -> Iterator[tuple[str, str]]:
    yield f"{prefix}.accuracy", _value(score["accuracy"])
    yield f"{prefix}.stderr", _value(score["stderr"])
    for name, count in counts_of(score).items():
        yield f"{prefix}.{name}", str(count)
    low, high = score["ci95"] or (None, None)
    yield f"{prefix}.ci95_low", _value(low)
    yield f"{prefix}.ci95_high", _value(high)


def item_properties(item: Item, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Names and values for JUnit's test case."""
    return _item_properties(item.subset, verdict.outcome, verdict.prediction or "", item.reference)


@lru_cache(maxsize=1024)
def _item_properties(subset: str, outcome: str, prediction: str, reference: str) -> tuple[tuple[str, str], ...]:
    """Made once for all items that have them alike: pytest keeps three reports of each test, with its properties."""
    return (
        ("haerae_subset", visible(subset)),
        ("haerae_outcome", visible(outcome)),
        ("haerae_prediction", visible(prediction[:_LONGEST_PROPERTY])),
        ("haerae_reference", visible(reference[:_LONGEST_PROPERTY])),
    )


def _value(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
