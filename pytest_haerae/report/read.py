"""Reports that were written earlier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn, cast

from pydantic import ValidationError

from pytest_haerae.errors import UsageError
from pytest_haerae.report.schema import SCHEMA_VERSION, Report, reader
from pytest_haerae.report.upgrade import upgrade
from pytest_haerae.typed_files import read_typed_text


def read_report(path: Path, place: str) -> Report:
    """Read a report and hold it against the types.

    Args:
        path: The file.
        place: What the user named it by, for messages: ``--baseline base.json``.

    Raises:
        UsageError: It cannot be read, is no JSON, or is no report; the message names the first wrong place.
    """
    try:
        report = upgrade(json.loads(read_typed_text(path), parse_constant=_refuse))
        reader().validate_python(report)
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
    # As it was read: what was validated is a copy, with its keys in another order.
    return cast(Report, report)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
