"""What comes in from a server is bounded and looked at before a client reads it; keys go to no other host."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import AsyncIterable, Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from pytest_haerae.backends.api.failures import MalformedAnswer, NotAnApi, Unusable, WrongShape
from pytest_haerae.backends.api.reach import PORTS

LONGEST_BODY = 64 * 2**20
"""Bytes of an answer, as sent and decompressed. The longest honest one lists a vocabulary of 262,144 tokens: 24 MB."""
ACCEPTED = {"Accept-Encoding": "gzip"}
"""The header that asks for what can be decompressed within limits."""
_PIECE = 2**20
_SHOWN = 80

Look = Callable[[bytes], object]
"""Looks at the body of an answer, and raises what is wrong with it."""


def hooks(
    look: Look | None = None, longest: Callable[[], int] = lambda: LONGEST_BODY
) -> dict[str, list[Callable[..., Any]]]:
    """Event hooks for a client of `httpx`, or of its successor, that read each answer within limits.

    Args:
        look: Looks at what came with a status below 300.
        longest: How many bytes a body may have at this moment.
    """

    async def answered(response: Any) -> None:  # noqa: ANN401 - of one of two libraries
        _refuse_other_host(str(response.request.url), response.headers.get("location"), response.status_code)
        stream = response.stream
        body = await read_bounded(stream, response.headers.get("content-encoding", ""), longest())
        await stream.aclose()
        library = sys.modules[type(response).__module__.partition(".")[0]]
        response.stream = library.ByteStream(body)
        if look is not None and response.status_code < 300:  # noqa: PLR2004 - HTTP's successes
            look(await response.aread())

    return {"response": [answered]}


def parsed(body: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of a body.

    Raises:
        NotAnApi: It is a page, a stream of events, or some other text.
        MalformedAnswer: It begins as JSON does, and breaks off.
        WrongShape: It is JSON that no program reads: nested without end, a number of thousands of digits.
    """
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    begin = " ".join(text[:400].split())
    if begin[:1] in ("{", "["):
        return _loaded(text)
    kind = "an empty body" if not begin else "a text"
    if begin.startswith("<"):
        kind = "a page of HTML"
    elif begin.startswith(("data:", "event:", ":")):
        kind = "a stream of events"
    raise NotAnApi(f"the server's answer is no JSON but {kind}: {begin[:_SHOWN]}")


def _loaded(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise MalformedAnswer(f"the server's answer is no JSON: {error}") from None
    except (RecursionError, ValueError) as error:
        raise WrongShape(f"the server's answer cannot be read: {error}") from None


def _refuse_other_host(asked: str, location: str | None, status: int) -> None:
    """A key belongs to the host that it was given for; clients take only some headers off before they follow."""
    if location is None or not 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirects
        return
    here, there = urlsplit(asked), urlsplit(urljoin(asked, location))
    upgraded = (here.scheme, there.scheme) == ("http", "https") and here.port in (None, 80) and not there.port
    same = (here.scheme, here.port or PORTS.get(here.scheme)) == (there.scheme, there.port or PORTS.get(there.scheme))
    if here.hostname != there.hostname or not (same or upgraded):
        host = f"{there.scheme}://{there.hostname}{f':{there.port}' if there.port else ''}"
        raise Unusable(f"the server redirects to another host, {host}; keys are not sent on (name it in api_base)")


async def read_bounded(stream: AsyncIterable[bytes], encoding: str, longest: int = LONGEST_BODY) -> bytes:
    """The bytes of a body as they were sent, as long as neither they nor what they unpack to are too many.

    Raises:
        Unusable: They are, or they are packed in a way that was not asked for.
    """
    packed = encoding.strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise Unusable(f"the server's answer is packed as {packed[:_SHOWN]}, which was not asked for")
    unpacker = zlib.decompressobj(wbits=31) if "gzip" in packed else None
    pieces: list[bytes] = []
    sent = unpacked = 0
    async for piece in stream:
        sent += len(piece)
        if unpacker is not None:
            unpacked += _unpacked_size(unpacker, piece, longest - unpacked)
        if max(sent, unpacked) > longest:
            raise Unusable(f"the server's answer is longer than {longest / 2**20:g} MB")
        pieces.append(piece)
    return b"".join(pieces)


def _unpacked_size(unpacker: Any, piece: bytes, allowed: int) -> int:  # noqa: ANN401 - zlib names no class
    """Bytes that a piece unpacks to, counted in steps until they are more than is allowed."""
    size = 0
    while piece and size <= allowed and not unpacker.eof:
        try:
            size += len(unpacker.decompress(piece, _PIECE))
        except zlib.error as error:
            raise NotAnApi(f"the server's answer is no gzip: {error}") from None
        piece = unpacker.unconsumed_tail
    return size
