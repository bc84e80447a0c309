"""Gate, compare and page pair the same items, also where two files use the same ids."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.html import make_page
from pytest_haerae.types import DataKey
from tests.unit.reports import report_of, samples_of, write


def two_subsets_with_the_same_ids(outcomes: str, names: tuple[str, str]) -> Report:
    """Two subsets of twenty items each, whose ids and options are the same."""
    found = []
    for number, name in enumerate(names):
        for sample in samples_of({name: outcomes[20 * number : 20 * number + 20]}):
            item = replace(sample.item, query=f"{number}: {sample.item.query}")
            data = DataKey(f"{number}/questions.jsonl")
            found.append(replace(sample, selected=replace(sample.selected, item=item, data=data)))
    return report_of(found)


@pytest.mark.parametrize("names", [("a", "a"), ("한 국", "한_국")], ids=["two files", "one slug"])
def test_reused_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, str]) -> None:
    before = two_subsets_with_the_same_ids("c" * 30 + "w" * 10, names)
    after = two_subsets_with_the_same_ids("c" * 20 + "w" * 8 + "c" * 12, names)
    then, now = str(write(tmp_path / "then.json", before)), str(write(tmp_path / "now.json", after))

    main(["gate", now, "--baseline", then, "--json"])
    gate = json.loads(capsys.readouterr().out)["changes"]["total"]
    main(["compare", then, now, "--json"])
    compared = json.loads(capsys.readouterr().out)["total"]
    page = make_page(after, before)

    assert (gate["n"], gate["lost"], gate["gained"]) == (40, 8, 10)
    assert (compared["n"], len(compared["lost"]), len(compared["gained"])) == (40, 8, 10)
    core = json.loads(re.findall(r'<script type="application/json" id="core">(.*?)</script>', page)[0])
    assert [core["change"].count(sign) for sign in "lg-"] == [8, 10, 0]
    assert re.search(r"▲ .*?gained.*? 10<", page)
    assert re.search(r"▼ .*?lost.*? 8<", page)
