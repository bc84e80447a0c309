"""The marks that models write between the turns of a chat, and a text without what was thought in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_haerae.scoring.reading.traced import Traced
from pytest_haerae.thoughts import find_thoughts

_BAR = r"[|｜]"
_USER = r"(?:user|human|사용자)"
TURN = re.compile(
    rf"""
      <\|im_end\|>|<\|im_start\|>\s?user  # e.g. 'B<|im_end|>'
    | <\|(?:endoftext|end_of_text|eot_id|eom_id|endofturn|stop)\|>  # e.g. 'B<|eot_id|>', 'B<|endofturn|>'
    | <\|(?:end|return|call|calls|flush|user)\|>  # e.g. 'B<|return|>', 'B<|flush|>', 'B<|end|>'
    | <\|(?:end_of_turn_token|user_token|end_response|end_text)\|>  # e.g. 'B<|END_OF_TURN_TOKEN|>', 'B<|END_RESPONSE|>'
    | <\|(?:start_header_id|start_of_role|begin)\|>\s?user  # e.g. 'B<|start_header_id|>user', 'B<|begin|>user'
    | <{_BAR}(?:end▁of▁sentence|user){_BAR}>  # e.g. 'B<｜end▁of▁sentence｜>', 'B<｜User｜>'
    | \[\|(?:endofturn|user)\|\]  # e.g. 'B[|endofturn|]', 'B[|user|]'
    | <end_of_turn>|<start_of_turn>\s?user  # e.g. 'B<end_of_turn>'
    | <turn\|>|<\|turn>\s?user  # e.g. 'B<turn|>', 'B<|turn>user'
    | </s>|<eos>|\[INST\]|\[(?:EOS|EOT)\]  # e.g. 'B</s>', 'B<eos>', 'B [INST] 다음', 'B[EOS]'
    | \#\#\#\s?{_USER}\s?[:;]  # e.g. 'B ###User;다음', 'B ### User:'
    | ^[ \t\#*]{{0,8}}{_USER}[ *]{{0,3}}:  # e.g. '**User**: ', '사용자: '
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
"""Where a model's own turn ends or another's begins. By the templates of the models of
`thoughts`, and of Llama 3, Mi:dm, Kanana, Phi, Granite, HyperCLOVA X SEED, Solar, GLM."""

HEADER = re.compile(
    rf"""
      (?:<\|im_start\|>|<start_of_turn>|<\|turn>)\s?(?:assistant(?:/think)?|model)\n?  # e.g. '<start_of_turn>model\n'
    | <\|(?:start_header_id|start_of_role|start|begin)\|>\s?(?:assistant|model)  # e.g. '<|begin|>assistant'
      (?:<\|end_(?:header_id|of_role)\|>)?  # e.g. '<|start_header_id|>assistant<|end_header_id|>'
    | \[\|(?:assistant|system)\|\]  # e.g. '[|assistant|]'
    | <{_BAR}(?:assistant|begin▁of▁sentence){_BAR}>  # e.g. '<｜Assistant｜>'
    | \#\#\#\s?(?:midm;|assistant:)  # e.g. '###Midm;', '### Assistant:'
    | <s>|<bos>|\[/INST\]|\[BOS\]  # e.g. '<s>', '[/INST]'
    | <\|[A-Za-z_]{{1,30}}\|>  # e.g. '<|START_RESPONSE|>', '<|message|>'
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What says that the model itself speaks, or nothing at all: taken away."""


@dataclass(frozen=True, slots=True)
class Split:
    """A model's text, taken apart.

    Attributes:
        answer: What is no reasoning; several stretches of it are joined by a space.
        reasoning: What it thought, marks aside; None where it marked nothing as such.
        unfinished: Whether the reasoning never ended.
    """

    answer: Traced
    reasoning: str | None
    unfinished: bool


def split_reasoning(text: str) -> Split:
    """Tell a model's reasoning from its answer, closed or cut off; before a closing mark alone all was reasoning.

    Args:
        text: The model's output.
    """
    whole, found = Traced.of(text), find_thoughts(text)
    if not found.thought:
        return Split(whole, None, unfinished=False)
    parts = [whole.part(start, end) for start, end in found.answer]
    reasoning = "\n".join(text[start:end] for start, end in found.thought).strip()
    return Split(Traced.joined(parts, " "), reasoning, found.unfinished)


def answered_text(text: str | None) -> str:
    """What an output answers: without what its model thought before, and without spaces around it."""
    return split_reasoning(text or "").answer.text.strip()
