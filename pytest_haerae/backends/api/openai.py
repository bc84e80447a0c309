"""Any OpenAI-compatible endpoint, through the `openai` client (versions 2 and 3)."""

from __future__ import annotations

import base64
import json
import os
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit, urlunsplit

from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.batches import ApiBatches
from pytest_haerae.backends.api.direct import Direct
from pytest_haerae.backends.api.door import ACCEPTED, hooks, parsed
from pytest_haerae.backends.api.openai_batches import LONGEST_FILE, OpenAIBatchCalls
from pytest_haerae.backends.api.parameters import ApiParameters, address_problem, header_problem
from pytest_haerae.backends.api.reach import refuse_unreachable
from pytest_haerae.backends.api.reasoning import fields
from pytest_haerae.backends.api.scoring import Endpoint
from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.errors import UsageError

_PATHS: dict[Endpoint, str] = {"chat": "/chat/completions", "completions": "/completions", "tokenize": "/tokenize"}


class OpenAIBackend(ApiBackend):
    """Any server that speaks OpenAI's protocol.

    Chat completions, or `/v1/completions` with ``endpoint=completions``; scoring asks for what the server has.
    """

    libraries: ClassVar[tuple[str, ...]] = ("openai",)
    requires: ClassVar[tuple[str, ...]] = ("openai", "aiolimiter", "tenacity")
    install: ClassVar[str] = extra("openai")
    name: ClassVar[str] = "openai"

    @classmethod
    def price_problem(cls, parameters: ApiParameters) -> str | None:
        """Answers of this protocol have none."""
        return "its answers have no price; --model=litellm knows the prices of hosted models"

    @classmethod
    def batch_problem(cls, parameters: ApiParameters) -> str | None:
        """A server without a batch endpoint says so itself."""
        return None

    @classmethod
    def check(cls, parameters: ApiParameters) -> None:
        """Find the library and a key."""
        check_installed("--model=openai", cls.requires, cls.install)
        _key(parameters)

    def __init__(self, parameters: ApiParameters) -> None:
        self.check(parameters)
        key = _key(parameters)
        if problem := header_problem(key):
            raise UsageError(f"--model=openai: the API key cannot be sent: {problem}")
        base = parameters.api_base or os.environ.get("OPENAI_BASE_URL") or None
        if base is not None and (problem := address_problem(base)):
            raise UsageError(f"--model=openai: OPENAI_BASE_URL: {problem}")
        refuse_unreachable("openai", base)
        import openai

        super().__init__(parameters)
        address, authorization = _apart(parameters.api_base)
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=address,
            timeout=parameters.timeout,
            max_retries=0,
            default_headers={**ACCEPTED, **authorization, **parameters.extra_headers},
            http_client=openai.DefaultAioHttpClient(event_hooks=hooks()),
        )
        self._direct = Direct(self._client)
        self._batching: ApiBatches | None = None

    def batch_endpoint(self) -> ApiBatches:
        """OpenAI's, at the same address."""
        if self._batching is None:
            import openai

            # Files are longer than answers are.
            http_client = openai.DefaultAioHttpClient(event_hooks=hooks(longest=lambda: LONGEST_FILE))
            calls = OpenAIBatchCalls(self._client.copy(http_client=http_client))
            self._batching = self._batches(calls, lambda body: {**body, **self._parameters.extra_body})
        return self._batching

    async def _send(self, endpoint: Endpoint, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        extra = {**self._parameters.extra_body, **body.pop("extra_body", {})}
        path = _PATHS[endpoint]
        if endpoint == "tokenize":
            path = str(self._client.base_url).rstrip("/").removesuffix("/v1") + path
            extra = {}
        try:
            # The JSON itself: to check what is sent against types and to make a typed object of what comes back takes
            # this client longer than the rest of a request.
            answer = await self._direct.post(path, {**body, **extra})
            # A text where the server does not call its JSON by name.
            return parsed(answer) if isinstance(answer, str) else answer
        except json.JSONDecodeError as error:
            return parsed(error.doc)

    def _reasoning_fields(self) -> dict[str, Any]:
        return fields(self._parameters.reasoning, self._parameters.api_base or os.environ.get("OPENAI_BASE_URL"))

    async def _finish(self) -> None:
        await self._direct.close()
        if self._batching is not None:
            await self._batching.close()
        await self._client.close()


def _key(parameters: ApiParameters) -> str:
    key = parameters.api_key or os.environ.get("OPENAI_API_KEY")
    if not key:
        hint = 'a server without keys takes any text: api_key="not-needed"'
        raise UsageError(f"--model=openai: no API key; set OPENAI_API_KEY or api_key in --model-params ({hint})")
    return key


def _apart(address: str | None) -> tuple[str | None, dict[str, str]]:
    """An address without its user and password, and the header that carries them (RFC 7617).

    The client's transport refuses both in one request: the key's header, and credentials in the URL.
    """
    parts = urlsplit(address or "")
    if "@" not in parts.netloc:
        return address, {}
    credentials, _, host = parts.netloc.rpartition("@")
    encoded = base64.b64encode(unquote(credentials).encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {encoded}"}
