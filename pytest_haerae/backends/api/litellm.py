"""Over a hundred providers through `litellm`; ``model_name`` names the provider, as in ``anthropic/claude-…``."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pytest_haerae.backends.api.answers import checked, field, price, refuse_error
from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.batches import ApiBatches
from pytest_haerae.backends.api.door import hooks, parsed
from pytest_haerae.backends.api.failures import ErrorAnswer, MalformedAnswer, own_error
from pytest_haerae.backends.api.litellm_batches import FILE_COMES, LiteLLMProvider, batch_problem, longest_body
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.reach import refuse_unreachable
from pytest_haerae.backends.api.reasoning import fields, is_own
from pytest_haerae.backends.api.scoring import Endpoint, Unsupported
from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.backends.protocol import Prices
from pytest_haerae.backends.reasoning import unavailable
from pytest_haerae.types import Request

_SEEN: ContextVar[list[Any]] = ContextVar("seen")
"""What came in while one request was in flight: the JSON of its answer."""
_COST = "_cost"
"""Where an answer keeps the price that litellm knows."""


class LiteLLMBackend(ApiBackend):
    """The APIs of a hundred providers, through litellm.

    Chat completions; ``endpoint=completions`` asks for text completions.
    """

    libraries: ClassVar[tuple[str, ...]] = ("litellm", "openai")
    requires: ClassVar[tuple[str, ...]] = ("litellm", "aiolimiter", "tenacity")
    install: ClassVar[str] = extra("litellm")
    name: ClassVar[str] = "litellm"

    @classmethod
    def check(cls, parameters: ApiParameters) -> None:
        """Find the library; which key it needs, it knows itself."""
        check_installed("--model=litellm", cls.requires, cls.install)

    @classmethod
    def price_problem(cls, parameters: ApiParameters) -> str | None:
        """What litellm's own table of prices does not have."""
        try:
            _import_litellm().get_model_info(parameters.model_name)
        except Exception:  # its own kind for a model that it does not know
            return f"litellm knows no price of {parameters.model_name}"
        return None

    @classmethod
    def prices(cls, parameters: ApiParameters) -> Prices | None:
        """Those of litellm's own table."""
        if cls.price_problem(parameters):
            return None
        known = _import_litellm().get_model_info(parameters.model_name)
        prompt, completion = (price(known.get(f"{side}_cost_per_token")) for side in ("input", "output"))
        return None if prompt is None or completion is None else Prices(prompt, completion)

    @classmethod
    def count_tokens(cls, parameters: ApiParameters, requests: Sequence[Request]) -> Iterator[int] | None:
        """For OpenAI's models, whose tokenizers litellm brings along; for others it would take one of them, too."""
        litellm, name = _import_litellm(), parameters.model_name
        import tiktoken

        try:
            tiktoken.encoding_name_for_model(name.rpartition("/")[2])
        except KeyError:
            return None
        return (litellm.token_counter(model=name, **_asked(request)) for request in requests)

    @classmethod
    def batch_problem(cls, parameters: ApiParameters) -> str | None:
        """What litellm has no batches of."""
        return batch_problem(_import_litellm(), parameters)

    def __init__(self, parameters: ApiParameters) -> None:
        self.check(parameters)
        refuse_unreachable("litellm", parameters.api_base)
        litellm = _import_litellm()
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        # It logs tracebacks of its own bookkeeping, with a server's words in them; what matters is raised.
        logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
        self._litellm: Any = litellm
        super().__init__(parameters)
        self._clients = _Clients(litellm, parameters.timeout)
        self._batching: ApiBatches | None = None

    def batch_endpoint(self) -> ApiBatches:
        """The provider's, as litellm reaches it."""
        if self._batching is None:
            provider = LiteLLMProvider(self._litellm, self._parameters)
            self._batching = self._batches(provider.calls(), provider.finish, provider.price, provider.root)
        return self._batching

    async def _send(self, endpoint: Endpoint, body: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's answer
        if endpoint == "tokenize":
            raise Unsupported("litellm has no way to a server's own tokenizer")
        parameters = self._parameters
        complete: Any = self._litellm.acompletion if endpoint == "chat" else self._litellm.atext_completion
        optional = {
            "api_key": parameters.api_key,
            "api_base": parameters.api_base,
            "extra_headers": parameters.extra_headers or None,
            "extra_body": {**parameters.extra_body, **body.pop("extra_body", {})} or None,
        }
        given = {name: value for name, value in optional.items() if value is not None}
        seen: list[Any] = []
        _SEEN.set(seen)
        try:
            answer = await complete(**body, **given, timeout=parameters.timeout, max_retries=0, num_retries=0)
        except json.JSONDecodeError as error:
            raise MalformedAnswer(f"the server's answer is no JSON: {error}") from None
        except Exception as error:
            own = own_error(error)
            if own is not error:
                raise own from None
            # What litellm cannot read, and says so with the lines of its own code, is read here.
            if (plain := _plain(seen, endpoint)) is not None:
                return plain
            if _is_invented(error):
                raise ErrorAnswer(f"the server answered 200 with an error: {error}") from None
            raise
        plain = _plain(seen, endpoint)
        return answer if plain is None else {**plain, _COST: _cost_in(answer)}

    def _reasoning_fields(self) -> dict[str, Any]:
        parameters = self._parameters
        reasoning, model = parameters.reasoning, parameters.model_name
        if reasoning is None:
            return {}
        if parameters.api_base and is_own(urlsplit(parameters.api_base).hostname or ""):
            return {"extra_body": fields(reasoning, parameters.api_base)}
        taken = self._litellm.get_supported_openai_params(model) or ()
        needed = "thinking" if isinstance(reasoning, int) else "reasoning_effort"
        if needed not in taken:
            kind = "no number of tokens" if isinstance(reasoning, int) else "no level"
            raise unavailable(reasoning, f"litellm knows {kind} for {model}")
        if isinstance(reasoning, int):
            return {"thinking": {"type": "enabled", "budget_tokens": reasoning}}
        return {"reasoning_effort": "none" if reasoning == "off" else reasoning}

    def _cost(self, answer: Any) -> float | None:  # noqa: ANN401 - the client's answer
        return price(answer.get(_COST)) if isinstance(answer, dict) else _cost_in(answer)

    async def _finish(self) -> None:
        if self._batching is not None:
            await self._batching.close()
        await self._clients.close()


def _asked(request: Request) -> dict[str, Any]:
    """A prompt in litellm's words."""
    if request.messages is None:
        return {"text": request.context}
    return {"messages": [{"role": each.role, "content": each.content} for each in request.messages]}


def _import_litellm() -> Any:  # noqa: ANN401 - a module without types
    # Without this, importing it tries to download its table of prices, and waits for the network.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    return litellm


def _plain(seen: list[Any], endpoint: Endpoint) -> dict[str, Any] | None:
    """The server's own answer where it has the shape of OpenAI's: it says more than what litellm makes of it."""
    answer = seen[-1] if seen else None
    found = field(answer, "choices", 0, "message" if endpoint == "chat" else "text")
    return answer if isinstance(answer, dict) and found is not None else None


def _cost_in(answer: Any) -> float | None:  # noqa: ANN401 - litellm's own
    hidden = getattr(answer, "_hidden_params", None)
    return price(hidden.get("response_cost")) if isinstance(hidden, dict) else None


def _look(body: bytes) -> None:
    if FILE_COMES.get():
        return
    answer = parsed(body)
    # An answer of OpenAI's shape; litellm would word what is wrong with it in the lines of its own code.
    (checked if isinstance(answer, dict) and "choices" in answer else refuse_error)(answer)
    if (seen := _SEEN.get(None)) is not None:
        seen.append(answer)


class _Clients:
    """The HTTP clients of litellm, as long as a backend lives: each reads answers through the door, and all are closed.

    litellm keeps the clients that it makes in one cache, but for those of text completions, of which it makes one a
    request; for these and for chats of the same kind it takes the one that is given to it.
    """

    def __init__(self, litellm: Any, timeout: float) -> None:  # noqa: ANN401 - a module without types
        from litellm.caching.llm_caching_handler import LLMClientCache
        from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

        events = hooks(_look, longest_body)

        class Cache(LLMClientCache):
            def set_cache(self, key: Any, value: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as its base
                if isinstance(value, AsyncHTTPHandler):
                    value.client.event_hooks = events
                return super().set_cache(key, value, *more, **named)

        self._litellm = litellm
        self._before = litellm.in_memory_llm_clients_cache, litellm.aclient_session
        litellm.in_memory_llm_clients_cache = Cache()
        self._session = AsyncHTTPHandler(timeout=timeout, event_hooks=events).client
        litellm.aclient_session = self._session

    async def close(self) -> None:
        """Close all of them, and leave litellm as it was found."""
        await self._litellm.close_litellm_async_clients()
        await self._session.aclose()
        self._litellm.in_memory_llm_clients_cache, self._litellm.aclient_session = self._before


def _is_invented(error: BaseException) -> bool:
    """Whether litellm made a refusal out of an answer 200 with an error object: a bare Exception is its origin then."""
    origin = error
    while (before := origin.__cause__ or origin.__context__) is not None:
        origin = before
    return type(origin) is Exception
