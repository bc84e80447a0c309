"""What is told beside the accuracy: in lines, and as the page's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_haerae.statistics.estimate import FURTHER, SHARES, MetricEstimate, further_of
from pytest_haerae.statistics.scores import Metrics, Score

_SHOWN_PARTS = 8


class FurtherRow(NamedTuple):
    """The further metrics of all items (without a name), or of a subset."""

    name: str | None
    estimates: Sequence[MetricEstimate | None]


class FurtherTable(NamedTuple):
    """Names of metrics, and rows with one estimate each, None where a row has none."""

    names: Sequence[str]
    rows: Sequence[FurtherRow]


def further_table(metrics: Metrics) -> FurtherTable | None:
    """The further metrics of all items and of each subset that has any; None where there are none."""
    scores: list[tuple[str | None, Score]] = [(None, metrics), *metrics["subsets"].items()]
    found = [(name, further_of(score)) for name, score in scores]
    names = [name for name in FURTHER if any(name in each for _, each in found)]
    rows = [FurtherRow(name, [each.get(metric) for metric in names]) for name, each in found if each]
    return FurtherTable(names, rows) if rows else None


def further_lines(metrics: Metrics) -> list[str]:
    """A line a metric: of all items, with its interval, and of the subsets where several have it."""
    if (table := further_table(metrics)) is None:
        return []
    lines = []
    for place, name in enumerate(table.names):
        known = [(row.name, each) for row in table.rows if (each := row.estimates[place]) is not None]
        total = [f"{name} {_numbers(each)}" for subset, each in known if subset is None]
        parts = [f"{subset} {each['value']:.4f}" for subset, each in known if subset is not None]
        shown = parts[:_SHOWN_PARTS] + ["…"] * (len(parts) > _SHOWN_PARTS) if len(parts) > 1 else []
        lines.append("; ".join(filter(None, (*total, ", ".join(shown)))))
    return lines


def _numbers(estimate: MetricEstimate) -> str:
    low, high = estimate["ci95"]
    to = " to " if low < 0 else "-"
    return f"{estimate['value']:.4f} ({low:.3f}{to}{high:.3f}, n {estimate['n']})"


def shown_value(name: str, estimate: MetricEstimate) -> str:
    """A metric as the page shows it: a share in percent, any other number as it is."""
    return f"{100 * estimate['value']:.1f}%" if name in SHARES else f"{estimate['value']:.4g}"


def shown_interval(name: str, estimate: MetricEstimate) -> str:
    """Its interval as the page shows it."""
    low, high = estimate["ci95"]
    if low < 0:
        return f"{100 * low:.1f} \N{HORIZONTAL ELLIPSIS} {100 * high:.1f}"
    return f"{100 * low:.1f}\N{EN DASH}{100 * high:.1f}" if name in SHARES else f"{low:.4g}\N{EN DASH}{high:.4g}"
