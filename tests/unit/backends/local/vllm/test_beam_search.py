from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm import backend as vllm
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.images import Image
from pytest_haerae.types import Message, Request, Response

END, OTHER_END = 1, 2
PICTURED = Message("user", "무엇?", (Image("a.png", "0" * 64, "image/png", 1, b"x"),))


class Tokenizer:
    """A token a character, and two that end a text."""

    bos_token = eos_token = "<none>"  # noqa: S105 - no password
    bos_token_id, eos_token_id = 0, END

    def __call__(self, texts: Sequence[str], add_special_tokens: bool = True) -> dict[str, Any]:
        return {"input_ids": [list(map(ord, text)) for text in texts]}

    def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        return "".join(map(chr, tokens))


class Engine:
    """What a search finds, by the last character of a prompt.

    Attributes:
        asked: The prompts of each call, and its settings.
    """

    def __init__(self, found: dict[str, tuple[list[int], str | None]]) -> None:
        self.found = found
        self.asked: list[tuple[list[str], Any]] = []
        self.llm_engine = SimpleNamespace(
            model_config=SimpleNamespace(
                max_model_len=20,
                is_multimodal_model=True,
                try_get_generation_config=lambda: {"eos_token_id": [END, OTHER_END]},
            )
        )

    def get_tokenizer(self) -> Tokenizer:
        return Tokenizer()

    def beam_search(self, prompts: Sequence[dict[str, list[int]]], settings: Any) -> list[Any]:  # noqa: ANN401
        texts = ["".join(map(chr, prompt["prompt_token_ids"])) for prompt in prompts]
        self.asked.append((texts, settings))
        outputs = []
        for text in texts:
            tokens, reason = self.found[text[-1]]
            best = SimpleNamespace(tokens=[*map(ord, text), *tokens], finish_reason=reason)
            outputs.append(SimpleNamespace(sequences=[best, SimpleNamespace(tokens=[], finish_reason=None)]))
        return outputs


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    package, params = ModuleType("vllm"), ModuleType("vllm.sampling_params")
    package.SamplingParams = object  # type: ignore[attr-defined] # a module that is made
    params.BeamSearchParams = lambda **settings: settings  # type: ignore[attr-defined] # as above
    monkeypatch.setitem(sys.modules, "vllm", package)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", params)
    text = list(map(ord, "답: A"))
    started = Engine(
        {"a": (text, None), "b": ([*text, END], None), "c": ([*text, OTHER_END, 65], None), "d": (text, "stop")}
    )
    monkeypatch.setattr(vllm, "start_engine", lambda parameters: started)
    return started


def answers(requests: Sequence[Request], **more: Any) -> dict[int, Response]:  # noqa: ANN401 - any parameter
    parameters = VllmParameters.model_validate({"num_beams": 4, "max_tokens": 8, "max_num_seqs": 8, **more})
    return dict(VllmBackend(parameters).run(requests))


def test_the_best_text_is_taken_and_ends_where_the_model_ends_it(engine: Engine) -> None:
    found = answers([Request("generate", f"질문 {letter}") for letter in "abcd"])
    assert [(each.text, each.finish_reason, each.completion_tokens) for each in found.values()] == [
        ("답: A", "length", 4),
        *[("답: A", "stop", 4)] * 3,
    ]
    assert [each.prompt_tokens for each in found.values()] == [4] * 4
    # Eight places are those of two searches of four beginnings.
    assert [texts for texts, _ in engine.asked] == [["질문 a", "질문 b"], ["질문 c", "질문 d"]]
    assert engine.asked[0][1] == {"beam_width": 4, "max_tokens": 8, "temperature": 0.0}


def test_a_stop_text_cuts_and_a_long_prompt_loses_its_beginning(engine: Engine) -> None:
    (found,) = answers([Request("generate", "가" * 20 + "a", stop=(" A",))]).values()
    assert (found.text, found.finish_reason, found.truncated, found.prompt_tokens) == ("답:", "stop", True, 12)
    assert engine.asked[0][0] == ["가" * 11 + "a"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"choices": ("A", "B")}, "knows no constrain=letters; leave either out"),
        ({"log_probability": True}, "knows no rank=log_probability; leave either out"),
        ({"messages": (PICTURED,)}, "knows no chats of models that read images; leave either out"),
    ],
)
def test_what_the_search_would_leave_out_is_refused(engine: Engine, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=f"--model-params of vllm: num_beams=4: vllm's beam search {words}"):
        answers([Request("generate", "질문 a", **changes)])
    assert not engine.asked


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"num_beams": 2, "repetition_penalty": 1.1, "top_k": 3},
            "knows no repetition_penalty, top_k; leave num_beams",
        ),
        ({"num_beams": 65}, "num_beams=65: vllm's beam search follows at most 64 beginnings here"),
    ],
)
def test_what_no_search_can_do_is_refused_before_the_engine_starts(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        VllmParameters.model_validate(given)
    assert VllmParameters.model_validate({"num_beams": 64}).beams == 64
    assert VllmParameters.model_validate({"num_beams": 1, "top_k": 3}).beams == 1
