from __future__ import annotations

import base64

from pytest_haerae.backends.api.bodies import estimated_tokens
from pytest_haerae.backends.chats import chat_of, text_in
from pytest_haerae.images import image_of
from pytest_haerae.types import Message
from tests.unit.pictures import JPEG, PNG


def test_a_message_without_images_is_a_text() -> None:
    messages = (Message("system", "짧게"), Message("user", "질문"))
    assert chat_of(messages) == [{"role": "system", "content": "짧게"}, {"role": "user", "content": "질문"}]
    assert chat_of(None) == []


def test_the_images_stand_before_the_text() -> None:
    images = tuple(image_of("x", content, content) for content in (PNG, JPEG))
    ((first, second, text),) = [message["content"] for message in chat_of([Message("user", "질문", images)])]
    assert first == {
        "type": "image_url",
        "image_url": {"url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"},
    }
    assert second["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert text == {"type": "text", "text": "질문"}
    assert text_in([first, second, text]) == text_in("질문") == "질문"


def test_a_limit_of_tokens_counts_images_and_not_their_characters() -> None:
    large = image_of("x", PNG.ljust(1 << 20, b"\0"), PNG.ljust(1 << 20, b"\0"))
    with_image, without = (
        estimated_tokens({"messages": chat_of([Message("user", "질문", images)])}) for images in ((large,), ())
    )
    assert 500 < with_image - without < 5000
