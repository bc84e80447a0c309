"""Two settings of a real model and another backend in one session of pytest: the numbers are those of each alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers import valid_report
from tests.integration.always import MODES

pytestmark = pytest.mark.engine

SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="sample", subset=["loan_words", "rare_words"])
def test_words(haerae_verdict):
    assert_correct(haerae_verdict)

@pytest.mark.haerae_prompts(["대한민국의 수도는"])
def test_says_something(haerae_model):
    assert haerae_model.generate("대한민국의 수도는").text
"""
NAMES = ("whole", "short", "chance")


@pytest.fixture
def folder(pytester: pytest.Pytester, checkpoint: Path) -> Path:
    """A suite and profiles: a model as it is, the same one that sees the end of each question, and chance."""
    path = json.dumps(str(checkpoint))
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest-haerae.models.whole]
        model = "huggingface"
        model_params = {{model_name_or_path = {path}, dtype = "float32", max_tokens = 4}}

        [tool.pytest-haerae.models.short]
        model = "huggingface"
        model_params = {{model_name_or_path = {path}, dtype = "float32", max_tokens = 4, max_length = 48}}

        [tool.pytest-haerae.models.chance]
        model = "random"
        """
    )
    pytester.makepyfile(test_words=SUITE)
    return pytester.path


def loglikelihoods(name: str) -> Mapping[str, list[float]]:
    return {sample["id"]: sample["loglikelihoods"] for sample in valid_report(Path(name))["samples"]}


@MODES
def test_each_has_the_numbers_of_a_run_of_its_own(
    folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    common = ("--method=log_likelihood", "--limit=3")
    models = [f"--model={name}" for name in NAMES]
    result = pytester.runpytest_subprocess(*models, *common, "--output-file=together.json", *workers)
    assert result.ret == 0, result.stdout.str()
    # A run of its own is as slow as all together: beside the workers one is enough.
    for name in NAMES[-2:-1] if workers else NAMES:
        alone = pytester.runpytest_subprocess(
            f"--model={name}", *common, f"--output-file={name}.json", "--store=alone.sqlite"
        )
        assert alone.ret == 0, alone.stdout.str()
        together, own = loglikelihoods(f"together.{name}.json"), loglikelihoods(f"{name}.json")
        assert together.keys() == own.keys()
        for item, values in own.items():
            assert together[item] == pytest.approx(values, abs=1e-4)
    assert loglikelihoods("together.whole.json") != loglikelihoods("together.short.json"), "else one was asked twice"
