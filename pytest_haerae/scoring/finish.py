"""Why a generation ended, in the words of the servers and libraries: whether it reached its limit."""

from __future__ import annotations

LIMITS = frozenset(
    (
        "length",  # OpenAI, LiteLLM, vLLM, Hugging Face TGI, Ollama, DeepSeek
        "max_tokens",  # Anthropic, Gemini (MAX_TOKENS), Bedrock, Cohere
        "max_output_tokens",  # OpenAI's Responses API
        "max_new_tokens",  # transformers
        "max_length",  # transformers, watsonx
        "model_length",  # Mistral
        "limit",  # llama.cpp's stop_type
        "error_limit",  # Cohere
        "token_limit",  # watsonx
        "context_length",  # llama-cpp-python and others
        "model_context_window_exceeded",  # Anthropic
        "incomplete",  # OpenAI's Responses API, as a status
    )
)
"""The words that say so, in small letters."""


def limit_reached(finish_reason: str | None) -> bool:
    """Whether an output ended because it had reached its limit.

    Args:
        finish_reason: The server's word, in any case, also as an enumeration's member (``FinishReason.MAX_TOKENS``);
            None where it said none.
    """
    if not finish_reason:
        return False
    word = finish_reason.rpartition(".")[2].strip().lower().replace("-", "_").replace(" ", "_")
    return word.removeprefix("finish_reason_") in LIMITS
