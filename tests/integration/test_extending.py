from __future__ import annotations

import re

import pytest

from tests.helpers import ROOT, valid_report
from tests.integration.conftest import Evaluate


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_the_scorer_of_the_readme_judges(evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    pytester.makeconftest(next(block for block in blocks if "register_scorer" in block))
    evaluate("--evaluator-params=scorer=first_letter", *workers)
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert {sample["prediction"] for sample in report["samples"]} == {"정"}
    assert report["metrics"]["wrong"] == 40


def test_the_suite_of_the_readme_runs(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    suite = next(block for block in blocks if "def test_mine" in block)
    (pytester.path / "test_mine.py").write_text(suite, encoding="utf-8")
    assert evaluate().ret == 0
    assert valid_report(pytester.path / ".haerae" / "report.json")["metrics"]["n"] == 40
