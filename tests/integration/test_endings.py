"""Outputs that were cut, or stopped by a filter, are counted and shown."""

from __future__ import annotations

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

BACKEND = """
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Cut(ScriptedBackend):
    def answer(self, number, request):
        reason = "length" if number < 6 else "content_filter" if number < 8 else "stop"
        return Response(text="정답: (A)", finish_reason=reason)

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
