"""What continuous integration reads of a report: annotations of GitHub Actions, properties of JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pytest_haerae.escaping import annotation, visible
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.rows import asked_of, methods_of
from pytest_haerae.statistics.scores import Score, counts_of
from pytest_haerae.types import Item, Verdict

_LONGEST_PROPERTY = 200


def workflow_commands(report: Report) -> Iterator[str]:
    """One workflow command for each gate that broke or cannot tell and each warning: ``::error title=…::message``."""
    called = f" of {name}" if (name := report["info"].get("model_name")) else ""
    failing = failing_gates(report["info"])
    for gate in report["info"]["gates"]:
        if gate in failing or gate["verdict"] == "inconclusive":
            kind = "error" if gate in failing else "warning"
            yield _command(kind, f"gate {gate['name']}{called}", f"{gate['verdict']} - {gate['detail']}")
    for warning in report["info"].get("warnings", ()):
        yield _command("warning", f"a number{called} looks wrong", warning)


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={annotation(f'pytest-haerae {title}', title=True)}::{annotation(message)}"


def suite_properties(report: Report, model: str = "") -> Iterator[tuple[str, str]]:
    """Names and values for JUnit's test suite: the setting, the numbers of the total and each subset, the gates.

    Args:
        report: The report.
        model: What its model is called, in a session of several; then the names begin ``haerae.MODEL``.
    """
    prefix = f"haerae.{model}" if model else "haerae"
    return ((visible(f"{prefix}.{name}"), visible(value)) for name, value in _suite_properties(report))


def _suite_properties(report: Report) -> Iterator[tuple[str, str]]:
    metrics, info = report["metrics"], report["info"]
    yield "backend", info["backend"]
    yield "model", _value(info["model"])
    yield "method", methods_of(info)
    yield "dataset", info["dataset"]
    yield "prompt", ",".join(dict.fromkeys(asked["prompt"] for asked in asked_of(info).values()))
    yield "num_few_shot", _value(info["num_few_shot"])
    yield "complete", _value(info["complete"])
    yield from _score_properties("", metrics)
    for name, entry in metrics["subsets"].items():
        yield from _score_properties(f"{name}.", entry)
    for name, part in metrics.get("benchmarks", {}).items():
        yield from _score_properties(f"{name}.", part)
    for name, asked in info.get("benchmarks", {}).items():
        yield f"{name}.method", asked["method"]
        yield f"{name}.prompt", asked["prompt"]
        yield f"{name}.num_few_shot", _value(asked["num_few_shot"])
    for gate in info["gates"]:
        yield f"gate.{gate['name']}", f"{gate['verdict']}: {gate['detail']}"


def _score_properties(prefix: str, score: Score) -> Iterator[tuple[str, str]]:
    yield f"{prefix}accuracy", _value(score["accuracy"])
    yield f"{prefix}stderr", _value(score["stderr"])
    for name, count in counts_of(score).items():
        yield f"{prefix}{name}", str(count)
    low, high = score["ci95"] or (None, None)
    yield f"{prefix}ci95_low", _value(low)
    yield f"{prefix}ci95_high", _value(high)


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
