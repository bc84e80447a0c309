"""Over a hundred providers through `litellm`; ``model_name`` names the provider, as in ``anthropic/claude-…``."""

from __future__ import annotations

import json
import os
from typing import Any, ClassVar

from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.retrying import MalformedAnswer
from pytest_haerae.backends.api.scoring import Endpoint, Unsupported
from pytest_haerae.backends.installed import check_installed
from pytest_haerae.errors import UsageError


class LiteLLMBackend(ApiBackend):
    """Chat completions; ``endpoint=completions`` asks for text completions."""

    libraries: ClassVar[tuple[str, ...]] = ("litellm", "openai")
    name: ClassVar[str] = "litellm"

    @classmethod
    def check(cls, parameters: ApiParameters) -> None:
        """Find the library; which key it needs, it knows itself."""
        check_installed("--model=litellm", ["litellm", "aiolimiter", "tenacity"], "litellm")

    def __init__(self, parameters: ApiParameters) -> None:
        # Without this, importing it tries to download its table of prices, and waits for the network.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        try:
            import litellm
        except ImportError:
            raise UsageError("--model=litellm needs litellm: pip install 'pytest-haerae[litellm]'") from None
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        self._litellm: Any = litellm
        super().__init__(parameters)

    async def _send(self, endpoint: Endpoint, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        if endpoint == "tokenize":
            raise Unsupported("litellm has no way to a server's own tokenizer")
        parameters = self._parameters
        complete: Any = self._litellm.acompletion if endpoint == "chat" else self._litellm.atext_completion
        optional = {
            "api_key": parameters.api_key,
            "api_base": parameters.api_base,
            "extra_headers": parameters.extra_headers or None,
            "extra_body": parameters.extra_body or None,
        }
        given = {name: value for name, value in optional.items() if value is not None}
        try:
            return await complete(**body, **given, timeout=parameters.timeout, max_retries=0, num_retries=0)
        except json.JSONDecodeError as error:
            raise MalformedAnswer(f"the server's answer is no JSON: {error}") from None
        except Exception as error:
            if _is_invented(error):
                raise MalformedAnswer(f"the server answered 200 with an error: {error}") from None
            raise

    def _cost(self, answer: Any) -> float | None:  # noqa: ANN401 - the client's answer
        cost = getattr(answer, "_hidden_params", {}).get("response_cost")
        return float(cost) if isinstance(cost, int | float) else None

    async def _finish(self) -> None:
        close: Any = self._litellm.close_litellm_async_clients
        await close()


def _is_invented(error: BaseException) -> bool:
    """Whether litellm made a refusal out of an answer 200 with an error object: a bare Exception is its origin then."""
    origin = error
    while (before := origin.__cause__ or origin.__context__) is not None:
        origin = before
    return type(origin) is Exception
