"""Reports that were written earlier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from pytest_haerae.errors import UsageError
from pytest_haerae.types import Outcome

_Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


class _Part(BaseModel):
    """A part of a report: only what its readers rely on is described."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Score(_Part):
    accuracy: _Share | None
    ci95: Annotated[list[_Share], Field(min_length=2, max_length=2)] | None
    n: int
    correct: int
    wrong: int
    invalid: int
    errors: int
    skipped: int


class _Metrics(_Score):
    macro_accuracy: _Share | None
    subsets: dict[str, _Score]


class _Gate(_Part):
    name: str
    verdict: Literal["passed", "failed", "not evaluated", "unmeasurable"]
    detail: str


class _Info(_Part):
    backend: str
    model: str | None
    method: str
    num_few_shot: int
    complete: bool
    gates: list[_Gate]
    rerun_options: list[str] | None = None


class _Message(_Part):
    role: str
    content: str


class _Sample(_Part):
    id: str
    subset: str
    nodeid: str | None
    input: str
    options: list[str] | None
    reference: str
    prediction: str | None
    outcome: Outcome
    raw_output: str | None
    loglikelihoods: list[FiniteFloat] | None
    error: str | None
    messages: list[_Message] | None = None


class _Report(_Part):
    schema_version: Literal[1]
    metrics: _Metrics
    info: _Info
    samples: list[_Sample]


def read_report(path: Path, place: str) -> dict[str, Any]:
    """Read a report and hold it against what its readers rely on.

    Args:
        path: The file.
        place: What the user named it by, for messages: ``--baseline base.json``.

    Raises:
        UsageError: It can not be read, is no JSON, or is no report; the message names the first wrong place.
    """
    try:
        report: dict[str, Any] = json.loads(path.expanduser().read_text(encoding="utf-8"), parse_constant=_refuse)
        _Report.model_validate(report)
    except OSError as error:
        raise UsageError(f"{place}: can not be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole file"
        raise UsageError(f"{place}: no report of schema version 1 ({where}: {first['msg']})") from None
    except ValueError as error:
        raise UsageError(f"{place}: corrupt, no JSON report ({error})") from None
    return report


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
