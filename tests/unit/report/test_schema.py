"""The JSON Schema that is made from the types, against the promised one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import SCHEMA_FILE, load_json_schema, make_json_schema, reader
from pytest_haerae.report.upgrade import upgrade
from tests.helpers import ROOT, shared
from tests.unit.reports import hostile, report_of, samples_of

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    -0.5,
    0,
    1,
    1.5,
    2,
    "",
    "한글",
    "passed",
    [],
    ["a"],
    [0.1, 0.2],
    [0],
    {},
    {"a": 1},
)
"""What is put in the place of every promised value."""


def test_the_shipped_file_is_made_from_the_types() -> None:
    text = json.dumps(make_json_schema(), ensure_ascii=False, indent=1) + "\n"
    assert (ROOT / "pytest_haerae" / "report" / SCHEMA_FILE).read_text(encoding="utf-8") == text, (
        "write it again: python -m tests.write_schema"
    )


def test_it_is_a_schema_with_a_description_for_each_part() -> None:
    schema = load_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(part.get("description") for part in schema["$defs"].values())


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("diff_bias_ambiguous", -0.5, True),
        ("diff_bias_disambiguated", -1.5, False),
        ("byte_perplexity", 3.5, True),
        ("byte_perplexity", -0.5, False),
        ("macro_f1", -0.5, False),
    ],
)
def test_only_a_bias_may_be_below_0(name: str, value: float, fits: bool) -> None:
    report = report_of(samples_of({"a": "cw"}))
    told = {"value": value, "stderr": 0.1, "ci95": [value, value], "n": 2}
    metrics = {**report["metrics"], name: told}
    changed = {**report, "metrics": metrics}
    assert jsonschema.Draft202012Validator(load_json_schema()).is_valid(changed) is fits


def test_what_is_written_keeps_the_schema() -> None:
    baseline = report_of(samples_of({"a": "cwei", "b": "ss"}))
    report = report_of(samples_of({"a": "cwei", "b": "ss"}, passages=2), baseline, min_accuracy=["0.5"])
    for written in (report, hostile()):
        jsonschema.validate(written, load_json_schema())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON value
    """The place of every value in a JSON value; of a list only the first one."""
    yield path
    entries = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))[:1]
        if isinstance(value, list)
        else []
    )
    for step, part in entries:
        yield from places(part, (*path, step))


def mutants(report: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], object, dict[str, Any]]]:
    """The report with one value taken out, or replaced by each of `VALUES`."""
    for path in places(report):
        if not path:
            continue
        *steps, last = path
        for value in (..., *VALUES):
            mutant = copy.deepcopy(report)
            part: Any = mutant
            for step in steps:
                part = part[step]
            if value is not ...:
                part[last] = value
            elif isinstance(part, dict):
                del part[last]
            yield path, value, mutant


def holds(validator: Any, report: dict[str, Any]) -> bool:  # noqa: ANN401 - jsonschema's validators have no common type
    return bool(validator.is_valid(report))


@pytest.mark.parametrize(
    "path", [path for path in GOLDEN if path.stem == "promised_keys_alone"], ids=lambda path: path.stem
)
def test_it_accepts_what_the_promised_schema_accepts(path: Path) -> None:
    promised, shipped = (
        jsonschema.Draft202012Validator(schema)
        for schema in (json.loads(shared("report.schema.json").read_text(encoding="utf-8")), load_json_schema())
    )
    report = json.loads(path.read_text(encoding="utf-8"))
    report["samples"] = report["samples"][:1]
    report["info"]["gates"] = [
        {"name": "g", "verdict": "passed", "value": 0.1, "threshold": 0.1, "p_value": 0.5, "detail": "why"}
    ]
    count, refused = 0, 0
    for place, value, mutant in mutants(report):
        expected = holds(promised, mutant)
        assert holds(shipped, upgrade(mutant)) == expected, (place, value)
        count, refused = count + 1, refused + (not expected)
    assert refused > count / 3
    report = upgrade(report)
    assert not holds(shipped, {**report, "more": 1})
    assert holds(shipped, {**report, "info": {**report["info"], "more": 1}})


def test_the_reader_takes_what_the_schema_takes_and_further_keys() -> None:
    shipped = jsonschema.Draft202012Validator(load_json_schema())
    report = upgrade(json.loads(GOLDEN[0].read_text(encoding="utf-8")))
    report["samples"] = report["samples"][:1]
    for place, value, mutant in mutants(report):
        if place == ("schema_version",) and value is True:
            continue  # equals 1 in Python, and harms nobody
        try:
            reader().validate_python(mutant)
            accepted = True
        except ValidationError:
            accepted = False
        assert accepted == holds(shipped, mutant), (place, value)
    reader().validate_python({**report, "more": 1})


def test_the_golden_reports_are_of_the_schema() -> None:
    assert GOLDEN
    for path in GOLDEN:
        jsonschema.validate(read_report(path, path.name), load_json_schema())
