"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.stats import smallest_detectable_drop
from pytest_haerae.types import Sample

_SHOWN_WRONG = 5


def summary_lines(
    report: Mapping[str, Any], samples: Sequence[Sample], baseline: Mapping[str, Any] | None
) -> list[str]:
    """The lines of the terminal summary; they fit 80 columns for subset names of up to 27 letters."""
    metrics, info = report["metrics"], report["info"]
    rows = [*metrics["subsets"].items(), ("total (micro)", metrics)]
    width = max(len(name) for name, _ in rows)
    before = baseline["metrics"] if baseline else None
    heading = f"{'subset':<{width}} {'n':>5} {'correct':>7} {'acc':>6}  {'95% interval':<14} {'detects':>7}"
    lines = [heading + ("  change" if before else "")]
    lines += [_row(name, width, entry, _previous(before, name)) for name, entry in rows]
    if metrics["macro_accuracy"] is not None:
        lines.append(f"{'mean of subsets (macro)':<{width + 14}} {metrics['macro_accuracy']:>6.4f}")
    counts = [f"{metrics[name]} {name}" for name in ("invalid", "errors", "skipped") if metrics[name]]
    if info["truncated"]:
        counts.append(f"{info['truncated']} contexts cut from the left")
    if info["finish_reasons"].get("length"):
        counts.append(f"{info['finish_reasons']['length']} outputs cut at max_tokens")
    if counts:
        lines.append("not in the numbers or to be looked at: " + ", ".join(counts))
    if info["method_detail"]:
        lines.append(f"log-likelihoods: {info['method_detail']}")
    lines.append(_throughput(info))
    lines += [f"gate {gate['name']}: {gate['verdict'].upper()} - {gate['detail']}" for gate in info["gates"]]
    lines += _wrong_lines(samples)
    return lines


def _previous(metrics: Mapping[str, Any] | None, name: str) -> float | None:
    if metrics is None:
        return None
    entry = metrics if name == "total (micro)" else metrics["subsets"].get(name, {})
    accuracy = entry.get("accuracy")
    return None if accuracy is None else float(accuracy)


def _row(name: str, width: int, entry: Mapping[str, Any], previous: float | None) -> str:
    if entry["accuracy"] is None:
        reason = f"{entry['errors']} errors" if entry["errors"] else f"{entry['skipped']} skipped"
        return f"{name:<{width}} {0:>5}  ({reason})"
    low, high = entry["ci95"]
    drop = smallest_detectable_drop(entry["n"]) or 0.0
    interval = f"{low:.3f}-{high:.3f}"
    line = (
        f"{name:<{width}} {entry['n']:>5} {entry['correct']:>7} {entry['accuracy']:>6.4f}  {interval:<14} {drop:>7.3f}"
    )
    return line if previous is None else f"{line}  {entry['accuracy'] - previous:+.4f}"


def _throughput(info: Mapping[str, Any]) -> str:
    responses, tokens = info["responses"], info["tokens"]
    line = f"{responses['computed']} responses computed, {responses['reused']} reused"
    if info["items_per_second"]:
        line += f", {info['items_per_second']:.1f} items/s"
    if tokens["prompt"]:
        line += f", tokens: {tokens['prompt']} prompt, {tokens['completion']} completion"
    if info["cost_usd"] is not None:
        line += f", {info['cost_usd']:.4f} USD"
    return line


def _wrong_lines(samples: Sequence[Sample]) -> list[str]:
    wrong = [sample for sample in samples if sample.verdict.outcome in ("wrong", "invalid")]
    if not wrong:
        return []
    lines = [f"first of {len(wrong)} items answered wrong (all are in the report; pytest --lf runs them again):"]
    return lines + [f"  {sample.verdict.explanation}" for sample in wrong[:_SHOWN_WRONG]]
