from __future__ import annotations

import json

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate


def test_the_run_and_the_command_write_the_same_page(
    evaluate: Evaluate, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate("--output-file=base.json", "--model-params=seed=1")
    result = evaluate("--report-html=pages/report.html", "--output-file=report.json", "--baseline=base.json")
    result.stdout.fnmatch_lines(["report: report.json", "page: pages/report.html"])
    assert main(["view", "report.json", "--baseline=base.json", "--no-open"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(pytester.path / "report.html")
    page = (pytester.path / "report.html").read_bytes()
    assert page == (pytester.path / "pages" / "report.html").read_bytes()
    assert "questions-0039" in page.decode()


def test_a_folder_that_can_not_be_written_is_found_before_the_run(evaluate: Evaluate) -> None:
    result = evaluate("--report-html=/proc/none/page.html")
    result.stderr.fnmatch_lines(["ERROR: --report-html /proc/none/page.html: the folder cannot be written*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_an_item_is_asked_again_as_it_was(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    asked = (
        "--method=log_likelihood",
        "--model-params=seed=5",
        "--num-few-shot=2",
        "--few-shot-seed=3",
        '--system-prompt=it\'s "한글"\n$(false)',
        "--apply-chat-template",
    )
    evaluate(*asked, "--output-file=report.json")
    report = valid_report(pytester.path / "report.json")
    sample = report["samples"][7]
    assert [message["role"] for message in sample["messages"]] == ["system", *["user", "assistant"] * 2, "user"]
    assert sample["messages"][-1]["content"] in sample["input"]
    assert "predicted" in sample["explanation"]
    evaluate(sample["nodeid"], *report["info"]["rerun_options"], "--output-file=rerun.json", model=None)
    assert valid_report(pytester.path / "rerun.json")["samples"] == [sample]


def test_a_half_surrogate_of_a_model_loses_no_report(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        from pytest_haerae.testing import ScriptedBackend

        class Half(ScriptedBackend):
            def answer(self, number, request):
                return "(A) \\ud83d"

        def pytest_haerae_backends():
            return {"half": Half}
        """
    )
    result = evaluate("--report-html=report.html", "--limit=2", model="half")
    assert result.ret == 0, result.stdout.str()
    report = json.loads((pytester.path / ".haerae" / "report.json").read_text(encoding="utf-8"))
    assert report["samples"][0]["raw_output"] == "(A) \ud83d"
