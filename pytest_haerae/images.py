"""Images that belong to a question: known by their content, and read when they are sent."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from pytest_haerae.errors import HaeraeError

LARGEST = 20 << 20
"""Bytes of one image: what providers take, at most."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image of an item; two of the same content are equal, whatever they are called.

    Attributes:
        name: What people know it by: its file's name, or the address that it is at.
        digest: SHA-256 of its content in hexadecimal; of its address, where that is all that is known.
        kind: Its media type, such as ``image/png``; empty for an address.
        size: Its bytes; 0 for an address.
        source: The file, the content itself, or the address, which is passed on to who fetches it.
    """

    name: str = field(compare=False)
    digest: str
    kind: str = field(compare=False)
    size: int = field(compare=False)
    source: Path | bytes | str = field(compare=False)

    def content(self) -> bytes | None:
        """The bytes, as they were when the item was read; None of an address.

        Raises:
            HaeraeError: The file is gone or was changed meanwhile.
        """
        if isinstance(self.source, str):
            return None
        if isinstance(self.source, bytes):
            return self.source
        try:
            content = self.source.read_bytes()
        except OSError as error:
            raise HaeraeError(f"image {self.name} cannot be read any more: {error.strerror}") from None
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise HaeraeError(f"image {self.name} was changed since its item was read")
        return content

    def url(self) -> str:
        """Its address, or a ``data:`` URL with its bytes.

        Raises:
            HaeraeError: As `content`.
        """
        content = self.content()
        if content is None:
            return str(self.source)
        return f"data:{self.kind};base64,{base64.b64encode(content).decode()}"


def image_of(name: str, content: bytes, source: Path | bytes) -> Image:
    """An image by its bytes.

    Args:
        name: What people know it by.
        content: Its bytes.
        source: Where they are had when it is sent.

    Raises:
        ValueError: They are none of an image that models take; the message says what is wrong.
    """
    if len(content) > LARGEST:
        raise ValueError(
            f"has {len(content) / (1 << 20):.1f} MiB, and {LARGEST >> 20} MiB is the most; make it smaller"
        )
    kind = _kind(content)
    if kind is None:
        raise ValueError("is no PNG, JPEG, GIF or WebP image by its first bytes")
    return Image(name, hashlib.sha256(content).hexdigest(), kind, len(content), source)


def _kind(content: bytes) -> str | None:
    """The media type by the first bytes, whatever a file is called."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
