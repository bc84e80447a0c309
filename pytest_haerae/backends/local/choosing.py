"""The tokens that keep a generated text to choices: of each choice those that the tokenizer makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.local.trie import Tokens

if TYPE_CHECKING:
    import torch

_BEFORE = "\n"
"""What a choice is encoded behind: at the beginning of a text some tokenizers write a space before it."""


class ChoicePaths:
    """Choices as the paths of their tokens.

    Args:
        paths: The choices by their tokens, none of them empty.
        ends: The tokens that end a text.
    """

    def __init__(self, paths: Mapping[Tokens, str], ends: Sequence[int]) -> None:
        self._paths, self._ends = paths, tuple(ends)
        self._followers: dict[Tokens, dict[int, None]] = {}
        for path in paths:
            for place, token in enumerate(path):
                self._followers.setdefault(path[:place], {})[token] = None

    def following(self, tokens: Sequence[int]) -> list[int]:
        """The tokens of which the next one is to be one: those of choices, and what ends the text behind a choice."""
        own = tuple(tokens)
        followers = [*self._followers.get(own, ())]
        return followers if followers and own not in self._paths else [*followers, *self._ends]

    def is_whole(self, tokens: Sequence[int]) -> bool:
        """Whether tokens are a choice, and none goes on with them."""
        own = tuple(tokens)
        return own in self._paths and own not in self._followers

    def choice(self, tokens: Sequence[int]) -> str | None:
        """The choice that tokens are, without those that end them; None where they are none."""
        end = next((place for place, token in enumerate(tokens) if token in self._ends), None)
        return self._paths.get(tuple(tokens[:end]))


def paths_of(
    choices: Iterable[str],
    tokenizer: Any,  # noqa: ANN401 - tokenizers are typed dynamically
    ends: Sequence[int],
) -> ChoicePaths:
    """Encode choices.

    Args:
        choices: The texts.
        tokenizer: The model's.
        ends: The tokens that end a text.

    Raises:
        ValueError: The tokenizer has no tokens for one of them, or the same for two.
    """
    before = _encoded(tokenizer, _BEFORE)
    paths: dict[Tokens, str] = {}
    for choice in choices:
        whole = _encoded(tokenizer, _BEFORE + choice)
        own = whole[len(before) :] if whole[: len(before)] == before else _encoded(tokenizer, choice)
        if paths.setdefault(own, choice) != choice or not own or set(own) & set(ends):
            raise ValueError(f"the model's tokenizer does not tell choice {choice!r} from others")
    return ChoicePaths(paths, ends)


def kept_to(
    paths: Sequence[ChoicePaths | None], written: Sequence[Sequence[int]], scores: torch.Tensor
) -> torch.Tensor:
    """Scores of next tokens, without those by which a text would be none of its choices.

    Args:
        paths: What each row is kept to; None where it is free.
        written: The tokens of each so far.
        scores: Of shape (rows, vocabulary).
    """
    import torch

    mask = torch.zeros_like(scores)
    for row, (kept, tokens) in enumerate(zip(paths, written, strict=True)):
        if kept is not None:
            mask[row] = -torch.inf
            mask[row, kept.following(tokens)] = 0.0
    return scores + mask


def _encoded(tokenizer: Any, text: str) -> Tokens:  # noqa: ANN401 - as above
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
