from __future__ import annotations

import re
from collections.abc import Sequence

from pytest_haerae.gates.compatibility import ProtocolInfo, PublishedInfo
from pytest_haerae.report.schema import Report, check_report
from pytest_haerae.report.show.html import make_page
from pytest_haerae.report.show.markdown import render_markdown
from pytest_haerae.report.show.protocol import protocol_lines, protocol_table
from pytest_haerae.report.show.terminal import summary_lines
from tests.unit.reports import report_of, samples_of

OURS: PublishedInfo = {
    "model": "a-model",
    "accuracy": 0.95,
    "subsets": {"First Part": 0.75, "gone": 0.1},
    "metric": "acc",
    "source": "https://example.org/table",
    "same_model": True,
}
OTHER: PublishedInfo = {**OURS, "model": "<other>", "accuracy": None, "same_model": False}


def report(*published: PublishedInfo, deviations: Sequence[str] = (), notes: Sequence[str] = ()) -> Report:
    made = report_of(samples_of({"first_part": "cccw", "second": "ccww"}))
    protocol: ProtocolInfo = {
        "name": "mine@1",
        "fingerprint": "f",
        "deviations": list(deviations),
        "published": list(published),
        "notes": list(notes),
    }
    made["info"]["protocol"] = protocol
    check_report(made)
    return made


def test_the_number_stands_beside_ours_with_our_interval() -> None:
    lines = protocol_lines(report(OURS, OTHER, deviations=["--limit: 4; the protocol has none"], notes=["a note"]))
    assert lines == [
        "protocol mine@1, with 1 deviation",
        "deviation: --limit: 4; the protocol has none",
        "not as in the source: a note",
        "published of a-model (acc): 0.9500, here 0.6250 (95% interval 0.306-0.863, which it lies outside of);"
        " https://example.org/table",
        "published by subset: First Part 0.7500, here 0.7500 (95% interval 0.301-0.954)",
    ]
    assert protocol_lines(report(OTHER)) == ["protocol mine@1, followed in every setting"]
    assert protocol_lines(report_of(samples_of({"a": "c"}))) == []


def test_what_is_set_for_each_model_is_no_setting_that_was_followed() -> None:
    made = report(OTHER)
    made["info"]["protocol"]["free"] = ["temperature", "top_k"]
    free = "set for each model: temperature, top_k (not compared)"
    assert protocol_lines(made) == [f"protocol mine@1, followed in every setting but those {free}"]
    assert "Set for each model, not compared: temperature, top_k" in re.sub(r"<.*?>", "", make_page(made))
    made["info"]["protocol"]["deviations"] = ["--limit: 4; the protocol has none"]
    assert protocol_lines(made)[0] == f"protocol mine@1, with 1 deviation; {free}"
    check_report(made)


def test_no_total_stands_beside_that_of_other_subsets() -> None:
    for line in ("items: only first_part", "--subset: first_part; the protocol has all"):
        lines = protocol_lines(report(OURS, deviations=[line]))
        assert lines[2:] == [
            "published by subset: First Part 0.7500, here 0.7500 (95% interval 0.301-0.954); https://example.org/table"
        ]


def test_a_number_of_subsets_alone_has_its_source() -> None:
    entry: PublishedInfo = {**OURS, "accuracy": None, "note": "bfloat16"}
    assert protocol_lines(report(entry))[1:] == [
        "published by subset: First Part 0.7500, here 0.7500 (95% interval 0.301-0.954); bfloat16;"
        " https://example.org/table"
    ]


def test_nothing_measured_is_no_number() -> None:
    made = report(OURS)
    made["metrics"]["accuracy"] = made["metrics"]["ci95"] = None
    assert "here nothing was measured" in protocol_lines(made)[1]


def test_terminal_markdown_and_page_say_it() -> None:
    made = report(OURS, OTHER, deviations=["--limit: 4; the protocol has none"], notes=["a note"])
    shown = " ".join(line.text for line in summary_lines(made, 100))
    assert "protocol mine@1, with 1 deviation" in shown
    assert "published of a-model (acc): 0.9500, here 0.6250" in shown
    assert "deviation: --limit: 4; the protocol has none" in render_markdown(made)
    page = make_page(made)
    assert "<other>" not in page
    head = page.split('<main id="main">')[1].split('<section id="items">')[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", head))
    for words in ("Protocol · mine@1", "Deviation : --limit: 4", "Not as in the source : a note", "This run 62.5%"):
        assert words in text
    assert "a-model 95.00% – https://example.org/table" in text
    assert "First Part 75.00% 75.00% 30.1–95.4" in text
    assert "Protocol ·" not in make_page(report_of(samples_of({"a": "c"})))


def test_the_table_has_the_subsets_that_both_have() -> None:
    table = protocol_table(report(OURS, OTHER))
    assert table is not None
    assert [(each.name, each.published, each.score["n"]) for each in table.subsets] == [("First Part", 0.75, 4)]
    assert protocol_table(report_of(samples_of({"a": "c"}))) is None
