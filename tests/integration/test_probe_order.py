"""Whether the data's own order of the rows is likelier than others: scored once each, told beside the run's numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.test_dry_run import to_send

pytestmark = pytest.mark.slow

KNOWING = """
import re
from zlib import crc32

from pytest_haerae.testing import ScriptedBackend, ScriptedParameters

class Parameters(ScriptedParameters):
    knows: bool = True

class Knowing(ScriptedBackend):
    '''Finds a text the less likely, the more of its questions come before one of a smaller number.'''

    parameters = Parameters
    ledger = "ledger.txt"

    def number(self, index, request):
        return crc32(repr((request.context, request.continuations)).encode())

    def answer(self, number, request):
        if request.kind == "generate":
            return "정답: (A)"
        (text,) = request.continuations
        order = [int(each) for each in re.findall(r"(\\d+)번 문제", text)]
        swaps = sum(one > other for place, one in enumerate(order) for other in order[place:])
        return [-1000.0 - (swaps if self.settings.knows else number % 100)]

def pytest_haerae_backends():
    return {"knowing": Knowing}
"""
ITEMS = 40


@pytest.fixture
def knowing(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over 40 questions with a model that knows the order in which they were published, or none."""
    pytester.makeconftest(KNOWING)
    return lambda *options, model="knowing", **settings: evaluate(*options, model=model, **settings)


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_a_known_order_is_found_and_an_unknown_one_is_not(knowing: Evaluate, workers: tuple[str, ...]) -> None:
    knowing("--output-file=alone.json", "--store=other.sqlite")
    Ledger("ledger.txt").clear()
    result = knowing("--probe-order=9", "--report-html=r.html", "--report-md=r.md", *workers)
    assert result.ret == 0
    found = report()
    probe = found["metrics"].pop("probes")["row_order"]
    alone = report("alone.json")
    assert json.dumps([found["metrics"], found["samples"]]) == json.dumps([alone["metrics"], alone["samples"]])
    assert (probe["k"], probe["rows"], probe["errors"]) == (9, ITEMS, 0)
    asked = Ledger("ledger.txt").asked()
    assert len(asked) == len(set(asked)) + ITEMS - len(set(asked[:ITEMS])) == ITEMS + 10 * probe["shards"]
    assert probe["shards"] > 1
    assert probe["p_value"] < 0.02
    assert probe["difference"] > 0
    for text in (result.stdout.str(), Path("r.md").read_text(encoding="utf-8"), Path("r.html").read_text("utf-8")):
        assert "own order of the rows" in text
    unknown = knowing("--probe-order=9", "--model-params=knows=false", "--output-file=unknown.json", *workers)
    assert unknown.ret == 0
    assert report("unknown.json")["metrics"]["probes"]["row_order"]["p_value"] > 0.02


def test_it_goes_on_and_is_counted_beforehand(knowing: Evaluate) -> None:
    assert knowing().ret == 0
    texts = to_send(knowing("--dry-run", "--probe-order=4"))
    Ledger("ledger.txt").clear()
    assert knowing("--probe-order=4").ret == 0
    assert len(Ledger("ledger.txt").asked()) == texts == 5 * report()["metrics"]["probes"]["row_order"]["shards"]


def test_a_model_that_scores_no_texts_is_refused(always: Evaluate) -> None:
    result = always("--probe-order=9")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--probe-order: backend 'always' scores no texts; leave it out*"])
    assert not Path("ledger.txt").exists()
