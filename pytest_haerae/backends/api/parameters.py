"""The parameters of the backends over HTTP."""

from __future__ import annotations

import os
import re
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pytest_haerae.backends.api.reasoning import is_own, said_twice
from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.backends.sampling import SAMPLING, Penalty, SampledParameters, Share
from pytest_haerae.redact import redact_text
from pytest_haerae.types import Capability

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""As in RFC 9110, section 5.6.2."""


def header_problem(value: str) -> str | None:
    """Why a key or a header's value cannot be sent; None where it can. The value itself is not repeated."""
    if re.search(r"[\x00-\x1f\x7f]", value):
        return "it has a line break or another control character (a key read from a file ends with one)"
    if not value.isascii():
        return "it has characters beyond ASCII, which no header takes"
    return "it begins or ends with a space" if value != value.strip() else None


def address_problem(address: str) -> str | None:
    """Why an address is none of an API; None where it is one. What may be a password in it is not repeated."""
    if re.search(r"[\x00-\x20\x7f]", address):
        return "it has a space, a line break or another control character"
    try:
        parts = urlsplit(address)
        usable = parts.port is None or parts.port > 0
    except ValueError:
        return "it is no address: http://host:port/v1"
    if parts.scheme not in ("http", "https") or "://" not in address:
        return "it has to begin with http:// or https://"
    return None if parts.hostname and usable else "it names no host: http://host:port/v1"


class ApiParameters(SampledParameters, ReasoningParameters):
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
            "batch_requests",
            "batch_poll",
        }
    )
    sampling: ClassVar[frozenset[str]] = SAMPLING

    model_name: str
    api_key: str | None = Field(default=None, repr=False)
    api_base: str | None = None
    endpoint: Literal["chat", "completions"] | None = None
    max_tokens: int = Field(default=512, ge=1)
    top_p: Share = None
    typical_p: Share = None
    presence_penalty: Penalty = None
    frequency_penalty: Penalty = None
    seed: int | None = None
    timeout: float = Field(default=120.0, gt=0, allow_inf_nan=False)
    max_concurrency: int = Field(default=32, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    tokens_per_minute: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_retries: int = Field(default=5, ge=0)
    extra_headers: dict[str, str] = Field(default_factory=dict, repr=False)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    batch_requests: int = Field(default=50_000, ge=1)
    batch_poll: float = Field(default=5.0, gt=0, allow_inf_nan=False)

    @field_validator("model_name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip() or not name.isprintable():
            raise ValueError("it is empty, or has a line break or another control character")
        return name

    @field_validator("api_key")
    @classmethod
    def _of_a_header(cls, key: str | None) -> str | None:
        if key is not None and (problem := header_problem(key)):
            raise ValueError(problem)
        return key

    @field_validator("extra_headers")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError("a header's name has a character that none may have")
            if problem := header_problem(value):
                raise ValueError(f"{name}: {problem}")
        return headers

    @field_validator("api_base")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is not None and (problem := address_problem(address)):
            raise ValueError(problem)
        return address

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if name := said_twice(self.reasoning, self.extra_body):
            raise ValueError(f"extra_body: {name} says what reasoning says; leave one of them out")
        return self

    def takes_chats(self, kind: Capability) -> bool:
        """Chats generate unless `endpoint` says otherwise; plain text is scored: few chat APIs can score exactly."""
        return self.endpoint == "chat" or (self.endpoint is None and kind == "generate")

    def is_own(self) -> bool:
        """Whether the server is one's own, by its address."""
        host = urlsplit(self.api_base or os.environ.get("OPENAI_BASE_URL") or "").hostname
        return host is not None and is_own(host)

    def model_label(self) -> str:
        """The name the server knows the model by."""
        return self.model_name

    def identity(self) -> dict[str, Any]:
        """The parameters and, where they name no address, what the environment says of it to the clients."""
        said = {name: redact_text(value) for name, value in os.environ.items() if _ADDRESS.search(name)}
        return super().identity() | ({} if self.api_base or not said else {"environment": dict(sorted(said.items()))})


_ADDRESS = re.compile(r"_(?:API_BASE|BASE_URL|API_VERSION|ENDPOINT)$")
"""Variables that name an endpoint: ``OPENAI_BASE_URL``, ``AZURE_API_VERSION``, ``OLLAMA_API_BASE``."""
