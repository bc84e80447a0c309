"""The real engine on the real 270M checkpoint."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from pytest_haerae.backends.local.batching import BatchBudget
from pytest_haerae.backends.local.causal_scoring import score_sequence
from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.backends.local.node_reader import NodeReader
from pytest_haerae.backends.local.tree_scoring import TreeScorer
from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request
from tests.e2e.constrained import check_letters
from tests.helpers import ROOT, reference_items, valid_report

pytestmark = pytest.mark.engine

LABELS = tuple(f" ({letter})" for letter in "ABCDE")


@pytest.fixture(scope="module")
def backend(checkpoint: Path) -> Iterator[HuggingFaceBackend]:
    opened = HuggingFaceBackend(parameters_of(checkpoint))
    yield opened
    opened.close()


def parameters_of(checkpoint: Path, **more: object) -> HuggingFaceParameters:
    values = {"model_name_or_path": str(checkpoint), "dtype": "float32", "device": "cpu", "max_tokens": 16, **more}
    return HuggingFaceParameters.model_validate(values)


def test_the_references_of_lm_evaluation_harness_are_met(backend: HuggingFaceBackend) -> None:
    items = reference_items(short=8, medium=4, long=1)
    requests = [Request("loglikelihood", item["query"], LABELS[: len(item["options"])]) for item in items]
    answers = dict(backend.run(requests))
    for index, item in enumerate(items):
        values, reference = answers[index].loglikelihoods, item["loglikelihoods"]
        assert values == pytest.approx(reference, abs=1e-3)
        assert values is not None
        assert values.index(max(values)) == reference.index(max(reference))


def test_out_of_memory_halves_the_batch_and_loses_no_item(
    backend: HuggingFaceBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [Request("loglikelihood", f"{number}번 정답:", LABELS) for number in range(16)]
    expected = dict(backend.run(requests))
    monkeypatch.setattr(backend._runner, "_budget", BatchBudget(backend._model, fixed=16))
    sizes: list[int] = []
    score = TreeScorer.score

    def short_of_memory(self: TreeScorer, prefix: Tokens, batch: list[Scorable]) -> NodeReader:
        sizes.append(len(batch))
        if len(batch) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return score(self, prefix, batch)

    monkeypatch.setattr(TreeScorer, "score", short_of_memory)
    answers = dict(backend.run(requests))
    assert sizes == [16, 8, 4, 4, 8, 4, 4]
    for index in range(16):
        assert answers[index].loglikelihoods == pytest.approx(expected[index].loglikelihoods, abs=1e-4)
    # What memory allowed is remembered.
    sizes.clear()
    assert len(dict(backend.run(requests))) == 16
    assert sizes == [4] * 4


def test_a_context_too_long_is_cut_from_the_left_and_said_so(checkpoint: Path) -> None:
    small = HuggingFaceBackend(parameters_of(checkpoint, max_length=32))
    long = "가나다라마바사 " * 30 + "정답:"
    ((_, response),) = small.run([Request("loglikelihood", long, LABELS)])
    context, continuations = small._encoder.cut(*small._encoder.wholes([Request("loglikelihood", long, LABELS)]))
    cut = [score_sequence(small._model, context[-(33 - len(each)) :], each) for each in continuations]
    small.close()
    assert response.truncated
    assert response.loglikelihoods == pytest.approx(cut, abs=1e-3)


def test_an_empty_context_and_an_option_longer_than_the_rest(backend: HuggingFaceBackend) -> None:
    requests = [
        Request("loglikelihood", "", ("대한민국", "서울은 대한민국의 수도이며 한강이 흐르는 도시이다")),
        Request("loglikelihood", "수도는", (" 서울", " 서울특별시이고 그 밖의 도시는 아니다")),
    ]
    for _, response in backend.run(requests):
        assert response.error is None
        assert response.loglikelihoods is not None
        assert response.loglikelihoods[1] < response.loglikelihoods[0] < 0


def test_generation_in_a_batch_equals_generation_alone(backend: HuggingFaceBackend) -> None:
    requests = [Request("generate", text) for text in ("대한민국의 수도는", "1, 2, 3, 4,", "봄 여름 가을")]
    together = {index: response.text for index, response in backend.run(requests)}
    alone = {index: dict(backend.run([request]))[0].text for index, request in enumerate(requests)}
    assert together == alone
    assert all(text and not text.startswith("대한민국의") for text in together.values())


def test_stop_strings_end_a_generation(backend: HuggingFaceBackend) -> None:
    ((_, response),) = backend.run([Request("generate", "1, 2, 3, 4,", stop=("7",))])
    assert response.text == " 5, 6, "
    assert response.finish_reason == "stop"


def test_missing_and_truncated_checkpoints_are_usage_errors(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="huggingface cannot load /no/such/folder"):
        HuggingFaceBackend(HuggingFaceParameters(model_name_or_path="/no/such/folder"))
    for file in checkpoint.iterdir():
        if file.suffix != ".safetensors":
            shutil.copy(file, tmp_path / file.name)
    with (checkpoint / "model.safetensors").open("rb") as whole:
        (tmp_path / "model.safetensors").write_bytes(whole.read(1_000_000))
    with pytest.raises(UsageError, match="huggingface cannot load"):
        HuggingFaceBackend(HuggingFaceParameters(model_name_or_path=str(tmp_path)))


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_the_suites_run_on_it(checkpoint: Path, tmp_path: Path, method: str) -> None:
    parameters = json.dumps({"model_name_or_path": str(checkpoint), "dtype": "float32", "max_tokens": 16})
    command = [sys.executable, "-m", "pytest", "suites/", "--model=huggingface", f"--method={method}", "--limit=1"]
    paths = [f"--output-file={tmp_path}/report.json", f"--store={tmp_path}/store.sqlite", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, f"--model-params={parameters}", "--dataset=sample", *paths],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()
    metrics = valid_report(tmp_path / "report.json")["metrics"]
    assert metrics["n"] + metrics["skipped"] == 13
    assert metrics["errors"] == 0


def test_the_letter_that_an_answer_is_kept_to_is_the_likeliest_of_them(backend: HuggingFaceBackend) -> None:
    check_letters(backend)


def test_the_log_probability_of_a_text_is_what_the_scorer_gives_it(checkpoint: Path) -> None:
    """Drawn after filters, scored without them: texts that are encoded as they were drawn."""
    backend = HuggingFaceBackend(parameters_of(checkpoint, temperature=0.8, top_p=0.95, max_tokens=12))
    prompts = ("대한민국의 수도는", "1, 2, 3, 4,", "봄 여름 가을")
    wanted = [Request("generate", text, repeat=each, log_probability=True) for text in prompts for each in range(4)]
    drawn = dict(backend.run(wanted))
    scored = dict(
        backend.run([Request("loglikelihood", each.context, (drawn[n].text or "",)) for n, each in enumerate(wanted)])
    )
    same = 0
    for number, request in enumerate(wanted):
        text, values = drawn[number].text or "", scored[number].loglikelihoods or ()
        context, whole = backend._encoder.tokenize([request.context, request.context + text])
        if len(whole) - len(context) == drawn[number].log_probability_tokens and whole[: len(context)] == context:
            assert drawn[number].log_probability == pytest.approx(values[0], abs=1e-3)
            same += 1
    backend.close()
    assert same >= len(wanted) / 2
