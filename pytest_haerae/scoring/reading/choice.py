"""Reads the chosen option from a model's text, as a careful person would."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pytest_haerae.scoring.reading.beginnings import end_before_a_begun_list
from pytest_haerae.scoring.reading.cleaning import shortened, unified, with_newlines, without_markup
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.reading.mentions import Group
from pytest_haerae.scoring.reading.options import Options, options_of
from pytest_haerae.scoring.reading.output import SEVERAL, LabelLine, Output, whole_label
from pytest_haerae.scoring.reading.own_text import own_text
from pytest_haerae.scoring.reading.predicates import CONCLUDES, REFUSES
from pytest_haerae.scoring.reading.runaways import first_of_a_runaway
from pytest_haerae.scoring.reading.statements import Statement, concludes, last_conclusion, last_statement
from pytest_haerae.scoring.reading.structured import Structured, json_answer
from pytest_haerae.scoring.reading.traced import Traced
from pytest_haerae.scoring.reading.turns import own_end
from pytest_haerae.types import LETTERS, Item

EMPTY, ONLY_REASONING, UNFINISHED_REASONING = "empty", "only reasoning", "unfinished reasoning"
NO_ANSWER, OTHER_FORMAT = "no answer", "not the demanded format"
"""With `SEVERAL`, the reasons why nothing could be read."""

_LABEL = rf"\(?([{LETTERS}]|2[0-6]|1\d|[1-9])\)?\.?"
_DEMANDED = re.compile(rf"(?:#+\s*)?(?:정답|Answer)\s*:\s*{_LABEL}")
_BARE = re.compile(_LABEL)
_SHORT_LINES, _SHORT_TEXT, _LONG_TEXT = 3, 240, 600
_A_LETTER = re.compile(r"[A-Za-z]")
_IS_SUBJECT = re.compile(r"번?(?:이|가|을|를|와|과|의|로|에)(?=[\s가-힣])")
_CUT_IN_MARKUP = re.compile(
    r"(?<=\n)[ \t>*-]{0,8}(?:(?:\$\$?|\*\*|\\\[)[ \t]*\\?[A-Za-z0-9]|\|(?:[^|\n]{0,40}\|){0,9}[ \t]*[A-Za-z])\s*\Z"
)
"""A last line that opens a formula, bold type or a cell, and holds no more than its first letter."""
_ENTRY = re.compile(rf"^[ \t]*[-•]\s\(?[{LETTERS}][).:\s]", re.MULTILINE)
_ITS_LETTER, _NEAR = re.compile(rf"(?<![A-Za-z])[{LETTERS}]번?[은는]\s\Z"), 5
_WORK = re.compile(r"[=≈∫√]|\\frac")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    Attributes:
        label: A letter of the item, or None.
        rule: The rule that read it, or the reason why nothing could be.
        words: What was read, as it stands in the output; None with `label`.
        start: Where it begins there, in characters; None with `label`.
    """

    label: str | None
    rule: str
    words: str | None = None
    start: int | None = None

    @classmethod
    def of(cls, found: Statement | Structured, rule: str, text: str, part: Traced) -> Reading:
        """The reading of what was found in a part of a text."""
        begin, end = part.place(found.start, found.end)
        return cls(found.label, rule, text[begin:end], begin)


