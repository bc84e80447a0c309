"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_haerae.escaping import line as one_line
from pytest_haerae.gates.gate import GateEntry, GateVerdict
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.breakdowns import shown_breakdowns
from pytest_haerae.report.show.examinations import examination_lines
from pytest_haerae.report.show.layout import display_width, pad, wrap
from pytest_haerae.report.show.rows import (
    SummaryRow,
    count_lines,
    explain_detects,
    means,
    show_drop,
    summary_rows,
    throughput_line,
    unmeasured,
)

Tone = Literal["red", "yellow", "green"]

_TONES: dict[GateVerdict, Tone] = {"passed": "green", "failed": "red", "unmeasurable": "red"}
"""The colours of the verdicts that decide something; the others are yellow."""
_WIDE = 78
"""From so many columns on, numbers have four decimals, and the longest name of HAE-RAE Bench fits."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the terminal, and its colour; None for the terminal's own."""

    text: str
    tone: Tone | None = None


def summary_lines(report: Report, width: int) -> list[Line]:
    """The lines of the terminal summary: numbers, notes, warnings, verdicts of gates.

    Args:
        report: The report.
        width: Columns of the terminal; from 60 on each line fits.
    """
    info = report["info"]
    lines = [Line(text) for text in [*table_lines(report, width), *breakdown_lines(report, width)]]
    notes = [*examination_lines(report["metrics"]), *count_lines(report), throughput_line(info), explain_detects(info)]
    texts: list[tuple[str, Tone | None]] = [(text, None) for text in notes]
    texts += [(f"warning: {warning}", "yellow") for warning in info.get("warnings", ())]
    lines += [Line(one_line(part), tone) for text, tone in texts for part in wrap(text, width)]
    return lines + gate_lines(info["gates"], width)


def gate_lines(gates: Sequence[GateEntry], width: int) -> list[Line]:
    """The verdicts of gates.

    Args:
        gates: The gates, as a report has them.
        width: Columns of the terminal.
    """
    texts = [
        (f"gate {gate['name']}: {gate['verdict'].upper()} - {gate['detail']}", _TONES.get(gate["verdict"], "yellow"))
        for gate in gates
    ]
    return [Line(one_line(part), tone) for text, tone in texts for part in wrap(text, width)]


def table_lines(report: Report, width: int) -> list[str]:
    """One line a subset, one a benchmark where there are several, the total and the means."""
    rows = summary_rows(report)
    found = means(report)
    table = _Table(width, rows, means=[name for name, _ in found])
    lines = [table.heading(), *(table.line(row) for row in rows)]
    lines += [table.mean(name, mean) for name, mean in found]
    return list(map(one_line, lines))


def breakdown_lines(report: Report, width: int) -> list[str]:
    """One line a value of each metadata column that the accuracy is told by."""
    lines: list[str] = []
    for shown in shown_breakdowns(report):
        table = _Table(width, shown.rows, title=f"by {shown.column}")
        lines += [table.heading(), *(table.line(row) for row in shown.rows)]
        lines += [part for text in shown.rest() for part in wrap(text, width)]
    return list(map(one_line, lines))


class _Table:
    """Columns of fixed widths; a narrow terminal cuts names and shows three decimals.

    Args:
        width: Columns of the terminal.
        rows: The table's rows.
        title: What the rows are of, where that is not the subsets: such a table says of no row what a gate would find.
        means: Of what the table has means.
    """

    def __init__(
        self,
        width: int,
        rows: Sequence[SummaryRow],
        *,
        title: str | None = None,
        means: Sequence[str] = (),
    ) -> None:
        wide = self._wide = width >= _WIDE
        changes = self._changes = any(row.change is not None for row in rows)
        self._title = title or "subset"
        self._decimals = 4 if wide else 3
        headings = (
            ("correct", "95% interval", "change", "detects") if wide else ("right", "interval", "change", "detects")
        )
        self._correct, self._interval, self._change, self._detects = headings
        self._detects = "" if title else self._detects
        self._share = self._decimals + 2
        self._interval_width = max(11, len(self._interval))
        taken = 7 + len(self._correct) + 1 + self._share + 2 + self._interval_width + 1 + len(self._detects)
        taken += self._share + 2 if changes else 0
        names = (self._mean("subsets"), *map(self._mean, means), self._title, *(row.name for row in rows))
        longest = max(display_width(one_line(name)) for name in names)
        self._name = max(8, min(longest, width - taken))

    def _join(self, cells: tuple[str, str, str, str, str, str, str]) -> str:
        name, n, correct, share, interval, change, detects = cells
        line = f"{pad(name, self._name)} {n:>5} {correct:>{len(self._correct)}} {share:>{self._share}}"
        line += f"  {interval:<{self._interval_width}}"
        line += f" {change:>{self._share + 1}}" if self._changes else ""
        return f"{line} {detects:>{len(self._detects)}}".rstrip()

    def heading(self) -> str:
        return self._join((self._title, "n", self._correct, "acc", self._interval, self._change, self._detects))

    def line(self, row: SummaryRow) -> str:
        score = row.score
        if score["accuracy"] is None:
            return f"{pad(row.name, self._name)} {0:>5} ({unmeasured(score)})"
        low, high = score["ci95"] or (0.0, 1.0)
        change = "" if row.change is None else f"{row.change:+.{self._decimals}f}"
        accuracy, interval = f"{score['accuracy']:.{self._decimals}f}", f"{low:.3f}-{high:.3f}"
        detects = show_drop(row.detects) if self._detects else ""
        cells = (row.name, str(score["n"]), str(score["correct"]), accuracy, interval, change, detects)
        return self._join(cells)

    def mean(self, name: str, value: float) -> str:
        return self._join((self._mean(name), "", "", f"{value:.{self._decimals}f}", "", "", ""))

    def _mean(self, name: str) -> str:
        """The name of a mean; a narrow terminal calls that of the subsets the mean."""
        if self._wide:
            return f"mean of {name} (macro)"
        return "mean (macro)" if name == "subsets" else f"mean of {name}"
