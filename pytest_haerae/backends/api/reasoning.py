"""How much a model thinks, in the words of the servers: OpenAI's protocol, and what servers of one's own add to it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pytest_haerae.backends.reasoning import unavailable
from pytest_haerae.types import Reasoning, Response

_OWN_DOMAINS = (".local", ".internal", ".lan", ".localhost")
_TOLERATED = 1.5
"""Times its budget that the first answer's reasoning may take: some servers count it after the fact."""


def fields(reasoning: Reasoning | None, address: str | None) -> dict[str, Any]:
    """What a chat's body says of reasoning; empty where nothing is set.

    A level is ``reasoning_effort``, whose ``none`` is off, or OpenRouter's ``reasoning``. A server of one's own, by its
    address, hands ``chat_template_kwargs`` on to the model's chat template (vLLM, SGLang, llama.cpp), which takes what
    it names of them; a budget is vLLM's ``thinking_token_budget``, and a hint to templates that know one.

    Args:
        reasoning: What is set.
        address: The address of the API; None for OpenAI's.

    Raises:
        UsageError: It takes no number of tokens.
    """
    if reasoning is None:
        return {}
    host = urlsplit(address or "https://api.openai.com").hostname or ""
    effort = "none" if reasoning == "off" else reasoning
    if host.endswith("openrouter.ai"):
        return {"reasoning": {"max_tokens": reasoning} if isinstance(reasoning, int) else {"effort": effort}}
    if is_own(host):
        return _of_own_server(reasoning)
    if isinstance(reasoning, int):
        raise unavailable(reasoning, f"{host} takes a level, and no number of tokens")
    return {"reasoning_effort": effort}


def _of_own_server(reasoning: Reasoning) -> dict[str, Any]:
    # By these two names the templates of Qwen, EXAONE, GLM and Gemma, and of DeepSeek and Granite, turn it on.
    switches: dict[str, Any] = dict.fromkeys(("enable_thinking", "thinking"), reasoning != "off")
    if reasoning == "off":
        return {"chat_template_kwargs": switches}
    if isinstance(reasoning, int):
        hint = {**switches, "thinking_budget": reasoning}
        return {"thinking_token_budget": reasoning, "chat_template_kwargs": hint}
    return {"reasoning_effort": reasoning, "chat_template_kwargs": {**switches, "reasoning_effort": reasoning}}


def is_own(host: str) -> bool:
    """Whether a server is one's own: on this machine, or in a network that is not the public one.

    Args:
        host: Its name or its address.
    """
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_OWN_DOMAINS)


def said_twice(reasoning: Reasoning | None, extra_body: Mapping[str, Any]) -> str | None:
    """The field of `extra_body` that says what `reasoning` says; None where there is none."""
    names = ("reasoning", "reasoning_effort", "thinking", "thinking_token_budget", "chat_template_kwargs")
    return next((name for name in names if name in extra_body), None) if reasoning is not None else None


def refuse_unheeded(reasoning: Reasoning | None, first: Response) -> None:
    """Refuse a server that does not do as it is told: an unknown field is nothing to many.

    Args:
        reasoning: What is set.
        first: The first answer of the run.

    Raises:
        UsageError: It thought although that was turned off, or far longer than its budget.
    """
    tokens = first.reasoning_tokens or 0
    if reasoning == "off" and (tokens or (first.reasoning or "").strip()):
        raise unavailable(
            reasoning, "the server went on reasoning in its first answer; extra_body may tell it otherwise"
        )
    if isinstance(reasoning, int) and tokens > _TOLERATED * reasoning:
        raise unavailable(reasoning, f"the server reasoned for {tokens} tokens in its first answer")
