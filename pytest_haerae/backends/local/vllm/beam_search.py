"""Searching for a likely text on vLLM's engine: several beginnings are followed at once, and the best text is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request


class Found(NamedTuple):
    """The text of a prompt.

    Attributes:
        tokens: Its tokens, without one that ends it.
        ended: Whether the model ended it; else the longest text did.
    """

    tokens: list[int]
    ended: bool


def refuse_what_no_search_does(
    parameters: VllmParameters, requests: Sequence[Request], prompts: Sequence[Tokens | Request], budget: int | None
) -> None:
    """Refuse what the engine's search does not know, and would leave out without a word.

    Args:
        parameters: Of all requests.
        requests: What is asked.
        prompts: Their tokens; a chat that the engine has to render is itself.
        budget: Tokens of a thought that is closed there; None where none is.

    Raises:
        UsageError: Naming it.
    """
    idle = ["reasoning"] if budget is not None else []
    if any(request.choices for request in requests):
        idle.append("constrain=letters")
    if requests[0].log_probability:
        idle.append("rank=log_probability")
    if any(isinstance(prompt, Request) for prompt in prompts):
        idle.append("chats of models that read images")
    if idle:
        words = f"vllm's beam search knows no {', '.join(idle)}; leave either out"
        raise UsageError(f"--model-params of vllm: num_beams={parameters.num_beams}: {words}")


def searched(
    engine: Any,  # noqa: ANN401 - the library is optional
    prompts: Sequence[Tokens],
    parameters: VllmParameters,
) -> Iterator[tuple[int, Found]]:
    """Search for the texts of prompts, as many at once as the engine has places for their beginnings.

    Args:
        engine: A `vllm.LLM`.
        prompts: Token ids.
        parameters: How wide the search is, and how long the texts may be.

    Yields:
        A prompt's place and what was found.
    """
    from vllm.sampling_params import BeamSearchParams

    ends = _ends(engine)
    settings = BeamSearchParams(beam_width=parameters.beams, max_tokens=parameters.max_tokens, temperature=0.0)
    at_once = max(1, parameters.max_num_seqs // parameters.beams)
    for start in range(0, len(prompts), at_once):
        chosen = prompts[start : start + at_once]
        outputs = engine.beam_search([{"prompt_token_ids": list(prompt)} for prompt in chosen], settings)
        for place, (prompt, output) in enumerate(zip(chosen, outputs, strict=True), start):
            best = output.sequences[0]
            tokens = list(best.tokens[len(prompt) :])
            end = next((at for at, token in enumerate(tokens) if token in ends), None)
            yield place, Found(tokens[:end], end is not None or best.finish_reason == "stop")


def _ends(engine: Any) -> frozenset[int]:  # noqa: ANN401 - as above
    """The tokens that end a text: the search itself knows the tokenizer's alone."""
    brought = engine.llm_engine.model_config.try_get_generation_config().get("eos_token_id")
    listed = brought if isinstance(brought, list) else [brought]
    return frozenset(token for token in [*listed, engine.get_tokenizer().eos_token_id] if token is not None)
