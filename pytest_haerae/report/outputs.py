"""The files that a finished run leaves, each named by an option."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.report.files import check_writable, write_report, write_text
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.markdown import render_markdown

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def check_outputs(config: RunConfig) -> None:
    """Find out before the run whether all its files can be written.

    Raises:
        UsageError: Naming the option and the reason.
    """
    files = {
        "--output-file": config.output_file,
        "--report-html": config.report_html,
        "--report-md": config.report_md,
        "--baseline-write": config.baseline_write,
    }
    for option, path in files.items():
        if path is not None:
            check_writable(path, option)


def write_outputs(report: Report, config: RunConfig, baseline: Report | None = None) -> list[str]:
    """Write the report and what is made from it.

    Args:
        report: The report.
        config: Which files are asked for.
        baseline: The earlier report, beside which the page shows this one.

    Returns:
        Lines that say what else was written, and what was not.

    Raises:
        UsageError: A file cannot be written.
    """
    write_report(report, config.output_file)
    notes: list[str] = []
    if config.report_html is not None:
        from pytest_haerae.report.show.html import write_page

        write_page(config.report_html, report, baseline)
        notes.append(f"page: {shown(config.report_html)}")
    if config.report_md is not None:
        text = render_markdown(report)
        write_text(text, config.report_md)
        notes.append(f"Markdown summary: {shown(config.report_md)}")
        notes += _append_step_summary(text)
    if config.baseline_write is not None:
        notes.append(_write_baseline(report, config.baseline_write))
    return notes


def shown(path: Path) -> Path:
    """A path as people are told it: from the current folder, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _append_step_summary(text: str) -> list[str]:
    name = os.environ.get(STEP_SUMMARY)
    if not name:
        return []
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        return [f"{STEP_SUMMARY} {name}: cannot be written ({error.strerror})"]
    return []


def _write_baseline(report: Report, path: Path) -> str:
    """A baseline is what later runs are held to: only a whole run whose gates held becomes one."""
    broken = [gate["name"] for gate in failing_gates(report["info"]["gates"])]
    if (selection := report["info"].get("selection")) and selection["by_hand"]:
        return f"--baseline-write {path}: not written, items were selected by hand"
    if broken:
        return f"--baseline-write {path}: not written, because of gate {', '.join(broken)}"
    write_report(report, path)
    return f"baseline written: {shown(path)}"
