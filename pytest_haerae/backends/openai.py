"""Any OpenAI-compatible endpoint, through the `openai` client (versions 2 and 3)."""

from __future__ import annotations

import base64
import json
import os
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit, urlunsplit

from pytest_haerae.backends.api import ApiBackend, ApiParameters
from pytest_haerae.backends.retrying import MalformedAnswer
from pytest_haerae.errors import UsageError


class OpenAIBackend(ApiBackend):
    """Chat completions, or `/v1/completions` with ``endpoint=completions``."""

    libraries: ClassVar[tuple[str, ...]] = ("openai",)
    name: ClassVar[str] = "openai"

    def __init__(self, parameters: ApiParameters) -> None:
        try:
            import openai
        except ImportError:
            raise UsageError("--model=openai needs openai: pip install 'pytest-haerae[openai]'") from None
        key = parameters.api_key or os.environ.get("OPENAI_API_KEY")
        if not key:
            hint = 'a server without keys takes any text: api_key="not-needed"'
            raise UsageError(f"--model=openai: no API key; set OPENAI_API_KEY or api_key in --model-params ({hint})")
        super().__init__(parameters)
        address, authorization = _apart(parameters.api_base)
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=address,
            timeout=parameters.timeout,
            max_retries=0,
            default_headers={**authorization, **parameters.extra_headers},
            http_client=openai.DefaultAioHttpClient(),
        )

    async def _send(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        endpoint: Any = self._client.chat.completions if self._parameters.is_chat else self._client.completions
        try:
            return await endpoint.create(**body, extra_body=self._parameters.extra_body or None)
        except json.JSONDecodeError as error:
            raise MalformedAnswer(f"the server's answer is no JSON: {error}") from None

    async def _finish(self) -> None:
        await self._client.close()


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
