"""Where a model's text is thought, by the marks that models write around their reasoning: one table for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_THINKING = r"(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|analysis|reflection|scratchpad)"

REASONING = re.compile(
    rf"""
    (?P<opens>
        [<\[◁]\s?{_THINKING}\s?[>\]▷]  # e.g. '<think>', '[THINK]', '◁think▷', '<seed:think>', '<thought>'
      | <\|(?:start_thinking|begin_of_thought|think)\|>  # e.g. '<|START_THINKING|>', '<|think|>'
      | <\|channel\|>\s?(?:analysis|commentary)[^<\n]{{0,60}}(?:<\|message\|>)?  # e.g. '<|channel|>analysis<|message|>'
      | <\|channel>(?:thought|thinking|analysis)?\n?  # e.g. '<|channel>thought'
      | (?:\A|<\|im_start\|>assistant)/think\n  # e.g. '/think\n', '<|im_start|>assistant/think\n'
      | \Aanalysis(?=[A-Z가-힣])  # e.g. 'analysisWe need'
    )
  | (?P<closes>
        [<\[◁]\s?/\s?{_THINKING}\s?[>\]▷]  # e.g. '</think>', '[/THINK]', '◁/think▷', '</ think >'
      | <\|(?:end_thinking|end_of_thought)\|>  # e.g. '<|END_THINKING|>'
      | (?:<\|end\|>)?(?:<\|start\|>assistant)?  # e.g. '<|end|><|start|>assistant<|channel|>final<|message|>'
        <\|channel\|>\s?final(?:<\|message\|>)?  # e.g. '<|channel|>final<|message|>'
      | <channel\|>  # e.g. '<channel|>'
      | <\|content\|>  # e.g. '<|content|>'
    )
  | (?P<ends>
        <\|im_end\|>\s{{0,4}}<\|im_start\|>assistant\s  # e.g. '<|im_end|>\n<|im_start|>assistant\n'
      | (?:<\|end\|>)?assistantfinal  # e.g. 'assistantfinal'
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Where reasoning opens and closes; what `ends` matches closes it only where some is open.

By the chat templates of Qwen, DeepSeek, EXAONE Deep and 4, HyperCLOVA X SEED Think (the role ``assistant/think``),
Solar Open, Gemma 4, gpt-oss (harmony's channels, with their marks and without), Mistral and Magistral, Cohere, Kimi
and Seed."""
_OPENS_OR_CLOSES = ("think", "thought", "reasoning", "analysis", "reflection", "scratchpad", "channel", "|content|")


@dataclass(frozen=True, slots=True)
class Thoughts:
    """A text, taken apart; places are in characters, from where to where, marks aside.

    Attributes:
        answer: What is no thought.
        thought: What is; empty where nothing is marked as such.
        unfinished: Whether the last thought never ended.
    """

    answer: tuple[tuple[int, int], ...]
    thought: tuple[tuple[int, int], ...]
    unfinished: bool


def find_thoughts(text: str) -> Thoughts:
    """Find a model's thoughts, closed or cut off; before a closing mark alone all was thought.

    Args:
        text: The model's output.
    """
    whole = Thoughts(((0, len(text)),), (), unfinished=False)
    lowered = text.lower()
    if not any(name in lowered for name in _OPENS_OR_CLOSES):
        return whole
    kept: list[tuple[int, int]] = []
    thought: list[tuple[int, int]] = []
    position, inside = 0, False
    for mark in REASONING.finditer(text):
        if mark["opens"] is not None:
            if not inside:
                kept.append((position, mark.start()))
                position = mark.end()
            inside = True
        elif inside or mark["closes"] is not None:
            thought.append((position if inside or not kept else 0, mark.start()))
            kept = kept if inside else []
            inside, position = False, mark.end()
    if inside:
        thought.append((position, len(text)))
    else:
        kept.append((position, len(text)))
    return Thoughts(tuple(kept), tuple(thought), inside) if thought else whole
