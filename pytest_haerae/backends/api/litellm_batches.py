"""The batch endpoints that litellm reaches with files in OpenAI's shape, whose answers name their requests."""

from __future__ import annotations

import os
import warnings
from contextvars import ContextVar
from typing import Any

from pytest_haerae.backends.api.answers import field, price
from pytest_haerae.backends.api.batches import BatchCalls
from pytest_haerae.backends.api.door import ACCEPTED, LONGEST_BODY, hooks
from pytest_haerae.backends.api.openai_batches import LONGEST_FILE, OpenAIBatchCalls
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.batches import Unlisted
from pytest_haerae.errors import UsageError

_OPENAIS = frozenset({"openai", "hosted_vllm", "litellm_proxy"})
"""Providers with OpenAI's protocol: litellm asks them through the `openai` client."""
_LISTED = _OPENAIS | {"azure"}
"""Providers whose batches litellm also lists, with their metadata."""
_PROVIDERS = _LISTED | {"mistral"}
FILE_COMES: ContextVar[bool] = ContextVar("file_comes", default=False)
"""Whether what litellm fetches just now is a file, and not the JSON of an answer."""


def longest_body() -> int:
    """Bytes of what litellm fetches just now, at most."""
    return LONGEST_FILE if FILE_COMES.get() else LONGEST_BODY


class LiteLLMProvider:
    """The provider that a model's name begins with, as litellm knows it.

    Args:
        litellm: The module.
        parameters: The backend's parameters.

    Attributes:
        name: The provider's name.
        model: The model's name without it.
        root: What the path of an endpoint begins with in a file.
    """

    def __init__(self, litellm: Any, parameters: ApiParameters) -> None:  # noqa: ANN401 - a module without types
        self._litellm, self._parameters = litellm, parameters
        found = litellm.get_llm_provider(
            parameters.model_name, api_base=parameters.api_base, api_key=parameters.api_key
        )
        self.model, self.name, key, base = found
        self.key, self.base = parameters.api_key or key, parameters.api_base or base
        self.root = "" if self.name == "azure" else "/v1"
        try:
            self._prices: Any = litellm.get_model_info(self.model, self.name)
        except Exception:  # its own kind for a model that it does not know
            self._prices = None

    def calls(self) -> BatchCalls:
        """The calls of a client of this provider.

        Raises:
            UsageError: There is no key or no address.
        """
        if self.name not in _OPENAIS:
            return LiteLLMBatchCalls(self._litellm, self, self._parameters)
        import openai

        own = self.name == "openai"
        base = self.base or (own and (os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE"))) or None
        key = self.key or (os.environ.get("OPENAI_API_KEY") if own else "not-needed")
        if not key or not (base or own):
            raise UsageError(f"--model=litellm: {'no API key' if own else 'no api_base'} for {self.name}'s batches")
        return OpenAIBatchCalls(
            openai.AsyncOpenAI(
                api_key=key,
                base_url=base,
                timeout=self._parameters.timeout,
                max_retries=0,
                default_headers={**ACCEPTED, **self._parameters.extra_headers},
                http_client=openai.DefaultAsyncHttpxClient(event_hooks=hooks(longest=lambda: LONGEST_FILE)),
            )
        )

    def finish(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body as litellm would send it to the provider.

        Raises:
            Exception: litellm refuses a parameter.
        """
        asked = {name: body[name] for name in ("messages", "prompt") if name in body}
        given = {name: value for name, value in body.items() if name not in ("messages", "prompt", "model")}
        more = {**self._parameters.extra_body, **given.pop("extra_body", {})}
        if "messages" in body:
            options = self._litellm.utils.get_optional_params
            given = options(model=self.model, custom_llm_provider=self.name, **given)
            more = {**(given.pop("extra_body", None) or {}), **more}
            for name in ("stream", "max_retries"):
                given.pop(name, None)
        return {"model": self.model, **asked, **given, **more}

    def price(self, answer: Any) -> float | None:  # noqa: ANN401 - any JSON
        """What an answer costs in a batch, by the provider's price for batches, or else half of the other.

        None where litellm knows none.
        """
        usage = field(answer, "usage")
        if self._prices is None or not isinstance(usage, dict):
            return None
        try:
            from litellm.cost_calculator import batch_cost_calculator

            return price(sum(batch_cost_calculator(self._litellm.Usage(**usage), self.model, self.name, self._prices)))
        except Exception:  # of a server's numbers that are none
            return None


class LiteLLMBatchCalls:
    """The calls of litellm itself.

    Args:
        litellm: The module.
        provider: The provider.
        parameters: The backend's parameters.
    """

    def __init__(self, litellm: Any, provider: LiteLLMProvider, parameters: ApiParameters) -> None:  # noqa: ANN401 - as above
        self._litellm, self._provider = litellm, provider
        optional = {"api_key": provider.key, "api_base": provider.base, "extra_headers": parameters.extra_headers}
        self._common = {name: value for name, value in optional.items() if value}
        self._common |= {"custom_llm_provider": provider.name, "timeout": parameters.timeout, "max_retries": 0}
        self._of_model = {} if provider.name in _LISTED else {"model": provider.model}

    async def upload(self, content: bytes, seconds: float) -> Any:  # noqa: ANN401 - litellm's answer
        """Bring a file."""
        file = ("pytest-haerae.jsonl", content, "application/jsonl")
        return await self._litellm.acreate_file(file=file, purpose="batch", **{**self._common, "timeout": seconds})

    async def create(self, file: str, path: str, labels: dict[str, str]) -> Any:  # noqa: ANN401 - as above
        """Make a batch of a file, for an endpoint's path."""
        said = {"completion_window": "24h", "endpoint": path, "input_file_id": file, "metadata": labels}
        return await self._litellm.acreate_batch(**said, **self._common, **self._of_model)

    async def get(self, batch: str) -> Any:  # noqa: ANN401 - as above
        """Look at a batch."""
        return await self._litellm.aretrieve_batch(batch_id=batch, **self._common, **self._of_model)

    async def page(self, after: str | None, limit: int) -> Any:  # noqa: ANN401 - as above
        """A page of the list of all batches."""
        if self._provider.name not in _LISTED:
            raise Unlisted(f"litellm has no list of {self._provider.name}'s")
        return await self._litellm.alist_batches(after=after, limit=limit, **self._common)

    async def fetch(self, file: str, seconds: float) -> bytes:
        """The content of a file."""
        FILE_COMES.set(True)
        answer = await self._litellm.afile_content(file_id=file, **{**self._common, "timeout": seconds})
        content: bytes = answer.content
        return content

    async def close(self) -> None:
        """Nothing: the backend closes litellm's clients."""


def batch_problem(litellm: Any, parameters: ApiParameters) -> str | None:  # noqa: ANN401 - a module without types
    """Why the provider of a model has no batch endpoint that litellm reaches so; None where it has one."""
    try:
        # What its own parts deprecate in each other is no error of who asks.
        with warnings.catch_warnings(action="ignore"):
            provider = litellm.get_llm_provider(parameters.model_name, api_base=parameters.api_base)[1]
    except Exception:  # its own kind for a name without a provider
        provider = parameters.model_name
    if provider in _PROVIDERS:
        return None
    return f"no batches of {provider}; there are those of {', '.join(sorted(_PROVIDERS))}"
