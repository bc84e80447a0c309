"""The three doors: pytest, the Python API and the command line give the same numbers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import EvaluationResult, Evaluator, Request, Response, UnmeasurableRun, UsageError
from pytest_haerae.testing import ScriptedBackend
from tests.helpers import ROOT, valid_report

OPTIONS = ["--model=random", "--dataset=sample", "--method=log_likelihood", "--num-few-shot=2", "--limit=6"]


def command(folder: Path, *arguments: str, module: str = "pytest_haerae") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def numbers(report: dict[str, Any]) -> str:
    return json.dumps([report["metrics"], report["samples"]], ensure_ascii=False)


def test_all_doors_give_the_same_metrics_and_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [f"--output-file={tmp_path}/pytest.json", f"--store={tmp_path}/1.sqlite", "-p", "no:cacheprovider"]
    pytest_run = command(ROOT, "suites", *OPTIONS, *paths, module="pytest")
    assert pytest_run.returncode == 0, pytest_run.stdout
    shell_run = command(tmp_path, *OPTIONS, "--output_file=shell.json", "--store=2.sqlite")
    assert shell_run.returncode == 0, shell_run.stderr
    result = Evaluator(progress=False).run(
        model="random",
        dataset="sample",
        evaluation_method="log_likelihood",
        num_few_shot=2,
        limit=6,
        store="3.sqlite",
        output_file="python.json",
    )
    reports = [valid_report(tmp_path / f"{door}.json") for door in ("pytest", "shell", "python")]
    assert len({numbers(report) for report in [*reports, {**result.report}]}) == 1
    assert {report["info"]["responses"]["computed"] for report in reports} == {66}
    assert len({json.dumps(report["info"]["dataset_fingerprint"]) for report in reports}) == 1


def test_an_interrupted_run_of_one_door_goes_on_through_another(tmp_path: Path) -> None:
    store = f"--store={tmp_path}/s.sqlite"
    sabotaged = [*OPTIONS, store, "--model=half"]
    (tmp_path / "conftest.py").write_text(HALF, encoding="utf-8")
    (tmp_path / "test_all.py").write_text(SUITE, encoding="utf-8")
    assert command(tmp_path, *sabotaged, module="pytest").returncode == 1
    result = Evaluator(progress=False, backends={"half": ScriptedBackend}).run(
        "half",
        dataset="sample",
        evaluation_method="log_likelihood",
        num_few_shot=2,
        limit=6,
        store=tmp_path / "s.sqlite",
        output_file=tmp_path / "r.json",
    )
    assert result.info["responses"] == {"computed": 33, "reused": 33}


SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="sample", subset=None)
def test_all(haerae_verdict):
    assert_correct(haerae_verdict)
"""

HALF = """
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Half(ScriptedBackend):
    def run(self, requests):
        for index, response in super().run(requests):
            yield index, response if index < 33 else Response(error="lost")

def pytest_haerae_backends():
    return {"half": Half}
"""


class Failing(ScriptedBackend):
    """Answers nothing."""

    def answer(self, number: int, request: Request) -> Response:
        return Response(error="the server is gone")


def test_a_failed_run_gives_no_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evaluator = Evaluator(progress=False, backends={"failing": Failing}, model="failing", dataset="sample")
    with pytest.raises(UnmeasurableRun, match=r"^4 of 4 items ended in an error .*: the server is gone; the same"):
        evaluator.run(subset="history", evaluation_method="log_likelihood", limit=4)
    assert valid_report(tmp_path / ".haerae/report.json")["metrics"]["accuracy"] is None


def test_it_works_inside_a_running_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def cell() -> EvaluationResult:
        return Evaluator(progress=False).run("random", dataset="sample", subset="history", limit=2)

    assert asyncio.run(cell()).metrics["n"] == 2


