"""The files that a finished run leaves, each named by an option."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.report.files import (
    check_writable,
    is_page,
    is_report,
    is_summary,
    same_file,
    write_report,
    write_text,
)
from pytest_haerae.report.history.folder import HISTORY
from pytest_haerae.report.history.keeping import Keeper
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.stream import json_pieces
from pytest_haerae.typed_files import named_path
from pytest_haerae.types import DataKey, Sample

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"

_OUTPUTS: Mapping[str, Callable[[bytes, Path], bool]] = {
    "output_file": is_report,
    "report_html": is_page,
    "report_md": is_summary,
    "baseline_write": is_report,
}
"""The options that name files to write, and what tells an earlier one of theirs."""
_OF_THE_STORE = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to a store's name for the files beside it."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an evaluation came to.

    Attributes:
        report: The report, as it was written.
        samples: The judged items that count, in the report's order.
        notes: Lines for people: what else was written, and what happened on the way.
        unmeasurable: Why there is no score; None where there is one.
    """

    report: Report
    samples: Sequence[Sample]
    notes: tuple[str, ...]
    unmeasurable: str | None


def check_outputs(config: RunConfig, others: Mapping[str, Path] | None = None) -> None:
    """Find out before the run whether all its files can be written, and that none takes the place of another.

    Args:
        config: The configuration.
        others: Further files that the same session writes, by the options that name them: ``--junitxml``.

    Raises:
        UsageError: Naming the option and the reason.
    """
    written = [*_written(config).items(), *(others or {}).items()]
    inputs = list(_inputs(config))
    for number, (option, path) in enumerate(written):
        for other, earlier in written[:number]:
            if same_file(path, earlier):
                raise UsageError(f"{option} {path}: is the file of {other}, too; name two")
        for suffix in _OF_THE_STORE:
            if same_file(path, config.store.with_name(config.store.name + suffix)):
                raise UsageError(f"{option} {path}: is where responses are stored (--store); name another file")
        for source, read in inputs:
            _refuse_input(option, path, source, read)
    for source, read in inputs:
        _refuse_input("--store", config.store, source, read)
    for name, is_earlier in _OUTPUTS.items():
        if (path := getattr(config, name)) is not None:
            check_writable(path, BY_NAME[name].flag, is_earlier)
    for option, path in (others or {}).items():
        check_writable(path, option)


def check_data(config: RunConfig, data: Iterable[DataKey], others: Mapping[str, Path] | None = None) -> None:
    """Refuse a file to write that is one of the questions' files, once it is known which data sets a run reads.

    Raises:
        UsageError: Naming the option.
    """
    paths = {located(key.name, key.folder) for key in data}
    for option, path in [*_written(config).items(), *(others or {}).items(), ("--store", config.store)]:
        for read in paths:
            _refuse_input(option, path, "the data set", read)


def _written(config: RunConfig) -> dict[str, Path]:
    """The files that a run writes, by the options that name them."""
    return {BY_NAME[name].flag: path for name in _OUTPUTS if (path := getattr(config, name)) is not None}


def _inputs(config: RunConfig) -> Iterator[tuple[str, Path]]:
    """What a run reads: the data set, and every option's file that is none to write."""
    for part in config.parts:
        yield "the data set (--dataset)", located(part.dataset)
    for name, option in BY_NAME.items():
        if name in _OUTPUTS or name == "store" or name not in type(config).model_fields:
            continue
        value = getattr(config, name)
        if isinstance(value, Path):
            yield f"read ({option.flag})", value
    for value in config.model_params.values():
        # Weights, a tokenizer, a template: whatever a backend reads from a path.
        if isinstance(value, str) and os.sep in value and (path := named_path(value)) and path.is_file():
            yield "read (--model-params)", path


def _refuse_input(option: str, path: Path, source: str, read: Path) -> None:
    if read.exists() and same_file(path, read):
        kept = source.endswith("(--baseline)")
        way_out = "keep the baseline in a file of its own, or write elsewhere" if kept else "name another file"
        raise UsageError(f"{option} {path}: would write over what is {source}; {way_out}")


def write_outputs(
    report: Report, config: RunConfig, baseline: Report | None = None, *, whole: bool = False
) -> list[str]:
    """Write the report and what is made from it, and keep it in the history.

    Args:
        report: The report.
        config: Which files are asked for.
        baseline: The earlier report, beside which the page shows this one.
        whole: Whether all that was to be measured was: the history has no other runs.

    Returns:
        Lines that say what else was written, and what was not.

    Raises:
        UsageError: A file cannot be written.
    """
    notes: list[str] = []
    if whole and config.history:
        notes += _write_and_keep(report, config)
    else:
        write_report(report, config.output_file)
    if config.report_html is not None:
        from pytest_haerae.report.show.html import write_page

        write_page(config.report_html, report, baseline)
        notes.append(f"page: {shown(config.report_html)}")
    if config.report_md is not None:
        text = render_markdown(report)
        write_text(text, config.report_md)
        notes.append(f"Markdown summary: {shown(config.report_md)}")
        notes += _append_step_summary(text, config.report_md)
    if config.baseline_write is not None:
        notes.append(_write_baseline(report, config.baseline_write))
    return notes


def _write_and_keep(report: Report, config: RunConfig) -> list[str]:
    keeper = Keeper(config.rootdir / HISTORY)
    try:
        write_text(keeper.through(json_pieces(report)), config.output_file)
    except BaseException:
        keeper.drop()
        raise
    if keeper.keep() or keeper.problem is None:
        return []
    return [f"not kept in the history ({keeper.problem.strerror or keeper.problem}): {shown(config.rootdir / HISTORY)}"]


def shown(path: Path) -> Path:
    """A path as people are told it: from the current folder, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _append_step_summary(text: str, written: Path) -> list[str]:
    name = os.environ.get(STEP_SUMMARY)
    if not name or same_file(Path(name), written):
        return []
    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text + "\n")
    except OSError as error:
        return [f"{STEP_SUMMARY} {name}: cannot be written ({error.strerror})"]
    return []


def _write_baseline(report: Report, path: Path) -> str:
    """A baseline is what later runs are held to: only a whole run whose gates held becomes one."""
    broken = [gate["name"] for gate in failing_gates(report["info"])]
    if (selection := report["info"].get("selection")) and selection["by_hand"]:
        return f"--baseline-write {path}: not written, items were selected by hand"
    if broken:
        return f"--baseline-write {path}: not written, because of gate {', '.join(broken)}"
    write_report(report, path)
    return f"baseline written: {shown(path)}"
