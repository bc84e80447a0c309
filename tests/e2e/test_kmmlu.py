"""Prompts and log-likelihoods of KMMLU and KoBEST beside those of lm-evaluation-harness 0.4.13, from the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.catalogue.datasets import known_layouts, open_dataset, open_items
from pytest_haerae.data.layouts import make_items
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Item, Request
from tests.e2e.harness import Recorder, open_harness
from tests.helpers import shared

pytestmark = [pytest.mark.engine, pytest.mark.server]

SUBJECTS = ("Criminal-Law", "Fashion")
COUNT = 5
"""Items a subject: lm-evaluation-harness computes each context four times."""


@pytest.fixture(scope="module")
def harness(checkpoint: Path) -> Iterator[SimpleNamespace]:
    """lm-evaluation-harness: its model over the checkpoint, and its task over the rows beside the project."""
    settings = "kmmlu/default/_default_kmmlu_yaml"

    def splits(subject: str) -> dict[str, list[dict[str, Any]]]:
        return {split: rows(subject, split) for split in ("test", "dev")}

    with open_harness(checkpoint, settings, "kmmlu_", splits, dtype="float32", batch_size=4) as opened:
        yield opened


def rows(subject: str, split: str) -> list[dict[str, Any]]:
    """The rows as `datasets` reads them: the answer is a number."""
    found = open_dataset(str(shared("data/kmmlu")), split).rows(subject)
    return [{**row, "answer": int(row["answer"])} for row in found]


def items(subject: str, split: str = "test") -> list[Item]:
    return open_items(str(shared("data/kmmlu")), split).items(subject)


def asked(harness: SimpleNamespace, subject: str, shots: int) -> tuple[list[Any], list[Request]]:
    """What lm-evaluation-harness asks for the first items, and what we do with the few-shot examples that it drew."""
    task, prompt = harness.task(subject), find_prompt("kmmlu")
    task.sampler.set_rnd(1234)
    task.sampler.sample = draw = Recorder(task.sampler.sample)
    known = {item.query: item for item in items(subject, "dev")}
    questions = {row["question"]: item for row, item in zip(rows(subject, "dev"), known.values(), strict=True)}
    instances, requests = [], []
    for item, document in zip(items(subject)[:COUNT], task.test_docs(), strict=False):
        context = task.fewshot_context(document, shots)
        instances += task.construct_requests(document, context, metadata=(subject, 0, 1))
        examples = [questions[row["question"]] for row in draw.drawn] if shots else []
        requests.append(make_request(item, prompt, "loglikelihood", examples))
    return instances, requests


@pytest.mark.parametrize("shots", [0, 3])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_context_and_continuations_are_those_of_lm_evaluation_harness(
    harness: SimpleNamespace, subject: str, shots: int
) -> None:
    instances, requests = asked(harness, subject, shots)
    expected = [harness.model._encode_pair(*instance.arguments) for instance in instances]
    encoder, found = RequestEncoder(harness.model.tokenizer), []
    for request in requests:
        tokens, continuations = encoder.cut(*encoder.wholes([request]))
        found += [(list(tokens), list(continuation)) for continuation in continuations]
    assert len(found) == 4 * COUNT
    assert found == expected


def test_log_likelihoods_are_those_of_lm_evaluation_harness(
    harness: SimpleNamespace, checkpoint: Path, tmp_path: Path
) -> None:
    result = Evaluator(progress=False).run(
        "huggingface",
        {"model_name_or_path": str(checkpoint), "dtype": "float32", "device": "cpu"},
        dataset=str(shared("data/kmmlu")),
        subset=SUBJECTS,
        evaluation_method="log_likelihood",
        prompt="kmmlu",
        limit=COUNT,
        store=tmp_path / "store.sqlite",
        output_file=tmp_path / "report.json",
    )
    instances = [instance for subject in SUBJECTS for instance in asked(harness, subject, 0)[0]]
    expected = [value for value, _ in harness.model.loglikelihood(instances, disable_tqdm=True)]
    found = [value for sample in result.samples for value in sample["loglikelihoods"] or ()]
    assert [sample["subset"] for sample in result.samples] == [subject for subject in SUBJECTS for _ in range(COUNT)]
    assert found == pytest.approx(expected, abs=1e-3)


def kobest_rows() -> dict[str, list[dict[str, Any]]]:
    """The shortest rows of KoBEST's files, with the columns that the hub's have."""
    names = {"choice1": "ending_1", "choice2": "ending_2", "choice3": "ending_3", "choice4": "ending_4"}
    names |= {"sentence": "premise", "1": "alternative_1", "2": "alternative_2"}
    found = {}
    for task in ("COPA", "HellaSwag"):
        lines = (shared("data/kobest") / f"{task}_dev.tsv").read_text(encoding="utf-8-sig").splitlines()
        columns = [names.get(column, column) for column in lines[0].split("\t")]
        table = [dict(zip(columns, line.split("\t"), strict=True)) for line in sorted(lines[1:], key=len)[:6]]
        found[task.lower()] = [{**row, "label": row.get("label", int(row.get("Answer", 1)) - 1)} for row in table]
    return found


def test_option_texts_are_scored_as_lm_evaluation_harness_scores_them(
    harness: SimpleNamespace, checkpoint: Path
) -> None:
    from lm_eval.api.instance import Instance

    prompt = find_prompt("kobest")
    asked = [
        make_request(item, prompt, "loglikelihood")
        for subset, table in kobest_rows().items()
        for item in make_items(subset, table, "kobest", {}, known_layouts())
    ]
    assert {len(request.continuations) for request in asked} == {2, 4}
    pairs = [(request.context, continuation) for request in asked for continuation in request.continuations]
    instances = [Instance("loglikelihood", {}, pair, 0) for pair in pairs]
    expected = [value for value, _ in harness.model.loglikelihood(instances, disable_tqdm=True)]
    settings = {"model_name_or_path": str(checkpoint), "dtype": "float32", "device": "cpu"}
    backend = HuggingFaceBackend(HuggingFaceParameters.model_validate(settings))
    try:
        answers = dict(backend.run(asked))
    finally:
        backend.close()
    found = [value for index in range(len(asked)) for value in answers[index].loglikelihoods or ()]
    assert found == pytest.approx(expected, abs=1e-3)