def read_choice(text: str, item: Item, *, limited: bool = False) -> Reading:
    """Read the chosen option.

    An output that is one option's own text names it; so does a JSON object's answer; else the first of `RULES` that
    finds anything decides.

    Args:
        text: The model's output.
        item: A lettered item.
        limited: Whether the output was cut at its limit: then the letter or number that it breaks off at is an answer
            only where words announce it, or where it is all that was written.

    Returns:
        The letter with the rule's name and the words that were read; or None with the reason: ``empty``,
        ``only reasoning``, ``unfinished reasoning``, ``several``, ``no answer``.
    """
    options = options_of(item)
    if not text.strip():
        return Reading(None, EMPTY)
    split = split_reasoning(text)
    if not split.answer.text.strip():
        return Reading(None, UNFINISHED_REASONING if split.unfinished else ONLY_REASONING)
    answered = with_newlines(shortened(unified(shortened(split.answer)))).stripped()
    if not answered.text:
        return Reading(None, EMPTY)
    end = own_end(answered.text, item.query, lambda part: _first_evidence(part, options), item.labels)
    answered = answered.part(0, end).stripped()
    begin, finish = answered.place(0, len(answered.text))
    spelt = own_text(text[begin:finish], options)
    if spelt:
        rule = "stated verdict" if spelt.announced else "option text"
        return Reading(spelt.label, rule, spelt.words, text.rindex(spelt.words, begin, finish))
    breaks_off = limited and answered.text[-1:].isalnum()
    return _read_json(text, answered, options) or _read_rules(text, answered, options, breaks_off=breaks_off)


def _read_rules(text: str, answered: Traced, options: Options, *, breaks_off: bool) -> Reading:
    cut = _CUT_IN_MARKUP.search(answered.text)
    cleaned = without_markup(answered.part(0, cut.start() if cut else None))
    cleaned = cleaned.part(0, end_before_a_begun_list(cleaned.text, options)).stripped()
    evidence = _evidence(cleaned.text, options)
    if (
        evidence
        and breaks_off
        and evidence.rule in _UNANNOUNCED
        and 0 < evidence.start < evidence.end == len(cleaned.text)
    ):
        evidence = _evidence(cleaned.text[: evidence.start].rstrip(), options)
    if evidence is None:
        return Reading(None, NO_ANSWER)
    if evidence.label == SEVERAL:
        return Reading(None, SEVERAL)
    return Reading.of(evidence, evidence.rule, text, cleaned)


def _evidence(text: str, options: Options) -> Statement | None:
    output = Output(text, options)
    return next((evidence for rule in RULES if output.lines and (evidence := rule(output))), None)


def read_strictly(text: str, item: Item) -> Reading:
    """Read only the format that the prompts demand: ``정답: (A)`` or ``Answer: (A)`` as the last line, or a bare label.

    Args:
        text: The model's output.
        item: A lettered item.
    """
    split = split_reasoning(text)
    answered = split.answer.stripped()
    if not answered.text:
        return Reading(None, UNFINISHED_REASONING if split.unfinished else ONLY_REASONING if text.strip() else EMPTY)
    last_line = answered.part(answered.text.rfind("\n") + 1).stripped()
    for pattern, part, rule in ((_BARE, answered, "bare label"), (_DEMANDED, last_line, "demanded format")):
        match = pattern.fullmatch(part.text)
        label = options_of(item).label(match[1]) if match else None
        if label:
            begin, end = part.place(0, len(part.text))
            return Reading(label, rule, text[begin:end], begin)
    return Reading(None, OTHER_FORMAT)


def _bare_label(output: Output) -> Statement | None:
    whole = whole_label(output.text, output.options)
    if whole is None:
        return None
    rule = "option text" if whole.kind == "text" else "bare label"
    return Statement(whole.label, rule, 0, len(output.text))


def _last_line(output: Output) -> Statement | None:
    """The letter that the text ends on, whatever it said before."""
    last = output.lines[-1]
    for line in output.label_lines[-1:]:
        if line.number == last[0] and line.whole and line.whole.kind in ("letter", "number"):
            return _of_line(line, "own line")
    return None


def _own_line(output: Output) -> Statement | None:
    """The last line that holds a label and nothing else."""
    whole = [line for line in output.label_lines if line.whole]
    return _of_line(whole[-1], "own line") if whole else None


def _opening_label(output: Output) -> Statement | None:
    """The label that the first line begins with: ``(B) because …``."""
    for line in output.label_lines[:1]:
        if line.number == output.lines[0][0] and _may_open(line, output):
            return _of_line(line, "opening label")
    return None


def _closing_label(output: Output) -> Statement | None:
    """The label that the last line begins with, but for a bare letter, which may stand for a quantity."""
    for line in output.label_lines[-1:]:
        if line.number == output.lines[-1][0] and _may_open(line, output) and line.group and not line.group.plain:
            return None if _is_an_entry(line.text, line.group, output) else _of_line(line, "closing label")
    return None


