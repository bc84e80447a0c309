"""Outputs that were cut, or stopped by a filter, are counted and shown."""

from __future__ import annotations

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

BACKEND = """
from pytest_haerae.backends import BackendParameters
from pytest_haerae.types import Response

class Cut:
    methods = frozenset({"generate"})
    parameters = BackendParameters
    libraries = ()

    def __init__(self, parameters): ...

    def run(self, requests):
        for index, _ in enumerate(requests):
            reason = "length" if index < 6 else "content_filter" if index < 8 else "stop"
            yield index, Response(text="정답: (A)", finish_reason=reason)

    def close(self): ...

def pytest_haerae_backends():
    return {"cut": Cut}
"""


def test_cut_and_filtered_outputs_are_counted_by_subset(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    pytester.makeconftest(BACKEND)
    result = evaluate(model="cut")
    assert result.ret == 0
    info = valid_report(pytester.path / ".haerae" / "report.json")["info"]
    assert info["finish_reasons"] == {"questions": {"content_filter": 2, "length": 6, "stop": 32}}
    result.stdout.fnmatch_lines(
        ["*6 outputs cut at max_tokens (6 of questions), 2 outputs stopped by a content filter (2 of questions)"]
    )
