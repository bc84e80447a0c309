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
)


def samples_frame(report: Report) -> pandas.DataFrame:
    """One row a sample, in item order, with the columns of the report's `samples`."""
    import pandas

    return pandas.DataFrame(report["samples"], columns=list(COLUMNS))
