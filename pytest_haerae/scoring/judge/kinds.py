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
        turns: What each answer of a conversation is worth, 0 to 1; empty where they are not judged one by one.
        orders: Of a pair what the answer is worth where it is shown first, and where second.
    """

    outcome: Outcome
    score: float | None
    said: str
    rule: str
    turns: tuple[float, ...] = ()
    orders: tuple[float, ...] = ()


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
    item: Item,
    answer: str,
    template: Template,
    *,
    rubric: str = "rubric",
    other: str | None = None,
    earlier: Sequence[str] = (),
) -> Questions:
    """What a judge is asked about an answer.

    Args:
        item: The question that was answered.
        answer: The answer, without reasoning.
        template: How it is asked.
        rubric: The column with an item's criteria.
        other: The answer that this one is compared with, in a template of the kind pairwise.
        earlier: The answers before it in a conversation. Scores and words are asked for each of its answers, with what
            was said before; a checklist is of the last one.

    Raises:
        ScorerFailure: The item lacks what the template asks for.
    """
    turns = [_of_turn(item, (*earlier, answer), at) for at in range(len(item.turns))]
    values = turns[-1] if turns else _values(item, answer)
    if template.kind == "choice":
        return _of_choice(template, turns or [values])
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
        having = ", ".join(item.metadata)
        raise ScorerFailure(
            f"judge template {template.name}: the item's row has no criteria in a column '{rubric}':"
            f" --evaluator-params rubric=COLUMN names another (it has {having or 'no further one'})"
        )
    return _of_score(template, [{**each, "rubric": values.get("rubric")} for each in turns] or [values])


def _of_turn(item: Item, said: Sequence[str], at: int) -> dict[str, str | None]:
    """What stands for the placeholders where one answer of a conversation is judged."""
    before = (
        f"[user]\n{turn.question.strip()}\n\n[assistant]\n{answer}"
        for turn, answer in zip(item.turns[:at], said[:at], strict=True)
    )
    turn = item.turns[at]
    found = {"question": turn.question.strip(), "reference": turn.reference or None, "answer": said[at]}
    return {**found, "conversation": "\n\n".join(before)}


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
        "conversation": "",
    }


def _of_score(template: Template, turns: Sequence[Mapping[str, str | None]]) -> Questions:
    def read(text: str) -> object | None:
        return read_score(text, template.lowest, template.highest)

    def worth(readings: Sequence[object]) -> Worth:
        scores = [score for score in readings if isinstance(score, float)]
        mean = sum(scores) / len(scores)
        outcome: Outcome = "correct" if mean >= template.passes_from else "wrong"
        each = tuple(map(template.share, scores)) if several else ()
        said = f"{' and '.join(f'{score:g}' for score in scores)} of {template.highest:g}"
        return Worth(outcome, template.share(mean), said, f"score {mean:g}", each)

    several = len(turns) > 1
    return Questions(tuple(map(template.fill, turns)), read, worth)


def _of_choice(template: Template, turns: Sequence[Mapping[str, str | None]]) -> Questions:
    """Of a conversation every answer has to be right."""

    def worth(readings: Sequence[object]) -> Worth:
        words = list(map(str, readings))
        outcomes = [template.verdicts[word] for word in words]
        outcome = next((each for each in outcomes if each != "correct"), outcomes[0])
        each = tuple(float(outcome == "correct") for outcome in outcomes) if len(turns) > 1 else ()
        said = " and ".join(words)
        return Worth(outcome, sum(each) / len(each) if each else None, said, said, each)

    return Questions(tuple(map(template.fill, turns)), lambda text: read_choice(text, tuple(template.verdicts)), worth)


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
        return Worth(outcome, score, f"{said} ({agree})", agree, orders=scores)

    texts = tuple(
        template.fill({**values, "first": one, "second": two}) for one, two in ((answer, other), (other, answer))
    )
    return Questions(texts, lambda text: read_choice(text, WORDS_OF_PAIR), worth)
