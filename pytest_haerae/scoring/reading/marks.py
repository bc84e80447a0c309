"""The marks that models write around their reasoning and between the turns of a chat: one table for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_haerae.scoring.reading.traced import Traced

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
"""Where a model's own turn ends or another's begins. By the templates of the models above and of
Llama 3, Mi:dm, Kanana, Phi, Granite, HyperCLOVA X SEED, Solar, GLM."""

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
    whole = Traced.of(text)
    lowered = text.lower()
    if not any(name in lowered for name in _OPENS_OR_CLOSES):
        return Split(whole, None, unfinished=False)
    kept: list[tuple[int, int]] = []
    thought: list[str] = []
    position, inside = 0, False
    for mark in REASONING.finditer(text):
        if mark["opens"] is not None:
            if not inside:
                kept.append((position, mark.start()))
                position = mark.end()
            inside = True
        elif inside or mark["closes"] is not None:
            thought.append(text[position if inside or not kept else 0 : mark.start()])
            kept = kept if inside else []
            inside, position = False, mark.end()
    if inside:
        thought.append(text[position:])
    else:
        kept.append((position, len(text)))
    if not thought:
        return Split(whole, None, unfinished=False)
    parts = [whole.part(start, end) for start, end in kept]
    return Split(Traced.joined(parts, " "), "\n".join(thought).strip(), unfinished=inside)
