"""Readers of answers that were made elsewhere: one file a format, and this one, which finds the reader of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses import (
    batch_output,
    harness_samples,
    inspect_log,
    own_report,
    tables,
    toolkit_result,
)
from pytest_haerae.run.given_responses import OPTION, GivenResponses


class Reader(Protocol):
    """A module that reads one format."""

    def takes(self, path: Path) -> bool:
        """Whether a file looks like one of this format."""

    def read(self, path: Path, columns: Mapping[str, Any]) -> GivenResponses:
        """Read a file.

        Args:
            path: The file.
            columns: What ``--dataset-columns`` says of the run's data.

        Raises:
            UsageError: It is malformed; the row is named.
        """
        ...


READERS: Sequence[Reader] = (harness_samples, batch_output, tables, inspect_log, toolkit_result, own_report)
"""All formats; the first that takes a file reads it."""


def given_of(config: RunConfig) -> GivenResponses | None:
    """The answers that a configuration names; None where it names none.

    Raises:
        UsageError: The file cannot be read, or is of no known format.
    """
    path = config.responses
    if path is None:
        return None
    if not (path.is_file() or path.is_dir()):
        raise UsageError(f"{OPTION} {path}: {'is no file' if path.exists() else 'there is no such file'}")
    reader = next((reader for reader in READERS if reader.takes(path)), None)
    if reader is None and path.is_dir():
        raise UsageError(f"{OPTION} {path}: is no file, and no folder with samples_*.jsonl of lm-evaluation-harness")
    if reader is None:
        kinds = f"{', '.join(tables.SUFFIXES)}, a log of inspect (.eval, .json), HRET's results or a report (.json)"
        raise UsageError(f"{OPTION} {path}: answers are read from {kinds}")
    return reader.read(path, config.dataset_columns)
