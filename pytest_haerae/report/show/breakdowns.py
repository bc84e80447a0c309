"""The tables of accuracy by the values of metadata columns, as the terminal, Markdown and notebooks show them."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_haerae.data.metadata import NO_VALUE
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.rows import SummaryRow

MOST_SHOWN = 30
"""Values of a column that are shown: those with the most items, where it has more."""
_WITHOUT = "(no value)"


@dataclass(frozen=True, slots=True)
class ShownBreakdown:
    """One column's table.

    Attributes:
        column: Its name.
        rows: One row a value, in the report's order.
        hidden: How many values are not shown.
    """

    column: str
    rows: list[SummaryRow]
    hidden: int

    def rest(self) -> list[str]:
        """The line that says what is not shown; none where everything is."""
        more = "1 more value" if self.hidden == 1 else f"{self.hidden} more values"
        return [f"… {more} of {self.column}, none with more items: all are in the report"] if self.hidden else []


def shown_breakdowns(report: Report) -> list[ShownBreakdown]:
    """The tables of a report, one a column."""
    found = []
    for column, scores in report["metrics"].get("by", {}).items():
        items = {
            value: score["n"] + score["errors"] + score["skipped"] + score.get("unjudged", 0)
            for value, score in scores.items()
        }
        most = set(sorted(scores, key=lambda value: -items[value])[:MOST_SHOWN])
        rows = [SummaryRow(value_name(value), scores[value], None, None) for value in scores if value in most]
        found.append(ShownBreakdown(column, rows, len(scores) - len(rows)))
    return found


def value_name(value: str) -> str:
    """A value as it is shown: no real one looks like what stands for a row without one."""
    if value == NO_VALUE:
        return _WITHOUT
    return f'"{value}"' if value.strip('"') == _WITHOUT else value
