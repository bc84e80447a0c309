from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import pytest_haerae


@pytest.mark.parametrize("name", pytest_haerae.__all__)
def test_each_can_be_imported(name: str) -> None:
    assert getattr(pytest_haerae, name).__name__ == name
    assert name in dir(pytest_haerae)


def test_the_lazy_ones_are_promised_and_are_what_their_modules_have() -> None:
    for name, module in pytest_haerae._LAZY.items():
        assert name in pytest_haerae.__all__
        assert getattr(pytest_haerae, name) is getattr(import_module(module), name)


def test_an_unknown_name_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="module 'pytest_haerae' has no attribute 'Evaluater'"):
        pytest_haerae.Evaluater  # noqa: B018 - looked up on purpose


def test_importing_the_package_imports_none_of_them() -> None:
    code = "import sys, pytest_haerae; print([m for m in pytest_haerae._LAZY.values() if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
