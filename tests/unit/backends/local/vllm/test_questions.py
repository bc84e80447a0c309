from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.encoding import Part
from pytest_haerae.backends.local.trie import Sums, build_trie
from pytest_haerae.backends.local.vllm.forcing import PATH
from pytest_haerae.backends.local.vllm.questions import by_prompts, by_token_ids, score
from tests.unit.backends.local.vllm.stepped import SteppedEngine
from tests.unit.backends.small_model import VOCABULARY, distribution

OPTIONS = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=6), min_size=1, max_size=6)
CONTEXTS = st.lists(st.integers(0, len(VOCABULARY) - 1), min_size=1, max_size=4)


@pytest.fixture(autouse=True, scope="module")
def vllm() -> Any:  # noqa: ANN401 - a generator
    module: Any = ModuleType("vllm")
    module.SamplingParams = SimpleNamespace
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "vllm", module)
        yield


def listed(prompt: Sequence[int], tokens: Sequence[int]) -> dict[int, Any]:
    values = distribution(prompt)
    return {token: SimpleNamespace(logprob=values[token]) for token in tokens}


def answer(prompt: list[int], settings: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's settings
    if not hasattr(settings, "logprob_token_ids"):
        return {"prompt_logprobs": [None, *(listed(prompt[:at], [prompt[at]]) for at in range(1, len(prompt)))]}
    generated = [*getattr(settings, "extra_args", {}).get(PATH, []), 0]
    assert len(generated) == settings.max_tokens
    values = [listed(prompt + generated[:at], settings.logprob_token_ids) for at in range(len(generated))]
    return {"outputs": [SimpleNamespace(token_ids=generated, logprobs=values)]}


def scored(parts: list[Part], way: Any, most: int = 4) -> dict[int, Sums | None]:  # noqa: ANN401 - a callable
    engine = SteppedEngine(answer, steps=lambda prompt: 1 + sum(prompt) % 3)
    return {part.index: sums for _, part, sums in score(engine, ((None, part) for part in parts), way, most)}


@given(st.lists(st.tuples(CONTEXTS, OPTIONS), max_size=6), st.integers(1, 7), st.integers(1, 9))
def test_paths_nodes_and_full_sequences_give_the_same_sums(
    items: list[tuple[list[int], list[list[int]]]], longest: int, most: int
) -> None:
    parts = [
        Part(number, tuple(range(len(options))), tuple(context), build_trie(options))
        for number, (context, options) in enumerate(items)
    ]
    by_path = scored(parts, partial(by_token_ids, longest=longest), most)
    assert sorted(by_path) == list(range(len(items)))
    for way in (partial(by_token_ids, longest=1), by_prompts):
        assert scored(parts, way) == {number: pytest.approx(sums, abs=1e-12) for number, sums in by_path.items()}
    for number, (context, options) in enumerate(items):
        sums = [math.fsum(distribution(context + o[:at])[o[at]] for at in range(len(o))) for o in options]
        assert by_path[number] == pytest.approx(sums, abs=1e-12)


@pytest.mark.parametrize(
    ("spoil", "path", "node"),
    [
        (lambda completion: completion.logprobs.pop(0), None, "the backend gave no log-probability for token 1"),
        (lambda completion: completion.logprobs[0].pop(1), *["the backend gave no log-probability for token 1"] * 2),
        (lambda completion: completion.token_ids.insert(0, 0), None, (distribution([1])[1],)),
    ],
    ids=["a position is missing", "a token is missing", "it went elsewhere"],
)
def test_an_answer_that_is_not_to_be_read_is_no_number(
    spoil: Callable[[Any], object], path: Sums | None, node: Sums | None
) -> None:
    def spoiled(prompt: list[int], settings: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's settings
        whole = answer(prompt, settings)
        spoil(whole["outputs"][0])
        return whole

    for option, expected in (([1, 2, 3], path), ([1], node)):
        part = Part(0, (0,), (1,), build_trie([option]))
        ((owner, _, sums),) = score(SteppedEngine(spoiled), [("mine", part)], partial(by_token_ids, longest=9), 9)
        assert (owner, sums) == ("mine", expected)
