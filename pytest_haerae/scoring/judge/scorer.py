"""The scorer `judge`: what a second model says of an answer decides what it is worth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import PrivateAttr

from pytest_haerae.errors import ScorerFailure, UsageError
from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.judge.earlier import earlier_answers
from pytest_haerae.scoring.judge.kinds import Questions, questions_about
from pytest_haerae.scoring.judge.template import DEFAULT, Template, find_template
from pytest_haerae.scoring.panel import Vote, combined
from pytest_haerae.scoring.parameters import ScorerParameters
from pytest_haerae.scoring.reading.marks import answered_text
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.types import Item, Message, Request, Response, Verdict

_HALF = 0.5
_ANY = "…"
"""Stands for an answer where none is there."""


class JudgeParameters(ScorerParameters):
    """What is asked of the judge.

    Attributes:
        template: The name of a template, or a ``.toml`` file.
        passes_from: The score, on the template's scale, from which an answer is right; None for the template's own.
        rubric: The column of an item's row that has its criteria.
        against: A report whose answers these are compared with, for templates of the kind pairwise.
        structured: Whether the judge is kept to a bare verdict, without a reason, by a backend that can.
    """

    template: str = DEFAULT
    passes_from: float | None = None
    rubric: str = "rubric"
    against: str | None = None
    structured: bool = False

    _template: Template = PrivateAttr()
    _others: Mapping[tuple[str, str], str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any) -> None:  # noqa: ANN401 - pydantic's
        """Read the files that they name.

        Raises:
            UsageError: One cannot be read or used.
        """
        self._template = find_template(self.template)
        pairwise = self._template.kind == "pairwise"
        if pairwise != (self.against is not None):
            words = "needs against=REPORT.json" if pairwise else "compares no answers: leave against out"
            raise UsageError(f"--evaluator-params: template {self.template} {words}")
        if self.against is not None:
            self._others = earlier_answers(self.against)
        if self.passes_from is not None:
            low, high = self._template.lowest, self._template.highest
            if self._template.kind != "score" or not low <= self.passes_from <= high:
                raise UsageError(
                    f"--evaluator-params: passes_from={self.passes_from:g}: template {self.template} has "
                    + (f"scores from {low:g} to {high:g}" if self._template.kind == "score" else "no scale")
                )
            self._template = self._template.passing_from(self.passes_from)

        if self.structured and not self._template.words:
            words = f"the verdicts of template {self.template} cannot be counted"
            raise UsageError(f"--evaluator-params: structured: {words}; leave it out")

    def constrains(self) -> bool:
        """Whether the judge is kept to its verdicts."""
        return self.structured

    def facts(self) -> Mapping[str, Any]:
        """The template's name and fingerprint, the scale of its scores, and a hash of the answers compared with."""
        own: dict[str, Any] = {"template": self.template, "template_fingerprint": self._template.fingerprint}
        template = self._template
        if self.against is not None:
            answers = json.dumps(sorted(self._others.items())).encode()
            own["against_fingerprint"] = hashlib.sha256(answers).hexdigest()
        return {**own, "scale": [template.lowest, template.highest]} if template.kind == "score" else own

    def is_right(self, share: float) -> bool:
        """Whether an answer is right that is worth so much on average, 0 to 1."""
        template = self._template
        if template.kind in ("score", "checklist"):
            return share >= template.share(template.passes_from)
        return share > _HALF

    def _other(self, item: Item) -> str | None:
        """The answer to an item that this run's is compared with."""
        return self._others.get((item.subset, item.key or item.id))

    def questions(self, item: Item, response: Response) -> Questions | None:
        """What the judge is asked about a response; None about one without an answer."""
        answer = answered_text(response.text)
        if not answer:
            return None
        other = self._other(item)
        earlier = tuple(answered_text(each.text) or _ANY for each in response.earlier)
        return questions_about(item, answer, self._template, rubric=self.rubric, other=other, earlier=earlier)

    def refusal(self, item: Item) -> str | None:
        """The template shows no conversation, or what the item lacks: a reference, its criteria, options."""
        template = self._template
        references = [turn.reference for turn in item.turns] or [item.reference]
        if item.turns and (template.kind == "pairwise" or not template.shows("conversation")):
            lack, other = "shows no {conversation}, which it is", "conversation_ko"
        elif template.needs("reference") and not all(references):
            lack, other = "shows a {reference}, which it lacks", "conversation_ko" if item.turns else "score_ko"
        else:
            return self._unasked(item)
        return f"judge template {self.template} {lack}: take --evaluator-params template={other}, or one of your own"

    def _unasked(self, item: Item) -> str | None:
        """Why no question can be made about an item, whatever is answered to it."""
        try:
            earlier = (_ANY,) * max(0, len(item.turns) - 1)
            questions_about(item, _ANY, self._template, rubric=self.rubric, other=_ANY, earlier=earlier)
        except ScorerFailure as failure:
            return str(failure)
        return None

    def refusal_of_all(self, items: Sequence[Item]) -> str | None:
        """None of them has an answer in the report that they are compared with."""
        if self.against is None or any(self._other(item) is not None for item in items):
            return None
        subset, name = next(iter(self._others))
        first = items[0]
        return (
            f"--evaluator-params against={self.against}: it has none of this run's {len(items):,} items: it names"
            f" '{name}' of {subset}, they are like '{first.id}' of {first.subset}; name a report of the same data"
        )

    def opening(self, text: str) -> Request:
        """The request that asks the judge a question."""
        system = (Message("system", self._template.system),) if self._template.system else ()
        choices = self._template.words if self.structured else ()
        return Request("generate", "", messages=(*system, Message("user", text)), choices=choices)

    def again(self, opening: Request, said: str) -> Request:
        """The request that asks once more, in the same chat, where a verdict cannot be read."""
        more = (Message("assistant", said or _ANY), Message("user", self._template.again))
        return replace(opening, messages=(*(opening.messages or ()), *more))


