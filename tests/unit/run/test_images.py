from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.images import Image
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.questions import Questions
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import DataKey, Request, Selected
from tests.unit.fakes import prepared, question
from tests.unit.pictures import JPEG, PNG, png


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(png((number, 0, 0)))
    return tmp_path


def asked(folder: Path, **options: Any) -> list[Request]:  # noqa: ANN401 - an option's value
    rows = [question(7, image=f"{number}.png") for number in range(4)]
    evaluation = prepared(folder, rows, **options)
    data = DataKey(str(folder / "questions.jsonl"))
    selection = [Selected(item, item.id, data) for item in evaluation.source.items(data, "questions")]
    evaluation._checked(selection, None, by_hand=False)
    return list(Questions(evaluation.plan, evaluation.source).requests(selection))


def images(request: Request) -> list[list[bytes | None]]:
    return [[image.content() for image in message.images] for message in request.messages or ()]


def test_each_question_has_its_images_and_so_have_the_examples(folder: Path) -> None:
    requests = asked(folder, apply_chat_template=True, num_few_shot=2, system_prompt="짧게")
    for number, request in enumerate(requests):
        system, first, answer, second, other, own = images(request)
        assert system == answer == other == []
        assert own == [png((number, 0, 0))]
        examples = [first, second]
        assert own not in examples
        assert examples[0] != examples[1]


def test_the_key_is_that_of_the_content_whatever_the_file_is_called(folder: Path) -> None:
    keys = [response_key("x", request) for request in asked(folder, apply_chat_template=True)]
    assert len(set(keys)) == 4
    for number in range(4):
        (folder / f"{number}.png").write_bytes(png((3 - number, 0, 0)))
    assert [response_key("x", request) for request in asked(folder, apply_chat_template=True)] == keys[::-1]
    assert JPEG != PNG


class Reads(ScriptedBackend):
    takes_images: ClassVar[bool] = True

    @classmethod
    def images_problem(cls, parameters: Any, images: Iterable[Image]) -> str | None:  # noqa: ANN401
        return f"of which {len(list(images))} are too many"


def test_a_backend_may_refuse_the_images_themselves(folder: Path) -> None:
    with pytest.raises(
        UsageError, match=r"questions-0000 is the first\), of which 4 are too many \(--model=scripted\)"
    ):
        asked(folder, backend=Reads)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "which stand in a chat's messages alone; add --apply-chat-template"),
        ({"apply_chat_template": True, "method": "log_likelihood"}, "--method=log_likelihood scores texts alone"),
        (
            {"backend": ScriptedBackend},
            "and backend 'scripted' takes none; function, huggingface, litellm, openai, random, vllm do",
        ),
    ],
)
def test_what_would_be_asked_without_its_images_is_refused(folder: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as error:
        asked(folder, **options)
    assert str(error.value).startswith("questions: its items have images (questions-0000 is the first), ")
    assert words in str(error.value)
