"""A report's samples as a data frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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


def samples_frame(report: Mapping[str, Any]) -> pandas.DataFrame:
    """One row a sample, in item order, with the columns of the report's `samples`."""
    import pandas

    return pandas.DataFrame(report["samples"], columns=list(COLUMNS))
