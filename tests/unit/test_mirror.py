"""The unit tests mirror the package: whoever looks for a module's behaviour finds it at the module's place."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import ROOT

PACKAGE, TESTS = ROOT / "pytest_haerae", ROOT / "tests/unit"
UNTESTED = (
    "backends/batches",  # values, and the protocol of who gives them
    "config/asking_options",  # rows of the table that `options` puts together
    "plugin/newhooks",  # a hook's signature, without a line that could run
    "statistics/answer_row",  # what a part of a report has, as types
    "statistics/probes",  # what a part of a report has, as types
)
"""Modules that have no behaviour of their own."""
OF_THE_WHOLE = (
    "linear_cost",  # a property of a whole run
    "mirror",
    "project_files",  # what the project's files say at once
    "public_names",  # what the package's own name gives
    "report/golden",  # reports of every version, through all that reads them
    "report/one_pairing",  # gate, compare and page say the same of two reports
    "scoring/instructions/oracle",  # the checkers as a whole, beside another program
    "scoring/mathematics/outputs",  # the scorer as a whole, on outputs with their verdicts
    "scoring/mathematics/recordings",  # the scorer as a whole, on what models answered
    "scoring/reading/answer_table",  # the reader as a whole, on outputs with their answers
    "scoring/reading/patterns",  # every alternative of every pattern
)
"""Tests that are of no one module."""


def modules() -> set[str]:
    """The modules with a name of their own, as ``room/module``."""
    found = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return {path.as_posix() for path in found if path.name not in ("__init__", "__main__")}


def folders() -> set[str]:
    """The rooms, and the folders of data in them: what a room gives by its own name is held beside its tests."""
    return {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_dir()}


def mirrored() -> set[str]:
    """What the test files are of, by their places and names."""
    found = (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
    return {path.with_name(path.stem.removeprefix("test_")).as_posix() for path in found}


def test_every_module_has_its_tests_at_its_place() -> None:
    assert sorted(modules() - mirrored() - {*UNTESTED}) == []


def test_no_test_file_is_left_of_a_module_that_is_gone() -> None:
    assert sorted(mirrored() - modules() - folders() - {*OF_THE_WHOLE}) == []


def test_no_exception_outlives_its_reason() -> None:
    assert not mirrored() & set(UNTESTED)
    assert set(UNTESTED) <= modules()
    assert set(OF_THE_WHOLE) <= mirrored() - modules()


def test_every_folder_of_tests_is_a_package() -> None:
    """Two files of one name are told apart by their packages alone."""
    assert [folder for folder in {path.parent for path in TESTS.rglob("*.py")} if not is_package(folder)] == []


def is_package(folder: Path) -> bool:
    return (folder / "__init__.py").exists()
