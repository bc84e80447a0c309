"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.escaping import line as one_line
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.layout import cut, display_width, pad, wrap
from pytest_haerae.report.show.rows import (
    SummaryRow,
    count_lines,
    explain_detects,
    show_drop,
    summary_rows,
    throughput_line,
    unmeasured,
)

_SHOWN_WRONG = 5
_WIDE = 78
"""From so many columns on, numbers have four decimals, and the longest name of HAE-RAE Bench fits."""


def summary_lines(
    report: Report, *, width: int, wrong: Sequence[str] = (), output_file: str = "", rerun: str | None = None
) -> list[str]:
    """The lines of the terminal summary.

    Args:
        report: The report.
        width: Columns of the terminal; from 60 on each line fits, but for the two last ones, which are to be copied.
        wrong: One line for each item answered wrong.
        output_file: The report's path, as it is shown; empty where none is to be named.
        rerun: The command that runs the wrong items again; None where there is none.
    """
    info = report["info"]
    lines = table_lines(report, width)
    texts = [*count_lines(report), throughput_line(info), explain_detects(info)]
    texts += [f"warning: {warning}" for warning in info.get("warnings", ())]
    texts += [f"gate {gate['name']}: {gate['verdict'].upper()} - {gate['detail']}" for gate in info["gates"]]
    lines += [line for text in texts for line in wrap(text, width)]
    if wrong:
        heading = f"first of {len(wrong)} items answered wrong (all are in the report):"
        lines += [heading, *(cut(f"  {text}", width) for text in wrong[:_SHOWN_WRONG])]
        lines += [f"run them again: {rerun}"] if rerun else []
        lines += [f"see why: pytest-haerae view {output_file}"] if output_file else []
    lines += [f"report: {output_file}"] if output_file else []
    return list(map(one_line, lines))


def table_lines(report: Report, width: int) -> list[str]:
    """One line a subset, the total and the mean of the subsets."""
    rows = summary_rows(report)
    table = _Table(width >= _WIDE, any(row.change is not None for row in rows), width, rows)
    lines = [table.heading(), *(table.line(row) for row in rows)]
    if (macro := report["metrics"]["macro_accuracy"]) is not None:
        lines.append(table.macro(macro))
    return list(map(one_line, lines))


class _Table:
    """Columns of fixed widths; a narrow terminal cuts names and shows three decimals."""

    def __init__(self, wide: bool, changes: bool, width: int, rows: Sequence[SummaryRow]) -> None:
        self._decimals = 4 if wide else 3
        headings = (
            ("correct", "95% interval", "change", "detects") if wide else ("right", "interval", "change", "detects")
        )
        self._correct, self._interval, self._change, self._detects = headings
        self._share = self._decimals + 2
        self._interval_width = max(11, len(self._interval))
        self._changes = changes
        taken = 7 + len(self._correct) + 1 + self._share + 2 + self._interval_width + 1 + len(self._detects)
        taken += self._share + 2 if changes else 0
        self._macro = "mean of subsets (macro)" if wide else "mean (macro)"
        longest = max(len(self._macro), *(display_width(one_line(row.name)) for row in rows))
        self._name = max(8, min(longest, width - taken))

    def _join(self, cells: tuple[str, str, str, str, str, str, str]) -> str:
        name, n, correct, share, interval, change, detects = cells
        line = f"{pad(name, self._name)} {n:>5} {correct:>{len(self._correct)}} {share:>{self._share}}"
        line += f"  {interval:<{self._interval_width}}"
        line += f" {change:>{self._share + 1}}" if self._changes else ""
        return f"{line} {detects:>{len(self._detects)}}".rstrip()

    def heading(self) -> str:
        return self._join(("subset", "n", self._correct, "acc", self._interval, self._change, self._detects))

    def line(self, row: SummaryRow) -> str:
        score = row.score
        if score["accuracy"] is None:
            return f"{pad(row.name, self._name)} {0:>5} ({unmeasured(score)})"
        low, high = score["ci95"] or (0.0, 1.0)
        change = "" if row.change is None else f"{row.change:+.{self._decimals}f}"
        accuracy, interval = f"{score['accuracy']:.{self._decimals}f}", f"{low:.3f}-{high:.3f}"
        cells = (row.name, str(score["n"]), str(score["correct"]), accuracy, interval, change, show_drop(row.detects))
        return self._join(cells)

    def macro(self, value: float) -> str:
        return self._join((self._macro, "", "", f"{value:.{self._decimals}f}", "", "", ""))
