"""Reports that were written earlier."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

from pydantic import ValidationError

from pytest_haerae.collector import without_collector
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.report.row_wise import Kept, NotAsWrittenError, read_row_wise, read_rows_at
from pytest_haerae.report.schema import SCHEMA_VERSION, Info, Report, SampleRow, check_report
from pytest_haerae.report.upgrade import upgrade
from pytest_haerae.statistics.pairing import Outline, outline_of
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.typed_files import read_typed_text


def read_report(path: Path, place: str) -> Report:
    """Read a report and hold it against the types.

    Args:
        path: The file.
        place: What the user named it by, for messages: ``--baseline base.json``.

    Raises:
        UsageError: It cannot be read, is no JSON, or is no report; the message names the first wrong place.
    """
    with _told_in_one_line(place), without_collector():
        return _whole(read_typed_text(path))


@dataclass(frozen=True, slots=True)
class OutlinedReport:
    """A report whose samples are without their texts.

    Attributes:
        metrics: Its metrics.
        info: Its info.
        samples: What is kept of its samples.
        starts: Where each begins in the file's text; empty where the file is not as this project writes it.
    """

    metrics: Metrics
    info: Info
    samples: list[Outline]
    starts: Sequence[int] = ()

    def measured(self) -> Measured:
        """How each of its data sets was measured."""
        return Measured.of_report(self.info, (sample.mark.dataset for sample in self.samples))


def read_outlines(path: Path, place: str) -> OutlinedReport:
    """Read a report as `read_report` does, and keep of its samples what pairing, gates and comparisons need.

    Args:
        path: The file.
        place: What the user named it by, for messages.

    Raises:
        UsageError: As `read_report`, in the same words.
    """
    report, samples, starts = read_kept(path, place, outline_of)
    return OutlinedReport(report["metrics"], report["info"], samples, starts)


def read_kept(path: Path, place: str, keep: Callable[[SampleRow], Kept]) -> tuple[Report, list[Kept], Sequence[int]]:
    """Read a report as `read_report` does, and keep of its samples what is needed alone.

    Args:
        path: The file.
        place: What the user named it by, for messages.
        keep: What is kept of a sample.

    Returns:
        The report, of which the samples may be missing; what is kept of them, in their order; and where each begins in
        the file's text, of none where the file is not as this project writes it.

    Raises:
        UsageError: As `read_report`, in the same words.
    """
    with _told_in_one_line(place), without_collector():
        text = read_typed_text(path)
        try:
            return read_row_wise(text, keep, _refuse)
        except NotAsWrittenError:
            report = _whole(text)
            return report, list(map(keep, report["samples"])), ()


def read_samples(path: Path, place: str, wanted: Sequence[int], starts: Sequence[int] = ()) -> dict[int, SampleRow]:
    """Some samples of a report that was read before, with their texts; what it no longer has is left out.

    Args:
        path: The file.
        place: What the user named it by, for messages.
        wanted: Their places in `samples`.
        starts: Where each sample begins in the file's text, as `read_outlines` found it: then no other is read.

    Raises:
        UsageError: As `read_report`.
    """
    with _told_in_one_line(place), without_collector():
        text = read_typed_text(path)
        if starts:
            try:
                return dict(
                    zip(wanted, read_rows_at(text, [starts[number] for number in wanted], _refuse), strict=True)
                )
            except NotAsWrittenError:
                pass
        rows = _whole(text)["samples"]
        return {number: rows[number] for number in wanted if number < len(rows)}


def _whole(text: str) -> Report:
    report = upgrade(json.loads(text, parse_constant=_refuse))
    check_report(report)
    # As it was read: what was validated is a copy, with its keys in another order.
    return cast(Report, report)


@contextmanager
def _told_in_one_line(place: str) -> Iterator[None]:
    """Tell what is wrong with a report as its user's mistake."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{place}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole file"
        message = f"no report of schema version 1 or {SCHEMA_VERSION} ({where}: {first['msg']})"
        raise UsageError(f"{place}: {message}") from None
    except RecursionError:
        raise UsageError(f"{place}: corrupt, no JSON report (nested too deeply)") from None
    except ValueError as error:
        raise UsageError(f"{place}: corrupt, no JSON report ({error})") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