def test_pytest_is_not_in_the_import_chain() -> None:
    program = (
        "import sys; from pytest_haerae import Evaluator, EvaluationResult; Evaluator(); print('pytest' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "vlm"}, "--model: unknown backend 'vlm': did you mean 'vllm'?"),
        ({"subset": "csat_geoo"}, "--subset: unknown subset 'csat_geoo': did you mean 'csat_geo'?"),
        ({"subset": ["csat_kor"]}, "--subset: subset 'csat_kor' is in no public data set"),
        ({"evaluation_method": "loglikelihood"}, "unknown method 'loglikelihood': did you mean 'log_likelihood'?"),
        ({"model_params": {"sed": 1}}, "--model-params of random: unknown parameter 'sed': did you mean 'seed'?"),
        (
            {"dataset_params": {"revison": "x"}},
            "--dataset-params: unknown parameter 'revison': did you mean 'revision'?",
        ),
        ({"evaluator_params": {"return_logit": True}}, "did you mean 'return_logits'?"),
        ({"num_fewshot": 5}, "Evaluator.run: unknown option 'num_fewshot': did you mean 'num_few_shot'?"),
        ({"split": "train"}, "dataset sample: unknown split 'train'"),
    ],
)
def test_mistakes_are_one_line_through_both_doors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    base = {"model": "random", "dataset": "sample", "evaluation_method": "log_likelihood"}
    with pytest.raises(UsageError) as caught:
        Evaluator(progress=False).run(**{**base, **options})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_line_says_the_same_and_exits_with_4(tmp_path: Path) -> None:
    result = command(tmp_path, "--model=vlm", "--dataset=sample")
    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr.startswith("ERROR: --model: unknown backend 'vlm': did you mean 'vllm'?")
    assert command(tmp_path, "--modle=random").returncode == 4


def test_standard_output_is_the_json_alone(tmp_path: Path) -> None:
    result = command(tmp_path, *OPTIONS, "--subset=history", "--output_file", "-")
    assert result.returncode == 0
    assert json.loads(result.stdout)["metrics"]["n"] == 6
    assert "6/6" in result.stderr


def test_a_gate_that_fails_is_exit_code_1(tmp_path: Path) -> None:
    result = command(tmp_path, *OPTIONS, "--subset=history", "--min_accuracy=1.0")
    assert result.returncode == 1
    assert "gate min-accuracy: FAILED" in result.stdout


def test_a_yaml_file_gives_the_options_and_the_command_line_beats_it(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(
        "model: random\nmodel_params: {seed: 3}\ndataset: sample\nsubset: [history, csat_geo]\n"
        "evaluation_method: log_likelihood\nlimit: 9\noutput-file: out.json\n",
        encoding="utf-8",
    )
    result = command(tmp_path, "--config", "run.yaml", "--limit=2")
    assert result.returncode == 0, result.stderr
    report = valid_report(tmp_path / "out.json")
    assert (report["metrics"]["n"], report["info"]["model"]) == (4, "random(seed=3)")


def test_a_file_of_the_toolkit_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "evaluator_config.yaml").write_text(
        "dataset:\n  name: sample\n  subset: [history]\n  split: test\n  params: {}\n"
        "model:\n  name: random\n  params: {seed: 3}\nevaluation:\n  method: partial_match\n  params: {}\n"
        "few_shot:\n  num: 1\n",
        encoding="utf-8",
    )
    result = command(tmp_path, "--config", "evaluator_config.yaml", "--limit=2", "--output_file=out.json")
    assert result.returncode == 0, result.stderr
    info = valid_report(tmp_path / "out.json")["info"]
    assert (info["model"], info["evaluator_params"], info["num_few_shot"]) == (
        "random(seed=3)",
        {"scorer": "partial_match"},
        1,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modle: random", "ERROR: --config run.yaml: unknown option 'modle': did you mean 'model'?"),
        ("model: [", "ERROR: --config run.yaml: malformed YAML"),
        ("random", "ERROR: --config run.yaml: a mapping of options is needed"),
    ],
)
def test_a_mistake_in_the_yaml_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "run.yaml").write_text(text, encoding="utf-8")
    result = command(tmp_path, "--config", "run.yaml")
    assert result.returncode == 4
    assert result.stderr.startswith(message)
    assert command(tmp_path, "--config", "none.yaml").returncode == 4
