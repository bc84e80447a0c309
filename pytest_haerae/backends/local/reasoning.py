"""How much a model thinks in this process: its chat template's own switch, and a budget that closes its thoughts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.thought_tokens import count_thought
from pytest_haerae.backends.reasoning import unavailable
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Reasoning, Request, Response

if TYPE_CHECKING:
    import torch

SWITCHES = {
    "enable_thinking": (True, False),  # Qwen 3, EXAONE 4, GLM 4.5, Gemma 4
    "thinking": (True, False),  # DeepSeek V3.1, Granite
    "force_reasoning": (True, False),  # HyperCLOVA X SEED Think
    "skip_reasoning": (False, True),  # the same
}
"""What templates call the switch, with its values for on and for off."""
EFFORT = "reasoning_effort"
"""What templates call a level: gpt-oss, Solar Open."""
BUDGET = "thinking_budget"
"""What they call a number of tokens, where they know one: Seed."""
MARKS = {
    "</think>": "<think>",
    "</thought>": "<thought>",
    "</seed:think>": "<seed:think>",
    "◁/think▷": "◁think▷",
    "<|END_THINKING|>": "<|START_THINKING|>",
}
"""The marks that close a thought, of which a template names its model's, and those that open it."""
_OPENING = re.compile(rf"(?:{'|'.join(map(re.escape, MARKS.values()))})\s*\Z")


@dataclass(frozen=True, slots=True)
class Thinking:
    """How a model is told.

    Attributes:
        arguments: What its chat template is given.
        budget: Tokens after which a thought is closed; None for no limit.
        closing: The mark that closes it; empty where none is needed.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    budget: int | None = None
    closing: str = ""


def thinking(reasoning: Reasoning | None, template: str | None) -> Thinking:
    """What a setting comes to with a model's chat template.

    Args:
        reasoning: What is set.
        template: The template; None where the model has none.

    Raises:
        UsageError: The template has no such switch, or names no mark that closes a thought.
    """
    if reasoning is None:
        return Thinking()
    if not template:
        raise unavailable(reasoning, "the model has no chat template, whose switch it would be")
    switches = {name: values for name, values in SWITCHES.items() if _names(template, name)}
    on, off = ({name: values[place] for name, values in switches.items()} for place in (0, 1))
    if reasoning == "off":
        if not off:
            raise unavailable(reasoning, f"the model's chat template has no switch ({', '.join(SWITCHES)})")
        return Thinking(off)
    if isinstance(reasoning, int):
        closing = next((mark for mark in MARKS if mark in template), "")
        if not closing:
            raise unavailable(reasoning, "the model's chat template names no mark that closes a thought")
        hint = {BUDGET: reasoning} if _names(template, BUDGET) else {}
        return Thinking({**on, **hint}, reasoning, closing)
    if _names(template, EFFORT):
        return Thinking({**on, EFFORT: reasoning})
    if on and reasoning == "high":
        return Thinking(on)
    has = "off, high (on) or a number of tokens" if on else "no switch"
    raise unavailable(reasoning, f"the model's chat template knows no levels; it has {has}")


def _names(template: str, name: str) -> bool:
    """Whether a template has a variable of this name; a message's field of the same name is none."""
    return re.search(rf"(?<![\w.'\"]){name}(?![\w'\"])", template) is not None


def opening_of(prompt: str) -> str:
    """The mark with which a prompt has opened the model's thought already; it belongs to what the model says.

    Without it an output that was cut in its reasoning would look like an answer.
    """
    found = _OPENING.search(prompt)
    return found[0] if found else ""


def opened_by(prompt: str, request: Request) -> str:
    """The mark with which the prompt of a request has opened the model's thought; ``""`` where it has not.

    Raises:
        UsageError: It has, and the text is kept to choices: it would be the thought's beginning, and no answer.
    """
    mark = "" if request.messages is None else opening_of(prompt)
    if mark and request.choices:
        raise UsageError(
            f"the model's chat template opens a thought ({mark.strip()}), and a text that is kept to choices has no"
            " room for one: add --reasoning=off"
        )
    return mark


def with_thought(
    answer: Response,
    encoder: RequestEncoder,
    request: Request,
    tokens: Sequence[int],
    decode: Callable[[Sequence[int]], str],
    *,
    prompt: str | None = None,
) -> Response:
    """An answer with the mark that opened its thought in the prompt, and with the number of tokens it thought in.

    Args:
        answer: What was generated.
        encoder: Makes the prompt.
        request: What was asked.
        tokens: Those that were generated.
        decode: The model's tokenizer, from tokens to their text.
        prompt: The prompt's end, where another made it.
    """
    if not answer.text:
        return answer
    if prompt is None and request.messages is not None:
        prompt = encoder.render(request)
    opening = opened_by(prompt or "", request)
    counted = count_thought(answer.text, opening, tokens, decode)
    return replace(answer, text=opening + answer.text, reasoning_tokens=counted)


class CloseThoughts:
    """Closes a thought at its budget: the answer follows.

    Args:
        budget: Generated tokens until then.
        opening: The tokens of the mark that opens a thought.
        closing: Those of the mark that closes it.
    """

    def __init__(self, budget: int, opening: Sequence[int], closing: Sequence[int]) -> None:
        self._budget = budget
        self._opening = list(opening)
        self._closing = list(closing)

    def next_token(self, tokens: Sequence[int], *, opened: bool) -> int | None:
        """The next token of the mark; None where the model has its choice.

        Args:
            tokens: Those generated so far.
            opened: Whether the prompt has opened a thought already.
        """
        place = len(tokens) - self._budget
        if not 0 <= place < len(self._closing):
            return None
        said = list(tokens[: self._budget])
        thinks = opened or _holds(said, self._opening)
        return self._closing[place] if thinks and not _holds(said, self._closing) else None

    def processor(self, opened: Sequence[bool], width: int) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """The same for `generate` of `transformers`, as a logits processor.

        Args:
            opened: For each row whether its prompt has opened a thought already.
            width: Tokens of the prompts, padding included.
        """

        def close(input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            for row, tokens in enumerate(input_ids[:, width:].tolist()):
                if (token := self.next_token(tokens, opened=opened[row])) is not None:
                    scores[row] = float("-inf")
                    scores[row, token] = 0.0
            return scores

        return close


def close_thoughts(
    thinking: Thinking,
    tokenizer: Any,  # noqa: ANN401 - tokenizers are typed dynamically
) -> CloseThoughts | None:
    """What closes a model's thoughts at its budget; None without one.

    Args:
        thinking: How the model is told.
        tokenizer: Its tokenizer.
    """
    if thinking.budget is None:
        return None
    begin, end = (
        tokenizer(mark, add_special_tokens=False)["input_ids"] for mark in (MARKS[thinking.closing], thinking.closing)
    )
    return CloseThoughts(thinking.budget, begin, end)


def _holds(tokens: list[int], mark: list[int]) -> bool:
    size = len(mark)
    return any(tokens[start : start + size] == mark for start in range(len(tokens) - size + 1))
