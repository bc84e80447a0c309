"""What an evaluation gives back in Python: the report, readable."""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.escaping import line, visible
from pytest_haerae.report.files import write_text
from pytest_haerae.report.formats import find_format
from pytest_haerae.report.frames import samples_frame
from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import Info, Report, SampleRow
from pytest_haerae.report.show.breakdowns import shown_breakdowns
from pytest_haerae.report.show.rows import SummaryRow, methods_of, model_title, summary_rows
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.report.stream import json_text
from pytest_haerae.statistics.scores import COUNTS, Metrics, counts_of

if TYPE_CHECKING:
    import pandas


class EvaluationResult:
    """One evaluation's report; its parts are those of the JSON.

    Args:
        report: The report, as it is written to `--output-file`.

    Attributes:
        metrics: Accuracy, interval and counts, of all items and of each subset.
        info: What decided the run: model, data, prompt, versions, gates.
        samples: One mapping an item.
    """

    def __init__(self, report: Report) -> None:
        # A run gives rows that are made when they are looked at; in Python they are dictionaries that can be changed.
        self.samples: list[SampleRow] = list(report["samples"])
        self.report: Report = {**report, "samples": self.samples}
        self.metrics: Metrics = self.report["metrics"]
        self.info: Info = self.report["info"]

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a part of the report
        """A part of the report by its name: ``result["metrics"]``."""
        parts: dict[str, Any] = {**self.report}
        return parts[part]

    def to_dataframe(self) -> pandas.DataFrame:
        """One row a sample, in item order, with the columns of the report's `samples`."""
        return samples_frame(self.report)

    def to_json(self, path: str | Path | None = None) -> str:
        """The report as JSON.

        Args:
            path: A file to write it to as well, atomically.

        Raises:
            UsageError: The file cannot be written.
        """
        text = json_text(self.report)
        if path is not None:
            write_text(text, Path(path).expanduser())
        return text.removesuffix("\n")

    def export(self, format: str, path: str | Path) -> None:
        """Write the report in another format, atomically, as `pytest-haerae export` does.

        Args:
            format: The format's name: ``csv``, ``parquet``, or one of `register_format`.
            path: The file.

        Raises:
            UsageError: There is no such format, or the file cannot be written.
        """
        find_format(format).write(self.report, Path(path).expanduser())

    @classmethod
    def from_json(cls, path: str | Path) -> EvaluationResult:
        """Read a report that was written earlier.

        Raises:
            UsageError: It cannot be read, or is no report.
        """
        return cls(read_report(Path(path), f"report {path}"))

    def __str__(self) -> str:
        """The table that a terminal shows."""
        lines = [shown.text for shown in summary_lines(self.report, shutil.get_terminal_size().columns)]
        return "\n".join([line(f"{model_title(self.info)}, {methods_of(self.info)}, {self.info['dataset']}"), *lines])

    def __repr__(self) -> str:
        """One line: what was measured."""
        accuracy = self.metrics["accuracy"]
        shown = "not measured" if accuracy is None else f"accuracy {accuracy:.4f}, n = {self.metrics['n']}"
        return line(f"<EvaluationResult {self.info['backend']} {self.info['dataset']}: {shown}>")

    def _repr_html_(self) -> str:
        """Tables for notebooks: of the subsets, and of each metadata column that the accuracy is told by."""
        tables = [_html_table("subset", summary_rows(self.report))]
        for shown in shown_breakdowns(self.report):
            tables.append(_html_table(f"by {shown.column}", shown.rows))
            tables += [f"<p>{html.escape(visible(text))}</p>" for text in shown.rest()]
        return "".join(tables)


def _html_table(title: str, shown: Iterable[SummaryRow]) -> str:
    rows = []
    for row in shown:
        score = row.score
        accuracy = "" if score["accuracy"] is None else f"{score['accuracy']:.4f}"
        interval = "" if score["ci95"] is None else "{:.3f}-{:.3f}".format(*score["ci95"])
        counts = counts_of(score).values()
        cells = [html.escape(visible(row.name)), *map(str, counts), accuracy, interval]
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    names = (*COUNTS, "accuracy", "95% interval")
    heading = "".join(f"<th>{name}</th>" for name in (html.escape(visible(title)), *names))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
