"""The unit tests mirror the package: whoever looks for a module's behaviour finds it at the module's place."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import ROOT

PACKAGE, TESTS = ROOT / "pytest_haerae", ROOT / "tests/unit"
UNTESTED = (
    "plugin/newhooks",  # a hook's signature, without a line that could run
)
"""Modules that have no behaviour of their own."""
OF_THE_WHOLE = (
    "linear_cost",  # a property of a whole run
    "mirror",
    "project_files",  # what the project's files say at once
)
"""Tests that are of no one module."""
PENDING = (
    # Modules whose files are still to be added, and files that are still to be moved to their module.
    "backends/api/answers",
    "backends/api/litellm",
    "backends/api/openai",
    "backends/api/tries",
    "backends/local/by_kind",
    "backends/local/checkpoint",
    "backends/local/llamacpp",
    "backends/local/vllm",
    "backends/random",
    "doors/command_line/compare",
    "doors/command_line/export",
    "doors/command_line/gate",
    "doors/command_line/main",
    "prompts/prompt",
    "replicas/driver",
    "report/build",
    "report/frames",
    "report/outputs",
    "report/show/layout",
    "report/show/markdown",
    "report/show/rows",
    "scoring/log_likelihood",
    "scoring/mathematics/process",
    "scoring/mathematics/worker",
    "scoring/reading/mentions",
    "scoring/reading/normalise",
    "scoring/reading/options",
    "scoring/reading/page",
    "scoring/reading/turns",
    "scoring/reading/verdicts",
    "scoring/string_match",
    "statistics/pairing",
    "doors/command_line/commands",
    "prompts/lazy_requests",
    "scoring/judge",
    "scoring/reading/answer_table",
)


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
    assert sorted(modules() - mirrored() - {*UNTESTED, *PENDING}) == []


def test_no_test_file_is_left_of_a_module_that_is_gone() -> None:
    assert sorted(mirrored() - modules() - folders() - {*OF_THE_WHOLE, *PENDING}) == []


def test_no_exception_outlives_its_reason() -> None:
    assert not mirrored() & set(UNTESTED)
    assert set(UNTESTED) <= modules()
    assert set(OF_THE_WHOLE) <= mirrored() - modules()


def test_every_folder_of_tests_is_a_package() -> None:
    """Two files of one name are told apart by their packages alone."""
    assert [folder for folder in {path.parent for path in TESTS.rglob("*.py")} if not is_package(folder)] == []


def is_package(folder: Path) -> bool:
    return (folder / "__init__.py").exists()
