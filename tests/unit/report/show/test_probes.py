from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, get_args

import pytest

from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.show.probes import LEFT_OUT, probe_lines, probe_notices
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.run.ways import LeftOut
from pytest_haerae.statistics.option_orders import InOrder, probe_of_orders
from pytest_haerae.statistics.row_order import Shard, probe_of_row_order
from pytest_haerae.statistics.wordings import probe_of_prompts
from tests.unit.reports import report_of, samples_of

LABELS: dict[str, dict[str, str]] = json.loads(
    (files("pytest_haerae.report.show") / "page" / "labels.json").read_text(encoding="utf-8")
)
FIRST = [InOrder((0, 1), True, 0), InOrder((1, 0), False, 0)]
KNOWN = [InOrder((0, 1), True, 0), InOrder((1, 0), True, 1)]
REASONS: dict[LeftOut, int] = dict.fromkeys(get_args(LeftOut), 2)


@pytest.fixture
def report() -> Any:  # noqa: ANN401 - probes are put into it by name
    found: Any = report_of(samples_of({"a": "cw"}))
    found["metrics"]["probes"] = {
        "shuffle_options": probe_of_orders([FIRST, FIRST, FIRST, KNOWN], 2, REASONS, 3),
        "prompts": probe_of_prompts(
            ("raw", "b*d", "none"), [[True, False, None]] * 8 + [[False, True, None]], {}, [0, 0, 9]
        ),
    }
    shards = [Shard(5, -10.0, [-12.0, -13.0]), Shard(7, -20.0, [-19.0, -23.0])]
    found["metrics"]["probes"]["row_order"] = probe_of_row_order(shards, 2, 4)
    found["info"]["probing"] = {
        "tokens": {"prompt": 30, "completion": 4},
        "cost_usd": 0.5,
        "responses": {"computed": 12, "reused": 1},
    }
    return found


def test_a_report_without_probes_has_no_line() -> None:
    assert probe_lines(report_of(samples_of({"a": "cw"}))) == []


def test_the_numbers_are_told_in_words(report: Any) -> None:  # noqa: ANN401
    lines = probe_lines(report)
    assert lines[0].startswith("2 orders of the options: accuracy 0.6250 [")
    assert lines[0].endswith("over all, 1.0000 in the data's own (4 items)")
    pattern = r"the same option is chosen in all orders of 25\.0% \[.*\] of the items \(4 answered in all\)"
    assert re.fullmatch(pattern, lines[1])
    pattern = (
        r"\(A\) is chosen in 87\.5% \[.*\] of the orders where 50\.0% is even; that the place decides nothing: p .*"
    )
    assert re.fullmatch(pattern, lines[2])
    assert lines[3] == "3 of the probe's questions ended in an error"
    assert lines[4] == "left out of the probe: 2 items without options"
    assert "prompt raw (of the run): accuracy 0.8889 [0.565, 0.980] (9 items)" in lines
    assert "prompt none: nothing was answered" in lines
    assert any(re.fullmatch(r"prompt b\*d: .*, -77\.8 points \[.*\] to the run's, p 0\.0391", line) for line in lines)
    pattern = r"the data.s own order of the rows: log-likelihood \+1\.75 \[.*\] to 2 others, in 2 texts of 12 rows; .*"
    assert re.fullmatch(pattern, lines[-3])
    assert ": p 0.2222, by Student's test " in lines[-3]
    assert lines[-2] == "4 of the probe's questions ended in an error"
    assert lines[-1] == "the probes took 12 responses computed, 1 reused, tokens: 30 prompt, 4 completion, 0.5000 USD"


def test_every_output_has_them(report: Any) -> None:  # noqa: ANN401
    terminal = " ".join(line.text.strip() for line in summary_lines(report, 100))
    markdown, page = render_markdown(report), make_page(report)
    for line in probe_lines(report):
        assert line in terminal
        assert line.replace("*", "").replace("\\", "") in markdown.replace("\\", "").replace("*", "")
    assert page.count("<li><bdi") >= len(probe_lines(report))
    assert "Probes of validity" in page


def test_the_page_says_each_line_in_korean_with_the_same_numbers(report: Any) -> None:  # noqa: ANN401
    kinds = set()
    for notice in probe_notices(report):
        assert LABELS["en"][notice["label"]] == "{detail}"
        wanted = set(re.findall(r"\{(\w+)\}", LABELS["ko"][notice["label"]]))
        assert wanted
        assert wanted <= notice["values"].keys()
        kinds.add(notice["label"])
    assert {f"probe left_out {reason}" for reason in LEFT_OUT} <= kinds
    every = {label for label in LABELS["ko"] if label.startswith("probe ")}
    assert every - kinds <= {"probe no_orders", "probe prompts_spread", "probe prompt_alone", "probe no_row_order"}
    assert set(LEFT_OUT) == set(get_args(LeftOut))
