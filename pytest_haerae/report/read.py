"""Reports that were written earlier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from pytest_haerae.errors import UsageError
from pytest_haerae.types import Outcome

_OUTCOMES = get_args(Outcome)


def read_report(path: Path, place: str) -> dict[str, Any]:
    """Read a report.

    Args:
        path: The file.
        place: What the user named it by, for messages: ``--baseline base.json``.

    Raises:
        UsageError: It is missing, is no JSON, or is no whole report of this schema version.
    """
    try:
        report = json.loads(path.expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{place}: can not be read ({error.strerror})") from None
    except ValueError as error:  # malformed JSON, or no UTF-8
        raise UsageError(f"{place}: corrupt, no JSON report ({error})") from None
    if not isinstance(report, dict) or report.get("schema_version") != 1 or not isinstance(report.get("samples"), list):
        raise UsageError(f"{place}: no report of schema version 1")
    if not isinstance(report.get("info"), dict) or not isinstance(report.get("metrics"), dict):
        raise UsageError(f"{place}: corrupt, it has no info or no metrics")
    if not isinstance(report["metrics"].get("subsets"), dict):
        raise UsageError(f"{place}: corrupt, its metrics have no subsets")
    for number, row in enumerate(report["samples"]):
        if (
            not isinstance(row, dict)
            or not all(isinstance(row.get(name), str) for name in ("id", "subset", "reference"))
            or not isinstance(row.get("options"), list | None)
            or row.get("outcome") not in _OUTCOMES
        ):
            raise UsageError(f"{place}: corrupt, sample {number} is no item with an outcome")
    return report
