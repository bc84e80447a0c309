"""How a generation ended: whether it stopped by itself or at its limit of tokens."""

from __future__ import annotations

from pytest_haerae.types import Response

LIMIT_REASONS: frozenset[str] = frozenset(
    {
        "length",  # OpenAI, LiteLLM, vLLM, llama.cpp's chat endpoint, text-generation-inference
        "max_tokens",  # Anthropic, Cohere, Gemini's MAX_TOKENS
        "max_output_tokens",  # OpenAI's responses endpoint
        "max_length",  # Mistral's model_length and transformers' word
        "model_length",
        "max_new_tokens",
        "token_limit",
        "limit",  # llama.cpp's own endpoint
        "model_context_window_exceeded",  # Anthropic: the context's end came before the limit
    }
)
"""The words of backends for a generation that ended at its limit, in lower case."""


def reached_limit(response: Response) -> bool:
    """Whether a text ended because no more tokens were allowed, so that an answer may have been cut off."""
    reason = response.finish_reason
    return reason is not None and reason.strip().lower().replace("-", "_").replace(" ", "_") in LIMIT_REASONS
