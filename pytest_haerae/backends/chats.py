"""Chats as chat APIs take them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_haerae.types import Message


def chat_of(messages: Iterable[Message] | None) -> list[dict[str, Any]]:
    """The messages as JSON: a message with images has a list of parts, the images before the text.

    Raises:
        HaeraeError: An image's file is gone or was changed.
    """
    return [{"role": each.role, "content": _content(each)} for each in messages or ()]


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.content
    images = [{"type": "image_url", "image_url": {"url": image.url()}} for image in message.images]
    return [*images, {"type": "text", "text": message.content}]


def text_in(content: str | list[dict[str, Any]]) -> str:
    """The text of a message's content."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
