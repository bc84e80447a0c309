"""Images of a few bytes."""

from __future__ import annotations

import struct
import zlib


def png(colour: tuple[int, int, int] = (200, 30, 30), size: int = 8) -> bytes:
    """A real PNG of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = (b"\0" + bytes(colour) * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PNG = png()
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
GIF = b"GIF89a\x01\0\x01\0\0\0\0;"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L"
