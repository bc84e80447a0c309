"""The short way to a local server: what the `openai` client sends, sent by aiohttp alone.

To build, check and wrap a request takes the client most of a millisecond of processor time. So it asks first, and where
nothing about that request is its own affair (a proxy, TLS, a cookie, a redirect, a packed answer), the next ones to the
same endpoint repeat its address and headers with other bodies. Only an answer that plainly is one is read here. All
else, a refusal, a broken connection, a page, is handed to the client as if it had come to it: errors have one source.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import getproxies

from pytest_haerae.backends.api.door import read_bounded

if TYPE_CHECKING:
    import aiohttp
    import openai
    import yarl

_CONNECTIONS, _KEPT_SECONDS = 1000, 5.0
"""The client's own: connections at most, and how long one is kept that nobody uses."""
_AS_THE_CLIENT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_OK, _REDIRECTS = 200, range(300, 400)


class _Arrived(NamedTuple):
    """An answer that is whole."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    is_json: bool
    """It is called so, and not packed."""


class _Shortcut(NamedTuple):
    """An endpoint, and a session with the client's headers."""

    url: yarl.URL
    session: aiohttp.ClientSession


_ARRIVED: ContextVar[_Arrived | Exception] = ContextVar("arrived")
"""What came, for the client that is told of it in the same task."""


class Direct:
    """Posts bodies as a client does, without it where that is the same; within one event loop.

    Args:
        client: Knows addresses, keys and providers, and makes every error.
    """

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        import openai

        self._client = client
        # `httpx`, or its successor: what the client's version stands on.
        self._library: Any = sys.modules[type(client.base_url).__module__.partition(".")[0]]
        told = openai.DefaultAsyncHttpxClient(transport=self._library.MockTransport(self._told_of))
        self._telling = client.copy(http_client=told)
        self._shortcuts: dict[str, _Shortcut | None] = {}
        self._sessions: list[aiohttp.ClientSession] = []

    async def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """The JSON of an answer; its text where the server does not call it JSON.

        Raises:
            Exception: What the client raises.
        """
        shortcut = self._shortcuts.get(path)
        content = _packed(body) if shortcut else None
        arrived = await self._ask(path, shortcut, content) if shortcut and content is not None else None
        if arrived is None:
            response = await self._client.post(path, cast_to=self._library.Response, body=body)
            if path not in self._shortcuts and self._is_plain(response, body):
                self._shortcuts[path] = self._shortcut(response.request)
            return _read(response)
        if isinstance(arrived, _Arrived) and (answer := _plainly_read(arrived)) is not None:
            return answer
        token = _ARRIVED.set(arrived)
        try:
            return _read(await self._telling.post(path, cast_to=self._library.Response, body=body))
        finally:
            _ARRIVED.reset(token)

    async def close(self) -> None:
        """Close the connections; the client is another's to close."""
        for session in self._sessions:
            await session.close()
        await self._telling.close()

    async def _ask(self, path: str, shortcut: _Shortcut, content: bytes) -> _Arrived | Exception | None:
        """What comes of a body; None where the client has to ask, now and from now on."""
        try:
            async with shortcut.session.post(shortcut.url, data=content, allow_redirects=False) as answer:
                if answer.status in _REDIRECTS or "set-cookie" in answer.headers:
                    self._shortcuts[path] = None
                if answer.status in _REDIRECTS:
                    return None
                packed = answer.headers.get("content-encoding", "")
                body = await read_bounded(answer.content.iter_any(), packed)
                is_json = not packed and _is_called_json(answer.headers)
                return _Arrived(answer.status, answer.raw_headers, body, is_json)
        except Exception as error:
            return error

    def _told_of(self, request: Any) -> Any:  # noqa: ANN401 - of one of two libraries
        """What arrived, as the client's transport gives it."""
        import aiohttp

        arrived = _ARRIVED.get()
        if isinstance(arrived, _Arrived):
            return self._library.Response(arrived.status, headers=list(arrived.headers), content=arrived.body)
        if isinstance(arrived, aiohttp.ClientConnectionError):
            raise self._library.ConnectTimeout(str(arrived)) from arrived
        if isinstance(arrived, aiohttp.ClientPayloadError):
            raise self._library.ReadError(str(arrived)) from arrived
        raise arrived

    def _is_plain(self, response: Any, body: dict[str, Any]) -> bool:  # noqa: ANN401 - of one of two libraries
        """Whether the next request may be this one with another body."""
        request = response.request
        special = {"set-cookie", "content-encoding"} & set(response.headers) or "cookie" in request.headers
        listened = any(
            logging.getLogger(each).isEnabledFor(logging.INFO) for each in (self._library.__name__, "openai")
        )
        return (
            response.status_code == _OK
            and request.url.scheme == "http"
            and request.content == _packed(body)
            and not (special or listened or response.history or _proxied(request.url.host))
        )

    def _shortcut(self, request: Any) -> _Shortcut:  # noqa: ANN401 - of one of two libraries
        import aiohttp
        import yarl

        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEPT_SECONDS),
            headers=[(name, value) for name, value in request.headers.multi_items() if name != "content-length"],
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            # The time of the whole answer is limited by who asks, and nothing here may take longer.
            timeout=aiohttp.ClientTimeout(total=None),
        )
        self._sessions.append(session)
        return _Shortcut(yarl.URL(str(request.url)), session)


def _packed(body: dict[str, Any]) -> bytes | None:
    """A body as the client sends it; None where it is left to the client to say what is wrong with it."""
    try:
        return _AS_THE_CLIENT.encode(body).encode()
    except (TypeError, ValueError, RecursionError):
        return None


def _plainly_read(arrived: _Arrived) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of an answer that needs nobody to unpack it or to say what is wrong with it; None for others."""
    try:
        return json.loads(arrived.body) if arrived.status == _OK and arrived.is_json else None
    except (ValueError, RecursionError):
        return None


def _read(response: Any) -> Any:  # noqa: ANN401 - of one of two libraries, any JSON
    """The JSON of the client's answer; its text where the server does not call it JSON."""
    return response.json() if _is_called_json(response.headers) else response.text


def _is_called_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "*").partition(";")[0].endswith("json")


def _proxied(host: str) -> bool:
    """Whether requests to a host may take a proxy; only what all libraries read alike says that they do not."""
    proxies = getproxies()
    if not {"http", "all"} & set(proxies):
        return False
    return host.lower() not in {each.strip().lower() for each in proxies.get("no", "").split(",")}