def _only_label(output: Output) -> Statement | None:
    """The one option that a short text names, or a longer one by its letter; no number or word of a calculation."""
    live = [group for group in output.answerlike if not group.set_aside and not _talked_about(group, output)]
    labels = {label for group in live for label in group.labels}
    if not labels or REFUSES.search(output.text):
        return None
    short = len(output.lines) <= _SHORT_LINES and len(output.text) <= _SHORT_TEXT
    if _WORK.search(output.text) or not (short or (output.named_by_letters and len(output.text) <= _LONG_TEXT)):
        return None
    if not any(_is_chosen(group, output) for group in live):
        return None
    kept = labels.pop() if len(labels) == 1 else SEVERAL
    return Statement(kept, "option text" if output.named_by_texts else "only label", live[-1].start, live[-1].end)


def _talked_about(group: Group, output: Output) -> bool:
    """Whether an option's word is what a sentence speaks of, or a letter a quantity's name: "용기 A: 4 kg"."""
    if group.topic or (output.text.endswith("- ", 0, group.start) and group.end == len(output.text)):
        return True
    if _is_an_entry(output.text, group, output):
        return True
    if output.named_by_texts:
        return bool(_ITS_LETTER.search(output.text, max(0, group.start - _NEAR), group.start))
    return group.plain and output.text.startswith(":", group.end)


def _is_an_entry(text: str, group: Group, output: Output) -> bool:
    """Whether an option heads an entry of a list that explains several: "- (A) 훈민정음: 문자"."""
    headed = text.endswith(("- ", "• "), 0, group.start) and text.startswith(":", group.end)
    return headed and len(_ENTRY.findall(output.text)) > 1


def _is_chosen(group: Group, output: Output) -> bool:
    """Whether a sentence ends with an option, or calls it right; "그림 (A)를 보면" does not."""
    return output.named_by_texts or concludes(output, group.end)


RULES: tuple[Callable[[Output], Statement | None], ...] = (
    _bare_label,
    first_of_a_runaway,
    _last_line,
    last_statement,
    _own_line,
    _opening_label,
    last_conclusion,
    _closing_label,
    _only_label,
)
"""In the order of their weight. What a JSON object gives as its answer stands before all of them."""
_UNANNOUNCED = ("own line", "closing label", "conclusion", "only label", "option text")
"""Rules that read what no words announce."""


def _of_line(line: LabelLine, rule: str) -> Statement:
    if line.group is None:
        return Statement(line.label, rule, line.start, line.start + len(line.text))
    label = line.label if len(line.group.labels) == 1 else SEVERAL
    return Statement(label, rule, line.start + line.group.start, line.start + line.group.end)


def _may_open(line: LabelLine, output: Output) -> bool:
    """Whether a line that begins with a label and goes on answers by it."""
    group = line.group
    if group is None or group.set_aside or REFUSES.search(output.text):
        return False
    named, behind = line.text[group.start : group.end], line.text[group.end :]
    if output.options.occurrences(named):
        return True
    return not _IS_SUBJECT.match(behind) if _A_LETTER.search(named) else bool(CONCLUDES.match(behind))


def _first_evidence(text: str, options: Options) -> int | None:
    """Where a text first names an option."""
    places = [group.start for group in Output(text, options).answerlike]
    return min(places, default=None)


def _read_json(text: str, answered: Traced, options: Options) -> Reading | None:
    """The answer of a JSON object, unless a verdict follows it."""
    found = json_answer(answered.text, options)
    if found is None:
        return None
    after = without_markup(answered.part(found.after))
    later = last_statement(Output(after.text, options)) if after.text else None
    if later:
        if later.label == SEVERAL:
            return Reading(None, SEVERAL)
        return Reading.of(later, later.rule, text, after)
    if found.label is None or found.label == SEVERAL:
        return Reading(None, SEVERAL if found.label else NO_ANSWER)
    return Reading.of(found, "JSON", text, answered)
