"""The parameters of the backends over HTTP."""

from __future__ import annotations

import os
import re
from typing import Any, ClassVar, Literal

from pydantic import Field

from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.redact import redact_text
from pytest_haerae.types import Capability


class ApiParameters(BackendParameters):
    """Parameters of the backends over HTTP; times in seconds."""

    uninfluential: ClassVar[frozenset[str]] = frozenset(
        {
            "api_key",
            "timeout",
            "max_concurrency",
            "requests_per_minute",
            "tokens_per_minute",
            "max_retries",
            "extra_headers",
        }
    )

    model_name: str
    api_key: str | None = Field(default=None, repr=False)
    api_base: str | None = None
    endpoint: Literal["chat", "completions"] | None = None
    max_tokens: int = Field(default=512, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    stop: tuple[str, ...] = ()
    timeout: float = Field(default=120.0, gt=0)
    max_concurrency: int = Field(default=32, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    max_retries: int = Field(default=5, ge=0)
    extra_headers: dict[str, str] = Field(default_factory=dict, repr=False)
    extra_body: dict[str, Any] = Field(default_factory=dict)

    def takes_chats(self, kind: Capability) -> bool:
        """Chats generate unless `endpoint` says otherwise; plain text is scored: few chat APIs can score exactly."""
        return self.endpoint == "chat" or (self.endpoint is None and kind == "generate")

    def model_label(self) -> str:
        """The name the server knows the model by."""
        return self.model_name

    def identity(self) -> dict[str, Any]:
        """The parameters and, where they name no address, what the environment says of it to the clients."""
        said = {name: redact_text(value) for name, value in os.environ.items() if _ADDRESS.search(name)}
        return super().identity() | ({} if self.api_base or not said else {"environment": dict(sorted(said.items()))})


_ADDRESS = re.compile(r"_(?:API_BASE|BASE_URL|API_VERSION|ENDPOINT)$")
"""Variables that name an endpoint: ``OPENAI_BASE_URL``, ``AZURE_API_VERSION``, ``OLLAMA_API_BASE``."""
