from __future__ import annotations

import re

from pytest_haerae.escaping import markdown as escape
from pytest_haerae.report.show.markdown import render_markdown
from tests.unit.reports import judged, report_of, samples_of


def test_markdown_has_gates_subsets_warnings_and_wrong_items() -> None:
    then = report_of(samples_of({"a|b": "c" * 100, "c": "c" * 5}))
    report = report_of(samples_of({"a|b": "c" * 2 + "w" * 98, "c": "s" * 5}), then, min_accuracy=["0.01"])
    text = render_markdown(report)
    assert "| ✅ passed | min-accuracy | accuracy 0.0200 is at least 0.01 |" in text
    assert re.search(r"\| ❌ failed \| baseline \| all items: accuracy fell by 0\.9800", text)
    assert r"| a\|b | 100 | 2 | 0.0200 | 0.006 to 0.070 | -0.9800 |" in text
    assert "| c | 0 |  | 5 skipped |  |  |  |" in text
    assert "> ⚠️ accuracy below chance: a\\|b" in text
    assert "first 20 of 98 items answered wrong" in text
    columns = {
        line.replace(r"\|", "").count("|") for line in text.split("| subset |")[1].split("\n\n")[0].splitlines()[1:]
    }
    assert len(columns) == 1


def test_what_a_model_said_can_not_break_the_markdown() -> None:
    assert escape("<script>`|*\n줄") == r"\<script\>\`\|\* 줄"


def test_no_name_answer_or_model_is_markup_a_mention_or_a_link() -> None:
    hostile = "<img src=x onerror=alert(1)>|`@someone` [a](http://b.c)\n\n```\n# x\x1b[2J\ud83d"
    report = report_of(samples_of({hostile: "cw"}), min_accuracy=[f"{hostile}=0.9"])
    report["info"]["model"] = report["info"]["dataset"] = report["samples"][1]["prediction"] = hostile
    report["info"]["warnings"] = [hostile]
    text = render_markdown(report)
    assert not re.search(r"(?<!\\)<(?!!-- -->|/?details>|/?summary>)", text)
    assert not re.search(r"@\w|(?<!\\)`|[^\\]:/|\x1b|\]\(http:", text)
    assert not re.search(r"^\s*(```|# )", text, re.MULTILINE)
    text.encode("utf-8")


def test_a_judged_run_says_by_whom_and_the_mean_score() -> None:
    lines = render_markdown(judged()).splitlines()
    assert r"- scores of 0 to 1: mean 0.5000 \[0.000, 1.000\], n = 2" in lines
    words = "- graded by openai strict-1: 6 responses computed, 0 reused, tokens: 900 prompt, 60 completion, 0.0125 USD"
    assert words in lines
    assert "- not in the numbers or to be looked at: 1 invalid, 1 errors, 1 unjudged" in lines
