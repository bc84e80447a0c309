"""`--evaluator-params rank=log_probability`: the best of several answers is the one that the model finds likeliest."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.testing import ApiServer, serve
from tests.helpers import valid_report, write_questions
from tests.integration.always import MODES, REPORT
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

RANK = "--evaluator-params=rank=log_probability"
K = 4


def right_of_the_best(sample: Mapping[str, Any]) -> float:
    """What the best-ranked answers of a sample of the report are worth."""
    ranks = [-math.inf if answer["rank"] is None else answer["rank"] for answer in sample["answers"]]
    pairs = zip(sample["answers"], ranks, strict=True)
    best = [answer["outcome"] == "correct" for answer, each in pairs if each == max(ranks)]
    return float(sum(best) / len(best))


@MODES
def test_the_best_ranked_answer_counts_in_every_output(evaluate: Evaluate, workers: Sequence[str]) -> None:
    evaluate(f"--repeats={K}", "--output-file=plain.json", "--store=other.sqlite")
    result = evaluate(f"--repeats={K}", RANK, "--report-md=report.md", "--report-html=report.html", *workers)
    assert result.ret == 0, result.outlines
    report, plain = valid_report(REPORT), valid_report(Path("plain.json"))
    best = report["metrics"]["repeats"].pop("best_of_k")
    worth = list(map(right_of_the_best, report["samples"]))
    assert best["mean"] == pytest.approx(sum(worth) / len(worth))
    assert best["ci95"][0] < best["mean"] < best["ci95"][1]
    for sample in report["samples"]:
        for answer in sample["answers"]:
            assert (answer["rank"], answer["log_probability_tokens"]) == (answer["log_probability"], 1)
    # Nothing else is another one: not an answer, not an estimate.
    assert "best_of_k" in report["metrics"]["subsets"]["questions"]["repeats"]
    assert report["metrics"]["repeats"] == plain["metrics"]["repeats"]
    outputs = [[answer["raw_output"] for answer in sample["answers"]] for sample in report["samples"]]
    assert outputs == [[answer["raw_output"] for answer in sample["answers"]] for sample in plain["samples"]]
    assert not any("rank" in answer or "log_probability" in answer for answer in plain["samples"][0]["answers"])
    low, high = best["ci95"]
    words = f"the best-ranked of {K} answers (rank=log_probability): {best['mean']:.3f} ({low:.3f}-{high:.3f}) right"
    for text in (result.stdout.str(), Path("report.md").read_text(encoding="utf-8")):
        assert words in " ".join(text.replace("\\_", "_").split())
    assert f"best-of-{K}" in Path("report.html").read_text(encoding="utf-8")
    # Whether they are ranked decides no accuracy: the report of a run without is a baseline.
    assert evaluate(f"--repeats={K}", RANK, "--baseline=plain.json", "--reuse", *workers).ret == 0


@pytest.mark.server
def test_replicas_rank_as_one_model_does(evaluate: Evaluate) -> None:
    pytest.importorskip("ray")
    numbers = []
    for options in ((), ("--replicas=2",)):
        assert evaluate(RANK, f"--repeats={K}", *options).ret == 0
        numbers.append(json.dumps([valid_report(REPORT)[part] for part in ("metrics", "samples")]))
    assert numbers[0] == numbers[1]
    assert "best_of_k" in numbers[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([RANK], "rank=log_probability: it finds the best of several answers to an item; add --repeats=K, or leave it"),
        ([RANK, "--method=log_likelihood"], "rank is of --method=string_match, not of log_likelihood"),
        (["--repeats=2", "--evaluator-params=rank=logprob"], "unknown rank 'logprob'"),
    ],
)
def test_what_cannot_be_ranked_is_refused_in_a_line(evaluate: Evaluate, options: list[str], message: str) -> None:
    result = evaluate(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.outlines
    (line,) = [line for line in result.errlines if line.strip()]
    assert message in line


def test_a_backend_that_tells_none_is_refused_before_it_is_asked(always: Evaluate) -> None:
    result = always("--repeats=2", RANK)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "backend 'always' tells no log-probability of what it generates; huggingface, " in result.stderr.str()


# -- servers ------------------------------------------------------------------------------------------------------


def model_params(server: ApiServer, **more: object) -> str:
    values = {"model_name": "openai/gpt-4o-mini", "api_key": "x", "api_base": server.address, "max_retries": 0, **more}
    return f"--model-params={json.dumps({'seed': 0, **values})}"


def reply(number: int, body: dict[str, Any]) -> str:
    """Says more of what it is sure of less: right with every second seed, and unsure then."""
    return "정답: A" if body["seed"] % 2 else "정답: B, 틀림없이!"


def unsure(character: str) -> float:
    return {"A": -6.0, "!": -8.0}.get(character, -0.5)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
@pytest.mark.parametrize("model", ["openai", pytest.param("litellm", marks=pytest.mark.server)])
def test_a_server_tells_what_its_answers_are_ranked_by(
    evaluate: Evaluate, pytester: pytest.Pytester, model: str, endpoint: str
) -> None:
    rows = [{"question": f"{number}번 문제는?", "options": ["가", "나"], "answer": "A"} for number in range(3)]
    write_questions(pytester.path, rows)
    texts = ("정답: B, 틀림없이!", "정답: A")
    with serve(ApiServer(reply, log_probability=unsure)) as server:
        params = model_params(server, endpoint=endpoint)
        result = evaluate(params, "--repeats=2", RANK, model=model)
        assert result.ret == 0, [*result.outlines, *result.errlines]
        assert all(body["logprobs"] for body in server.bodies)
        for sample in valid_report(REPORT)["samples"]:
            for answer, text in zip(sample["answers"], texts, strict=True):
                total = sum(map(unsure, text))
                assert (answer["raw_output"], answer["log_probability"]) == (text, pytest.approx(total))
                assert answer["rank"] == pytest.approx(total / len(text))
        # The mean is for the long answer, the sum for the short one.
        assert valid_report(REPORT)["metrics"]["repeats"]["best_of_k"]["mean"] == 0
        before = len(server.bodies)
        evaluate(params, "--repeats=2", f"{RANK}_sum", "--reuse", model=model)
        assert valid_report(REPORT)["metrics"]["repeats"]["best_of_k"]["mean"] == 1
        assert len(server.bodies) == before, "ranked otherwise, they are the same answers"
        evaluate(params, "--repeats=2", "--reuse", model=model)
        assert len(server.bodies) == 2 * before
        assert not any("logprobs" in body for body in server.bodies[before:])


@pytest.mark.parametrize("model", ["openai", pytest.param("litellm", marks=pytest.mark.server)])
def test_a_server_that_tells_none_ends_the_run_with_its_first_answer(evaluate: Evaluate, model: str) -> None:
    with serve(ApiServer(lambda number, body: "정답: A")) as server:
        result = evaluate(model_params(server), "--repeats=2", RANK, model=model)
        assert len(server.bodies) == 1
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    words = f"--model={model}: the server tells no log-probabilities of what it generates (logprobs); leave *rank out"
    result.stderr.fnmatch_lines([f"*{words}*"])


def test_a_server_that_refuses_the_field_is_never_asked_without_it(evaluate: Evaluate) -> None:
    words = "logprobs is not supported by this model"
    with serve(ApiServer(lambda number, body: "정답: A", lambda number, attempt: f"400: {words}")) as server:
        result = evaluate(model_params(server), "--repeats=2", RANK, model="openai")
        assert all(body["logprobs"] is True for body in server.bodies)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()


def test_a_log_probability_that_is_none_costs_its_item_alone(evaluate: Evaluate) -> None:
    def reply(number: int, body: dict[str, Any]) -> str:
        return "정답: B?" if number == 7 else "정답: A"

    with serve(ApiServer(reply, log_probability=lambda character: -9999.0 if character == "?" else -0.5)) as server:
        result = evaluate(model_params(server), "--repeats=2", RANK, "--limit=12", model="openai")
    assert result.ret == 1
    (error,) = [sample["error"] for sample in valid_report(REPORT)["samples"] if sample["outcome"] == "error"]
    assert error == "openai: the server tells no log-probability for a part of what it generated (logprobs)"


def test_python_takes_it_as_pytest_does(evaluate: Evaluate) -> None:
    result = Evaluator(progress=False).run(
        "random", dataset="questions.jsonl", evaluator_params={"rank": "log_probability"}, repeats=K
    )
    assert evaluate(f"--repeats={K}", RANK).ret == 0
    assert result.metrics["repeats"] == valid_report(REPORT)["metrics"]["repeats"]
