"""The benchmark that comes with the package for small base models, through every door; `all` is without it."""

from __future__ import annotations

import shutil
from zlib import crc32

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Request, Response
from tests.helpers import ROOT, valid_report
from tests.integration.conftest import Evaluate


class Blind(ScriptedBackend):
    """Prefers texts for their own sake: it never looks at the question."""

    def answer(self, number: int, request: Request) -> Response:
        return Response(loglikelihoods=tuple(-float(crc32(text.encode())) for text in request.continuations))


@pytest.fixture(autouse=True)
def suites(pytester: pytest.Pytester) -> None:
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))


def test_it_is_asked_by_the_suites_of_the_sample_and_by_the_other_doors_alike(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    result = evaluate("suites", "--dataset=sample_pairs", "--limit=3", inprocess=True)
    assert result.ret == 0, result.outlines + result.errlines
    found = valid_report(pytester.path / ".haerae/report.json")
    assert (found["info"]["method"], found["info"]["prompt"], found["metrics"]["n"]) == (
        "log_likelihood",
        "option_text",
        39,
    )
    assert "suites/test_csat_geo.py::test_csat_geo[csat_geo-0002]" in {row["nodeid"] for row in found["samples"]}
    called = Evaluator(progress=False).run("random", dataset="sample_pairs", limit=3, output_file="python.json")
    assert (called.metrics, list(called.samples)) == (found["metrics"], found["samples"])
    words = ["--model=random", "--dataset=sample_pairs", "--limit=3", "--output-file=shell.json"]
    assert main(["run", *words]) == 0
    shell = valid_report(pytester.path / "shell.json")
    assert (shell["metrics"], shell["samples"]) == (found["metrics"], found["samples"])


def test_it_stands_beside_the_sample_in_one_run(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    options = ["--dataset=sample,sample_pairs", "--method=log_likelihood", "--subset=history,lyrics_denoising"]
    result = evaluate("suites", *options, "--limit=4", inprocess=True)
    assert result.ret == 0, result.outlines + result.errlines
    found = valid_report(pytester.path / ".haerae/report.json")
    assert {name: part["n"] for name, part in found["metrics"]["benchmarks"].items()} == {
        "sample": 4,
        "sample_pairs": 8,
    }
    assert {name: part["prompt"] for name, part in found["info"]["benchmarks"].items()} == {
        "sample": "raw",
        "sample_pairs": "option_text",
    }


def test_a_model_that_never_looks_at_the_question_gets_exactly_half(pytester: pytest.Pytester) -> None:
    result = Evaluator(progress=False, backends={"blind": Blind}).run("blind", dataset="sample_pairs")
    assert (result.metrics["n"], result.metrics["accuracy"]) == (308, 0.5)
