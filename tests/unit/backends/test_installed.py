from __future__ import annotations

import sys

import pytest

from pytest_haerae.backends.installed import check_installed
from pytest_haerae.errors import UsageError


def test_e6_a_missing_library_is_named_with_its_extra_and_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """E6: without vllm, offline: 25 s, then a word about the hub, and vllm was not mentioned."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    check_installed("--model=mine", ["colorsys"], "mine")
    assert "colorsys" not in sys.modules
    words = r"^--model=mine needs no_such_library: pip install 'pytest-haerae\[mine\]'$"
    with pytest.raises(UsageError, match=words):
        check_installed("--model=mine", ["colorsys", "no_such_library"], "mine")
