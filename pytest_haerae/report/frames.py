"""A report's samples as a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_haerae.report.schema import Report

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "id",
    "subset",
    "nodeid",
    "input",
    "options",
    "reference",
    "prediction",
    "outcome",
    "raw_output",
    "loglikelihoods",
    "error",
    "dataset",
    "key",
    "why",
    "reasoning",
    "finish_reason",
    "metadata",
)


def samples_frame(report: Report) -> pandas.DataFrame:
    r"""One row a sample, in item order, with the columns of the report's `samples`.

    Half of a surrogate pair, which a model's API can send and no table can hold, stands as ``\udXXX``.
    """
    import pandas

    # An earlier report does not say what else its rows had.
    samples = ({"metadata": None, **row} for row in report["samples"])
    rows = [{name: _tabular(value) for name, value in row.items() if name in COLUMNS} for row in samples]
    return pandas.DataFrame(rows, columns=list(COLUMNS))


def _tabular(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_tabular(name): _tabular(part) for name, part in value.items()}
    return [_tabular(part) for part in value] if isinstance(value, list | tuple) else value
