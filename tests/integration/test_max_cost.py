"""A run that stops before it has cost more, and goes on with a higher sum."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

DEAR = """
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Dear(ScriptedBackend):
    ledger = "ledger.txt"

    @classmethod
    def price_problem(cls, parameters):
        return None

    def answer(self, number, request):
        return Response(text="정답: (A)", finish_reason="stop", cost_usd=None if number == 39 else 0.25)

def pytest_haerae_backends():
    return {"dear": Dear}
"""
MODES = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])


@pytest.fixture
def dear(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over 40 questions with a model whose answers cost 25 cents, but for the last, which has no price."""
    pytester.makeconftest(DEAR)
    return lambda *options: evaluate(*options, "--deselect=test_mine.py::test_mine[questions-0039]", model="dear")


@MODES
def test_what_is_left_is_asked_with_a_higher_sum(dear: Evaluate, workers: tuple[str, ...]) -> None:
    result = dear("--max-cost=2", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*this run has cost 2.0000 USD, of at most 2 (--max-cost)*"])
    report = valid_report(Path(".haerae/report.json"))
    assert (report["metrics"]["n"], report["metrics"]["errors"], report["info"]["cost_usd"]) == (8, 31, 2.0)
    asked = Ledger("ledger.txt").asked()
    assert len(asked) == len(set(asked)) == 8
    # The same sum is spent already: no model is loaded for it.
    loads = len(Ledger("ledger.txt").loads())
    assert dear("--max-cost=2", *workers).ret == 1
    assert (len(Ledger("ledger.txt").asked()), len(Ledger("ledger.txt").loads())) == (8, loads)
    # Whatever share of errors is tolerated, it is no finished run.
    assert dear("--max-cost=5", "--max-error-rate=1", *workers).ret == 0
    assert len(Ledger("ledger.txt").asked()) == 20
    assert dear("--output-file=whole.json", *workers).ret == 0
    asked = Ledger("ledger.txt").asked()
    assert len(asked) == len(set(asked)) == 39
    dear("--store=other.sqlite", "--output-file=undisturbed.json")
    whole, undisturbed = (valid_report(Path(f"{name}.json")) for name in ("whole", "undisturbed"))
    for part in ("metrics", "samples"):
        assert json.dumps(whole[part]) == json.dumps(undisturbed[part])


def test_an_answer_without_its_price_ends_the_run(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(DEAR)
    result = evaluate("--max-cost=100", "-k", "questions-0039", model="dear")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--max-cost: --model=dear: an answer came without its price" in result.stderr.str()


SERVER = "model_name=m,api_key=not-needed,api_base=http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("model", "params", "words"),
    [
        ("random", "seed=1", "--model=random: its answers have no price"),
        ("openai", SERVER, "--model=litellm knows the prices of hosted models"),
        ("litellm", "model_name=openai/nobody-knows-it", "litellm knows no price of openai/nobody-knows-it"),
    ],
)
def test_where_no_price_is_known_nothing_is_asked(evaluate: Evaluate, model: str, params: str, words: str) -> None:
    result = evaluate("--max-cost=1", f"--model-params={params}", model=model)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()
