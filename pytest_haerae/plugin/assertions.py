"""What tests assert of the model's answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_haerae.errors import UsageError, WrongAnswer

if TYPE_CHECKING:
    from pytest_haerae.types import Item, Response, Verdict

_LETTER = re.compile(r"\b(?:predicted|reference) \(([A-Z]+)\)")
_SHOWN = 60


def assert_correct(verdict: Verdict) -> None:
    """Assert that an item was answered right.

    Args:
        verdict: The fixture ``haerae_verdict``.

    Raises:
        WrongAnswer: With the verdict's one-line explanation; an AssertionError that the plugin shows as ``w``, ``i`` or
            ``c``.
    """
    __tracebackhide__ = True
    if verdict.outcome != "correct":
        raise _wrong(verdict, verdict.explanation)


def _wrong(verdict: Verdict, words: str) -> WrongAnswer:
    wrong = WrongAnswer(words)
    wrong.verdict = verdict
    return wrong


def assert_string_match(
    response: Response, reference: str | Item, *, options: Sequence[str] | None = None, strict: bool = False
) -> None:
    """Assert that a text gives the right answer, read as the method `string_match` reads it.

    Args:
        response: What the model answered: of ``haerae_model`` or ``haerae_response``.
        reference: The right answer: a text, or with options the right one's letter or text. An item brings its own
            options.
        options: The options' texts, in the order of their letters; None where the answer is free text, which is
            compared after spaces, punctuation and case are normalised.
        strict: Take only ``정답: (A)`` on the last line, or a bare letter.

    Raises:
        WrongAnswer: The answer is another one, or none could be read.
        UsageError: The response has no text, or the reference is none of the options.
    """
    __tracebackhide__ = True
    if response.text is None:
        raise UsageError("assert_string_match: the response has no text: it is of loglikelihood(), not of generate()")
    from pytest_haerae.scoring.strict import judge_strictly
    from pytest_haerae.scoring.string_match import judge_string_match
    from pytest_haerae.types import LETTERS

    name = "assert_string_match"
    if options is not None and not 1 < len(options) <= len(LETTERS):
        several = "" if len(options) == 1 else "s"
        raise UsageError(f"{name}: {len(options)} option{several}; there are 2 to {len(LETTERS)}")
    item = _item(reference, options, name)
    verdict = (judge_strictly if strict else judge_string_match)(item, response)
    if verdict.outcome != "correct":
        raise _wrong(verdict, _with_texts(verdict.explanation, item))


def assert_log_likelihood(
    response: Response, reference: int | str | Item, *, options: Sequence[str] | None = None, margin: float = 0.0
) -> None:
    """Assert that the right continuation is the most likely one.

    Args:
        response: What the model answered: of ``haerae_model.loglikelihood`` or ``haerae_response``.
        reference: The right continuation: its place from 0, its letter (after Z come AA, AB, …), or its text among
            `options`; or an item.
        options: The continuations, where they are to be named in messages or `reference` is a text.
        margin: By how much (natural logarithm) it has to be more likely than each other one.

    Raises:
        WrongAnswer: Another one is at least as likely as that allows.
        UsageError: The response has no log-likelihoods, or the reference is none of them.
    """
    __tracebackhide__ = True
    if not isinstance(margin, int | float) or not margin >= 0:
        raise UsageError(f"assert_log_likelihood: margin is a number from 0, not {margin!r:.80}")
    values = response.loglikelihoods
    if values is None:
        raise UsageError("assert_log_likelihood: the response has no log-likelihoods: it is of generate()")
    from pytest_haerae.scoring.log_likelihood import judge_log_likelihood

    name, given = "assert_log_likelihood", options or [""] * len(values)
    if len(values) == 1:
        raise UsageError(f"{name}: one continuation is compared with no other")
    if len(given) != len(values):
        raise UsageError(f"{name}: {len(given)} options, and {len(values)} continuations were scored")
    if not isinstance(reference, int):
        item = _item(reference, given, name)
    elif isinstance(reference, bool) or not 0 <= reference < len(values):
        raise UsageError(f"{name}: {reference!r} is no place among {len(values)} continuations, from 0")
    else:
        item = _lettered(reference, given)
    verdict = judge_log_likelihood(item, response)
    explanation = _with_texts(verdict.explanation, item)
    if verdict.outcome != "correct":
        raise _wrong(verdict, explanation)
    if verdict.margin is not None and verdict.margin < margin:
        raise WrongAnswer(f"{explanation}, which is below {margin:g}")


def _with_texts(explanation: str, item: Item) -> str:
    """A verdict's line with the options' texts behind their letters, which only the test's author could look up."""
    texts = dict(zip(item.labels or (), item.options or (), strict=False))

    def named(match: re.Match[str]) -> str:
        text = texts.get(match[1], "")
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return f"{match[0]} {shown!r}" if text else match[0]

    return _LETTER.sub(named, explanation)


def _item(reference: str | Item, options: Sequence[str] | None, name: str) -> Item:
    """An answer to compare with, as a scorer takes it.

    Raises:
        UsageError: It is none of the options.
    """
    __tracebackhide__ = True
    from pytest_haerae.types import Item

    if isinstance(reference, Item):
        return reference if options is None or not any(options) else replace(reference, options=tuple(options))
    if not isinstance(reference, str) or not reference.strip():
        raise UsageError(f"{name}: the reference is a text or an item, not {reference!r:.80}")
    if options is None:
        return Item("answer", "", 0, "", None, None, reference)
    pairs = zip(_labels(len(options)), options, strict=True)
    found = [place for place, pair in enumerate(pairs) if reference in pair]
    if len(found) != 1:
        raise UsageError(f"{name}: the reference {reference!r:.80} is {'no' if not found else 'more than one'} option")
    return _lettered(found[0], options)


def _lettered(right: int, options: Sequence[str]) -> Item:
    """An item whose right option is the one at a place, from 0."""
    from pytest_haerae.types import Item

    labels = _labels(len(options))
    return Item("answer", "", 0, "", tuple(options), labels, labels[right])


def _labels(count: int) -> tuple[str, ...]:
    """Names of so many options: A to Z, then AA, AB, … as of a spreadsheet's columns."""
    from pytest_haerae.types import LETTERS

    names = ("".join(letters) for length in itertools.count(1) for letters in itertools.product(LETTERS, repeat=length))
    return tuple(itertools.islice(names, count))
