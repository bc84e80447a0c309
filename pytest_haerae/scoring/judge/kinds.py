"""What a judge is asked about an answer, and what it said of it is worth: for each kind of template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pytest_haerae.data.passages import passage_of, without_answer_heading
from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.judge.reading import read_checklist, read_choice, read_score
from pytest_haerae.scoring.judge.rubric import Criterion, numbered, read_rubric
from pytest_haerae.scoring.judge.template import WORDS_OF_PAIR, Template
from pytest_haerae.types import Item, Outcome


@dataclass(frozen=True, slots=True)
class Worth:
    """What an answer is worth by what a judge said of it.

    Attributes:
        outcome: Whether it is right.
        score: 0 to 1, where there are scores between.
        said: The judge's verdict, in few words.
        rule: What the report counts it under.
    """

    outcome: Outcome
    score: float | None
    said: str
    rule: str


Read = Callable[[str], object | None]
"""Reads a judge's text; None where it states no verdict."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a judge is asked about one answer.

    Attributes:
        texts: The questions, each of which is answered by itself.
        read: Reads the answer to one of them.
        worth: What the readings of all of them come to.
    """

    texts: tuple[str, ...]
    read: Read
    worth: Callable[[Sequence[object]], Worth]


def questions_about(
    item: Item, answer: str, template: Template, *, rubric: str = "rubric", other: str | None = None
) -> Questions:
    """What a judge is asked about an answer.

    Args:
        item: The question that was answered.
        answer: The answer, without reasoning.
        template: How it is asked.
        rubric: The column with an item's criteria.
        other: The answer that this one is compared with, in a template of the kind pairwise.

    Raises:
        ScorerFailure: The item lacks what the template asks for.
    """
    values = _values(item, answer)
    if template.kind == "choice":
        return _of_choice(template, values)
    if template.kind == "pairwise":
        if other is None:
            raise ScorerFailure("the report of --evaluator-params against has no answer to this item")
        return _of_pair(template, values, answer, other)
    if rubric in item.metadata:
        criteria = read_rubric(item.metadata[rubric])
        values["rubric"] = numbered(criteria)
        if template.kind == "checklist":
            return _of_checklist(template, values, criteria)
    elif template.kind == "checklist":
        raise ScorerFailure(f"the item's row has no column '{rubric}' (--evaluator-params rubric=COLUMN names another)")
    return _of_score(template, values)


def _values(item: Item, answer: str) -> dict[str, str | None]:
    pairs = dict(zip(item.labels or (), item.options or (), strict=True))
    options = "\n".join(f"({label}) {text}" for label, text in pairs.items())
    reference = item.reference
    return {
        "question": without_answer_heading(item.query),
        "passage": passage_of(item.query),
        "options": options or None,
        "reference": f"({reference}) {pairs[reference]}" if reference in pairs else reference or None,
        "answer": answer,
    }


def _of_score(template: Template, values: Mapping[str, str | None]) -> Questions:
    def read(text: str) -> object | None:
        return read_score(text, template.lowest, template.highest)

    def worth(readings: Sequence[object]) -> Worth:
        (score,) = readings
        assert isinstance(score, float)  # noqa: S101 - as read
        outcome: Outcome = "correct" if score >= template.passes_from else "wrong"
        return Worth(outcome, template.share(score), f"{score:g} of {template.highest:g}", f"score {score:g}")

    return Questions((template.fill(values),), read, worth)


def _of_choice(template: Template, values: Mapping[str, str | None]) -> Questions:
    def worth(readings: Sequence[object]) -> Worth:
        word = str(readings[0])
        return Worth(template.verdicts[word], None, word, word)

    return Questions((template.fill(values),), lambda text: read_choice(text, tuple(template.verdicts)), worth)


def _of_checklist(template: Template, values: Mapping[str, str | None], criteria: tuple[Criterion, ...]) -> Questions:
    def worth(readings: Sequence[object]) -> Worth:
        (met,) = readings
        assert isinstance(met, tuple)  # noqa: S101 - as read
        total = sum(criterion.weight for criterion in criteria)
        score = sum(criterion.weight for criterion, is_met in zip(criteria, met, strict=True) if is_met) / total
        outcome: Outcome = "correct" if score >= template.share(template.passes_from) else "wrong"
        said = f"{sum(met)} of {len(met)} criteria"
        return Worth(outcome, score, said, said)

    return Questions((template.fill(values),), lambda text: read_checklist(text, len(criteria)), worth)


_WON, _TIED, _LOST = 1.0, 0.5, 0.0


def _of_pair(template: Template, values: Mapping[str, str | None], answer: str, other: str) -> Questions:
    """Both orders: which answer stands first moves many a judge, and cancels out."""
    first, second, _ = WORDS_OF_PAIR

    def worth(readings: Sequence[object]) -> Worth:
        forward, backward = map(str, readings)
        scores = (
            {first: _WON, second: _LOST}.get(forward, _TIED),
            {first: _LOST, second: _WON}.get(backward, _TIED),
        )
        score = sum(scores) / len(scores)
        outcome: Outcome = "correct" if score > _TIED else "wrong"
        said = {_WON: "better", _TIED: "as good", _LOST: "worse"}.get(score, "between better and worse")
        agree = "both orders agree" if scores[0] == scores[1] else "the orders disagree"
        return Worth(outcome, score, f"{said} ({agree})", agree)

    texts = tuple(
        template.fill({**values, "first": one, "second": two}) for one, two in ((answer, other), (other, answer))
    )
    return Questions(texts, lambda text: read_choice(text, WORDS_OF_PAIR), worth)
