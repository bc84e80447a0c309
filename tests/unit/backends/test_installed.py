from __future__ import annotations

import sys

import pytest

from pytest_haerae.backends.installed import check_installed, extra, missing
from pytest_haerae.errors import UsageError


def test_e6_a_missing_library_is_named_with_its_extra_and_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """E6: without vllm, offline: 25 s, then a word about the hub, and vllm was not mentioned."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    check_installed("--model=mine", ["colorsys"], extra("mine"))
    assert "colorsys" not in sys.modules
    words = r"^--model=mine needs no_such_library: pip install 'pytest-haerae\[mine\]'$"
    with pytest.raises(UsageError, match=words):
        check_installed("--model=mine", ["colorsys", "no_such_library"], extra("mine"))


def test_the_first_that_is_missing_is_named() -> None:
    assert missing(["colorsys", "no_such_library", "nor_this"]) == "no_such_library"
    assert missing(["colorsys"]) is missing([]) is None
