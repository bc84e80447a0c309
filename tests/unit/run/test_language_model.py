from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends import BackendParameters
from pytest_haerae.backends.sampling import LogitBias
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.run.language_model import LanguageModel
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Capability, Message, Request, Response
from tests.unit.fakes import prepared, question


class Parameters(BackendParameters):
    """Three of them may be set for one call."""

    sampling: ClassVar[frozenset[str]] = frozenset({"temperature", "seed", "logit_bias"})
    temperature: float = 0.0
    seed: int = 7
    logit_bias: LogitBias = None
    chats: bool = False

    def takes_chats(self, kind: Capability) -> bool:
        return self.chats


class Mine(ScriptedBackend):
    parameters: ClassVar[type[BackendParameters]] = Parameters


class OnlyWrites(Mine):
    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})


def model(folder: Path, backend: type[Mine] = Mine, **options: Any) -> tuple[LanguageModel, list[Request]]:  # noqa: ANN401 - an option's value
    asked: list[Request] = []

    def ask(requests: Sequence[Request]) -> list[Response]:
        asked.extend(requests)
        return [
            Response(error="HTTP 500") if "실패" in request.context else Response(text=request.context)
            for request in requests
        ]

    return LanguageModel(prepared(folder, [question(0)], backend, **options).plan, ask), asked


def test_a_text_is_a_context_or_a_chat_as_the_model_is_reached(tmp_path: Path) -> None:
    plain, asked = model(tmp_path, system_prompt="짧게.")
    plain.generate("수도는?")
    assert asked == [Request("generate", "짧게.\n\n수도는?")]
    chat, asked = model(tmp_path, system_prompt="짧게.", model_params={"chats": True})
    chat.generate("수도는?", stop="\n")
    messages = (Message("system", "짧게."), Message("user", "수도는?"))
    assert asked == [Request("generate", "", messages=messages, stop=("\n",))]


def test_the_users_choice_of_a_chat_wins(tmp_path: Path) -> None:
    made, asked = model(tmp_path, model_params={"chats": True}, apply_chat_template=False)
    made.generate("수도는?")
    assert asked == [Request("generate", "수도는?")]


def test_messages_are_taken_as_they_are(tmp_path: Path) -> None:
    made, asked = model(tmp_path, system_prompt="짧게.")
    made.generate([{"role": "user", "content": "수도는?"}, Message("assistant", "서울")])
    assert asked == [Request("generate", "", messages=(Message("user", "수도는?"), Message("assistant", "서울")))]


def test_spaces_at_a_contexts_end_move_to_the_continuations(tmp_path: Path) -> None:
    made, asked = model(tmp_path)
    made.loglikelihood("수도는 ", ["서울", "부산"])
    assert asked == [Request("loglikelihood", "수도는", (" 서울", " 부산"))]


def test_many_prompts_are_asked_at_once_and_a_failure_is_raised(tmp_path: Path) -> None:
    made, asked = model(tmp_path)
    assert [answer.text for answer in made.generate_all(["가", "나"], temperature=0.5, repeat=2)] == ["가", "나"]
    assert asked == [Request("generate", text, sampling=(("temperature", 0.5),), repeat=2) for text in "가나"]
    with pytest.raises(BackendFailure, match=r"^HTTP 500$"):
        made.generate_all(["가", "실패"])


def test_a_repeat_is_drawn_with_a_seed_of_its_own() -> None:
    parameters = Parameters(seed=7)
    assert parameters.of_request(Request("generate", "x")) is parameters
    assert parameters.of_request(Request("generate", "x", repeat=2)) == Parameters(seed=9)
    own = Request("generate", "x", sampling=(("seed", 1), ("temperature", 2.0)), repeat=2)
    assert parameters.of_request(own) == Parameters(seed=3, temperature=2.0)


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("generate", ("",), "the prompt is empty"),
        ("generate", (5,), "a prompt is a text or a list of messages, not 5"),
        ("generate", ([],), "a prompt is a text or a list of messages"),
        ("generate", ([{"role": "user"}],), "a message is .*, not "),
        ("generate", ([{"role": "user", "content": "가", "images": []}],), "a role and a content, and no 'images'"),
        ("generate_all", ("가",), "prompts is a list of prompts"),
        ("loglikelihood", ("가", "나"), "continuations are a list of texts"),
        ("loglikelihood", ("가", 5), "continuations are a list of texts, not 5"),
        ("loglikelihood", ("가", []), "continuations are a list of texts"),
        ("loglikelihood", ("가", ["나", ""]), "continuations are a list of texts"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    tmp_path: Path, method: str, arguments: tuple[object, ...], words: str
) -> None:
    made, asked = model(tmp_path)
    with pytest.raises(UsageError, match=words):
        getattr(made, method)(*arguments)
    assert asked == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"top_k": 1}, "scripted has no top_k; huggingface, litellm, llamacpp, openai, vllm have it"),
        ({"logit_bias": 1}, "logit_bias: it is a table of token ids"),
        ({"temprature": 1}, "unknown sampling parameter 'temprature': did you mean 'temperature'"),
        ({"chats": True}, "unknown sampling parameter 'chats'"),
        ({"temperature": "hot"}, "temperature: Input should be a valid number"),
        ({"repeat": -1}, "repeat is a number from 0, not -1"),
        ({"repeat": True}, "repeat is a number from 0, not True"),
        ({"stop": [""]}, "stop is a text or several"),
        ({"stop": [3]}, "stop is a text or several"),
        ({"stop": None}, "stop is a text or several"),
    ],
)
def test_what_cannot_be_sampled_is_refused(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    made, asked = model(tmp_path)
    with pytest.raises(UsageError, match=words):
        made.generate("수도는?", **given)
    assert asked == []


def test_a_bias_is_one_question_however_it_is_written(tmp_path: Path) -> None:
    made, asked = model(tmp_path)
    for bias in ({"7": 1, 5: -100}, {5: -100, 7: 1.0}, [(7, 1), (5, -100)]):
        made.generate("수도는?", logit_bias=bias)
    assert {request.sampling for request in asked} == {(("logit_bias", ((5, -100.0), (7, 1.0))),)}


def test_what_a_backend_cannot_do_is_refused(tmp_path: Path) -> None:
    made, _ = model(tmp_path, OnlyWrites)
    with pytest.raises(UsageError, match="backend 'scripted' cannot loglikelihood"):
        made.loglikelihood("수도는", [" 서울"])


class Constraining(Mine):
    constrains: ClassVar[bool] = True


def test_a_text_can_be_kept_to_choices(tmp_path: Path) -> None:
    made, asked = model(tmp_path, Constraining)
    made.generate_all(["날씨는?", "기분은?"], choices=["좋음", "나쁨"])
    made.generate("날씨는?", choices=())
    kept = ("좋음", "나쁨")
    assert [request.choices for request in asked] == [kept, kept, ()]


@pytest.mark.parametrize("choices", ["AB", ["A", ""], [1, 2], None, {"A"}])
def test_choices_are_a_list_of_texts(tmp_path: Path, choices: Any) -> None:  # noqa: ANN401 - whatever was typed
    with pytest.raises(UsageError, match="haerae_model: choices are a list of texts, not "):
        model(tmp_path, Constraining)[0].generate("q", choices=choices)


def test_a_backend_that_cannot_keep_to_choices_is_not_asked_to(tmp_path: Path) -> None:
    made, asked = model(tmp_path)
    words = "haerae_model: choices: backend 'scripted' cannot keep its texts to choices; huggingface, "
    with pytest.raises(UsageError, match=words):
        made.generate("q", choices=["A", "B"])
    assert not asked
