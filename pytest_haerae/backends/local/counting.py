"""Counts the tokens of prompts without a model: by its tokenizer, where that is on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_haerae.backends.local.checkpoint import place_of
from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.reasoning import thinking
from pytest_haerae.types import Reasoning, Request


def count_tokens(
    name: str, revision: str | None, requests: Sequence[Request], reasoning: Reasoning | None, *, trust: bool
) -> Iterator[int] | None:
    """Count the tokens of prompts as a backend of `transformers`' tokenizers encodes them.

    Args:
        name: The tokenizer's folder or hub id, or a GGUF file; of the hub only what is in its cache.
        revision: Its revision.
        requests: What would be asked.
        reasoning: What the chat template is told.
        trust: Whether code of the tokenizer's own may run.

    Returns:
        The number of each request; None where there is no such tokenizer on this machine.

    Raises:
        UsageError: The template does not have what `reasoning` says.
    """
    from transformers import AutoTokenizer

    place, gguf = place_of(name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            place, revision=revision, local_files_only=True, trust_remote_code=trust, **gguf
        )
    except Exception:  # whatever the library raises: it is not at hand
        return None
    return RequestEncoder(tokenizer, thinking(reasoning, tokenizer.chat_template).arguments).lengths(requests)
