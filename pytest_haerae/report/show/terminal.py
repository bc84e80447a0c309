"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_haerae.escaping import line as one_line
from pytest_haerae.gates.gate import GateVerdict
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.layout import display_width, pad, wrap
from pytest_haerae.report.show.rows import (
    SummaryRow,
    count_lines,
    explain_detects,
    show_drop,
    summary_rows,
    throughput_line,
    unmeasured,
)

Tone = Literal["red", "yellow", "green"]

_TONES: dict[GateVerdict, Tone | None] = {"passed": "green", "failed": "red", "unmeasurable": "red"}
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
    lines = [Line(text) for text in table_lines(report, width)]
    notes = [*count_lines(report), throughput_line(info), explain_detects(info)]
    texts: list[tuple[str, Tone | None]] = [(text, None) for text in notes]
    texts += [(f"warning: {warning}", "yellow") for warning in info.get("warnings", ())]
    texts += [
        (f"gate {gate['name']}: {gate['verdict'].upper()} - {gate['detail']}", _TONES.get(gate["verdict"]))
        for gate in info["gates"]
    ]
    return lines + [Line(one_line(part), tone) for text, tone in texts for part in wrap(text, width)]


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
