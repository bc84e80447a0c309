"""Few-shot prompts beside those of lm-evaluation-harness 0.4.13, token by token, with a real tokenizer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.catalogue.datasets import open_dataset, open_items
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Item
from tests.e2e.harness import Recorder, open_harness

pytestmark = [pytest.mark.engine, pytest.mark.server]

SUBSETS = ("general_knowledge", "history", "loan_words", "rare_words", "standard_nomenclature")
"""Those of lm-evaluation-harness' group `haerae`."""
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<start_of_turn>{{ message.role }}\n{{ message.content }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
"""Like Gemma's; the base model's tokenizer has none."""


@pytest.fixture(scope="module")
def harness(checkpoint: Path) -> Iterator[SimpleNamespace]:
    """lm-evaluation-harness: its model over the checkpoint, and its task over the embedded sample."""
    settings = "haerae/_default_haerae_yaml"
    with open_harness(
        checkpoint, settings, "haerae_", lambda subset: {"test": rows(subset)}, dtype="bfloat16"
    ) as opened:
        opened.model.tokenizer.chat_template = CHAT_TEMPLATE
        yield opened


def rows(subset: str) -> list[dict[str, Any]]:
    return list(open_dataset("sample").rows(subset))


def items(subset: str) -> list[Item]:
    return open_items("sample").items(subset)


@pytest.mark.parametrize("chat", [False, True], ids=["text", "chat"])
@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("subset", SUBSETS)
def test_context_and_continuations_are_those_of_lm_evaluation_harness(
    harness: SimpleNamespace, subset: str, count: int, chat: bool
) -> None:
    model, task = harness.model, harness.task(subset)
    by_query = {item.query: item for item in items(subset)}
    task.sampler.set_rnd(1234)
    task.sampler.sample = Recorder(task.sampler.sample)
    documents = list(task.test_docs())
    assert len(documents) == len(by_query)
    for document in random.Random(0).sample(documents, 6):  # noqa: S311 - no secret
        template = {"apply_chat_template": chat, "chat_template": model.apply_chat_template if chat else None}
        context = task.fewshot_context(document, count, fewshot_as_multiturn=chat, **template)
        asked = task.construct_requests(document, context, **template, metadata=(subset, 0, 1))
        shots = [by_query[shot["query"]] for shot in task.sampler.sample.drawn] if count else []
        assert len(shots) == count
        expected = [model._encode_pair(*instance.arguments) for instance in asked]

        request = make_request(by_query[document["query"]], find_prompt("raw"), "loglikelihood", shots, chat=chat)
        encoder = RequestEncoder(model.tokenizer)
        tokens, continuations = encoder.cut(*encoder.wholes([request]))
        assert [(list(tokens), list(continuation)) for continuation in continuations] == expected