def ask_judge(
    item: Item, response: Response, parameters: JudgeParameters, said: Sequence[Response]
) -> Sequence[Request]:
    """What the judge is asked next: each question once, and once more where its verdict cannot be read."""
    questions = parameters.questions(item, response)
    if questions is None or len(said) > len(questions.texts):
        return ()
    openings = list(map(parameters.opening, questions.texts))
    if not said:
        return openings
    return [
        parameters.again(opening, text)
        for opening, text in zip(openings, (answered_text(each.text) for each in said), strict=True)
        if questions.read(text) is None
    ]


def combine_judges(item: Item, response: Response, parameters: JudgeParameters, votes: Sequence[Vote]) -> Verdict:
    """What several judges say of an answer: the mean of their scores, right from where one judge's would be.

    Args:
        item: An item of any kind.
        response: Its response.
        parameters: What the judges were asked.
        votes: What each of them makes of it.
    """
    return combined(item, votes, parameters.is_right)


@register_scorer(
    "string_match",
    "judge",
    parameters=JudgeParameters,
    requests=ask_judge,
    compares=False,
    combine=combine_judges,
)
def grade(item: Item, response: Response, parameters: JudgeParameters, said: Sequence[Response]) -> Verdict:
    """A second model (--judge) grades the answer, by a template.

    Args:
        item: An item of any kind.
        response: Its response with a text.
        parameters: What is asked of the judge.
        said: What it answered: to each question, then to those that were asked once more.
    """
    questions = parameters.questions(item, response)
    if questions is None:
        cut = limit_reached(response.finish_reason)
        words = "cut: the output ended at its limit before an answer" if cut else "invalid: there is no answer"
        return Verdict("cut" if cut else "invalid", explanation=f"{item.id} {words}", rule="no answer")
    texts = tuple(answered_text(each.text) for each in said)
    count = len(questions.texts)
    first, further = texts[:count], iter(texts[count:])
    readings = [questions.read(text) for text in first]
    readings = [questions.read(next(further, "")) if reading is None else reading for reading in readings]
    known = [reading for reading in readings if reading is not None]
    if len(known) < count:
        words = "the judge's verdict could not be read, twice"
        return Verdict("unjudged", explanation=f"{item.id} unjudged: {words}", rule="unread", judgements=texts)
    worth = questions.worth(known)
    verb = "correct" if worth.outcome == "correct" else worth.outcome
    return Verdict(
        worth.outcome,
        explanation=f"{item.id} {verb}: the judge says {worth.said}",
        rule=worth.rule,
        score=worth.score,
        judgements=texts,
        turn_scores=worth.turns,
        order_scores=worth.orders,
    )
