"""Chats with images, and the guards before them; the real engine is in tests/e2e/test_vllm_images.py."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm.asking import Refusal
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.local.vllm.pictured import (
    check_reads_images,
    end_of_prompt,
    enqueue_chats,
    has_images,
    images_problem,
    most_in_flight,
)
from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.images import Image, image_of
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.vllm.stepped import SteppedEngine
from tests.unit.pictures import JPEG, PNG

PICTURE = image_of("one.png", PNG, PNG)
PICTURED = Request("generate", "", messages=(Message("user", "무슨 색?", images=(PICTURE,)),))
PLAIN = Request("generate", "", messages=(Message("user", "무슨 색?"),))


def engine() -> SteppedEngine:
    return SteppedEngine(lambda prompt, settings: {"outputs": [prompt]})


def test_the_images_of_any_message_count() -> None:
    later = Request("generate", "", messages=(*(PLAIN.messages or ()), *(PICTURED.messages or ())))
    assert [has_images(each) for each in (PICTURED, later, PLAIN, Request("generate", "글"))] == [
        True,
        True,
        False,
        False,
    ]
    assert (most_in_flight(PICTURED, 256), most_in_flight(PICTURED, 8), most_in_flight(PLAIN, 256)) == (64, 8, 256)


def test_the_engine_renders_a_chat_with_its_images_before_its_text() -> None:
    started = engine()
    fresh = [((7, 8), "a"), (PICTURED, "b")]
    names = enqueue_chats({"enable_thinking": False})(started, fresh)
    assert names == ["0-0a1b2c3d", "1-0a1b2c3d"]
    ((chat, rendering),) = started.chats
    assert [part["type"] for part in chat[0]["content"]] == ["image_url", "text"]
    assert chat[0]["content"][0]["image_url"]["url"] == PICTURE.url()
    assert rendering == {"chat_template_kwargs": {"enable_thinking": False}}
    assert started.asked == [[7, 8], [2, 2]]


def test_prompts_of_tokens_alone_go_in_together() -> None:
    started = engine()
    calls: list[int] = []
    enqueue = started.enqueue

    def counted(prompts: Sequence[dict[str, Any]], settings: Sequence[Any], use_tqdm: bool) -> list[str]:
        calls.append(len(prompts))
        return enqueue(prompts, settings, use_tqdm)

    started.enqueue = counted  # type: ignore[method-assign]
    enqueue_chats({})(started, [((1,), "a"), ((2,), "b")])
    assert calls == [2]


def test_a_chat_that_the_engine_refuses_is_an_error_of_its_own() -> None:
    long = Request("generate", "", messages=(Message("user", "?!", images=(PICTURE,)),))
    names = enqueue_chats({})(engine(), [(PICTURED, "a"), (long, "b"), (PICTURED, "c")])
    assert [isinstance(name, Refusal) for name in names] == [False, True, False]
    assert names[1] == Refusal("ValueError: The decoder prompt is longer than the model's window")


def test_an_image_that_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    gone = Request("generate", "", messages=(Message("user", "?", images=(image_of("a.png", PNG, path),)),))
    path.write_bytes(JPEG)
    with pytest.raises(HaeraeError, match=r"image a\.png was changed"):
        enqueue_chats({})(engine(), [(gone, None)])


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ((), "reads texts alone: it has no preprocessor_config.json"),
        (("preprocessor_config.json",), None),
        (("processor_config.json",), None),
        (("params.json",), None),
    ],
)
def test_a_folder_tells_whether_its_model_reads_images(
    tmp_path: Path, files: tuple[str, ...], problem: str | None
) -> None:
    for name in ("config.json", *files):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    parameters = VllmParameters(model_name_or_path=str(tmp_path))
    found = VllmBackend.images_problem(parameters, [PICTURE])
    assert found == (None if problem is None else f"and {tmp_path} {problem}")


def test_of_the_hub_the_engine_tells_and_no_address_is_fetched() -> None:
    parameters = VllmParameters(model_name_or_path="org/model")
    assert images_problem(parameters, [PICTURE]) is None
    far = Image("https://example.org/a.png", "0", "", 0, "https://example.org/a.png")
    assert images_problem(parameters, [PICTURE, far]) == (
        "of which one is at an address (https://example.org/a.png), and only an API fetches it"
    )


def test_an_engine_whose_model_reads_texts_alone_is_refused() -> None:
    def started(*, reads: bool) -> Any:  # noqa: ANN401 - an engine
        return SimpleNamespace(llm_engine=SimpleNamespace(model_config=SimpleNamespace(is_multimodal_model=reads)))

    check_reads_images(started(reads=True), "org/model")
    with pytest.raises(UsageError, match="vllm: org/model reads texts alone, and there are items with images"):
        check_reads_images(started(reads=False), "org/model")


def test_the_end_of_a_prompt_is_what_the_engine_made_of_it() -> None:
    tokenizer = SimpleNamespace(decode=lambda tokens: " ".join(map(str, tokens)))
    read = end_of_prompt(
        SimpleNamespace(get_tokenizer=lambda: tokenizer), SimpleNamespace(prompt_token_ids=list(range(100)))
    )
    assert read.split() == [str(number) for number in range(36, 100)]
