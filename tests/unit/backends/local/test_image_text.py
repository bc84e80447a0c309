"""A model of a few kilobytes that reads images, made on the spot; needs Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.images import Image, image_of
from pytest_haerae.types import Message, Request, Response
from tests.unit.backends.local.tiny import save_tiny
from tests.unit.pictures import PNG, png

pytest.importorskip("PIL")
RED, BLUE = (image_of("x.png", content, content) for content in (png((255, 0, 0), 32), png((0, 0, 255), 32)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Imported here, as what it imports needs Pillow.
    from tests.unit.backends.local.tiny_llava import save_tiny_llava

    return save_tiny_llava(tmp_path_factory.mktemp("llava"))


def backend(folder: Path, **more: Any) -> HuggingFaceBackend:  # noqa: ANN401 - any parameter
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", "max_tokens": 12, **more}
    return HuggingFaceBackend(HuggingFaceParameters.model_validate({"images": True, **values}))


def asked(*images: Image, text: str = "무엇이 보입니까?", **more: Any) -> Request:  # noqa: ANN401 - any field
    return Request("generate", "", messages=(Message("user", text, tuple(images)),), **more)


def answers(model: HuggingFaceBackend, *requests: Request) -> list[Response]:
    found = dict(model.run(requests))
    return [found[index] for index in range(len(requests))]


def test_what_it_answers_depends_on_the_image_that_is_its_questions(folder: Path) -> None:
    model = backend(folder)
    requests = [asked(RED), asked(BLUE), asked(), asked(RED, BLUE), asked(BLUE, RED), asked(RED)]
    found = answers(model, *requests)
    assert not [each.error for each in found if each.error]
    assert found[0] == found[5]
    assert len({each.text for each in found}) == 5
    tokens = [each.prompt_tokens or 0 for each in found]
    # An image takes as many tokens as it has patches.
    assert (tokens[0] - tokens[2], tokens[3] - tokens[2]) == (16, 32)


def test_the_same_as_transformers_by_itself(folder: Path) -> None:
    import torch
    from PIL.Image import new
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor, model = AutoProcessor.from_pretrained(folder), AutoModelForImageTextToText.from_pretrained(folder)
    inputs = processor(
        text=["<s>user: <image>무엇이 보입니까?assistant:"],
        images=[new("RGB", (32, 32), (255, 0, 0))],
        add_special_tokens=False,
        return_tensors="pt",
    )
    with torch.inference_mode():
        output = model.generate(**inputs, max_new_tokens=12, do_sample=False, pad_token_id=0)
    expected = processor.tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    (response,) = answers(backend(folder), asked(RED))
    assert response.text == expected


def test_it_can_be_kept_to_letters(folder: Path) -> None:
    found = answers(backend(folder), *(asked(image, choices=("A", "B")) for image in (RED, BLUE)))
    assert {each.text for each in found} <= {"A", "B"}


def test_what_is_drawn_depends_on_seed_and_image(folder: Path) -> None:
    hot = backend(folder, temperature=1.0, seed=3)
    first, again, repeat = answers(hot, asked(RED), asked(RED), asked(RED, repeat=1))
    assert first.text == again.text != repeat.text


def test_an_image_that_cannot_be_decoded_is_the_error_of_its_question(folder: Path) -> None:
    broken = image_of("x.png", PNG[:20], PNG[:20])
    found = answers(backend(folder), asked(RED), asked(broken), asked(BLUE))
    assert [bool(each.error) for each in found] == [False, True, False]


def test_log_likelihoods_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="leave --model-params images=true out: it scores texts alone"):
        next(backend(folder).run([Request("loglikelihood", "q", (" A",))]))


def test_a_model_of_texts_alone_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="huggingface"):
        backend(save_tiny(tmp_path))


def test_reasoning_is_not_set_beside() -> None:
    with pytest.raises(ValueError, match="reasoning cannot be set of a model that reads images"):
        HuggingFaceParameters.model_validate({"images": True, "reasoning": "low"})
