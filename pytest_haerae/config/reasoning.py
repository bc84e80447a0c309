"""What `--reasoning` says."""

from __future__ import annotations

from typing import Any, get_args

from pytest_haerae.errors import UsageError, unknown


def parse_reasoning(option: str, value: Any) -> Any:  # noqa: ANN401 - text or number; a `types.Reasoning`
    """Read how much a model is to think: a level, or a number of tokens.

    Raises:
        UsageError: It is neither.
    """
    # Imported here: every pytest start imports this module.
    from pytest_haerae.types import ReasoningLevel

    levels, text = get_args(ReasoningLevel), str(value).strip()
    if text in levels:
        return text
    if text.isdecimal() and text.isascii():
        if int(text) == 0:
            raise UsageError(f"{option}: no token at all is {option}=off")
        return int(text)
    if text.lstrip("-").replace(".", "").isdecimal():
        raise UsageError(
            f"{option}: '{text}' is no number of tokens: a whole number from 1, or one of {', '.join(levels)}"
        )
    raise UsageError(f"{option}: {unknown('level', text, levels)}, or a number of tokens")
