"""Judged items to the report's `samples`, each row made when it is looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from pytest_haerae.images import Image
from pytest_haerae.lazy import LazySequence
from pytest_haerae.report.schema import ChatMessage, ImageRow, SampleRow
from pytest_haerae.run.calls import known_sum
from pytest_haerae.run.questions import shown_text
from pytest_haerae.statistics.answer_row import AnswerRow, Tokens, TurnRow, VoteRow
from pytest_haerae.types import Answer, DataKey, Item, Message, Request, Response, Sample, Verdict


class SampleRows(LazySequence[SampleRow]):
    """The rows of judged items. They are not kept: all of them at once would be a second copy of the data.

    Whoever goes over them more than a few times makes a list of them first.

    Args:
        samples: The judged items, in the report's order.
        request_of: What an item's backend was asked; None where the method does not apply to it.
        dataset_of: What a data set is called.
        return_logits: Whether an item's log-likelihoods are shown.
        hangul_of: The share of Hangul in the answers to an item; None where nobody asks for it.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        request_of: Callable[[Sample], Request | None],
        dataset_of: Callable[[DataKey], str],
        return_logits: Callable[[Sample], bool],
        hangul_of: Callable[[Sample], float | None] | None = None,
    ) -> None:
        def row(sample: Sample) -> SampleRow:
            dataset = dataset_of(sample.selected.data)
            made = make_row(sample, request_of(sample), dataset, return_logits=return_logits(sample))
            if hangul_of is not None and (share := hangul_of(sample)) is not None:
                made["hangul"] = share
            return made

        super().__init__(row, samples, remembered=0)


def make_row(sample: Sample, request: Request | None, dataset: str, *, return_logits: bool) -> SampleRow:
    """One row of the report's `samples`: the promised keys, then what tells why it was judged so.

    `input` is the text as sent; of a chat, its messages in one text, while `messages` has them apart.

    Args:
        sample: The judged item.
        request: What its backend was asked; None where the method does not apply.
        dataset: What its data set is called.
        return_logits: Whether the log-likelihoods are shown.
    """
    item, response, verdict = sample.item, sample.response, sample.verdict
    shown = item.query if request is None else shown_text(request)
    values = response.loglikelihoods if response and return_logits else None
    row: SampleRow = {
        "id": item.id,
        "subset": item.subset,
        "nodeid": sample.nodeid,
        "input": shown,
        "options": list(item.options) if item.options is not None else None,
        "reference": item.reference,
        "prediction": verdict.prediction,
        "outcome": verdict.outcome,
        "raw_output": response.text if response else None,
        "loglikelihoods": list(values) if values is not None else None,
        "error": _error(response, verdict),
        "dataset": dataset,
        "key": item.key,
        "explanation": verdict.explanation,
        "rule": verdict.rule,
        "character_f": verdict.character_f,
        "why": verdict.why,
        "why_start": verdict.why_start,
        "reasoning": response.reasoning if response else None,
        "finish_reason": response.finish_reason if response else None,
        "tokens": sum_tokens(*every_response(sample)),
        "metadata": dict(item.metadata),
        "truncated": bool(response and response.truncated),
        "messages": [_show(message) for message in request.messages] if request and request.messages else None,
    }
    _add_grades(row, verdict)
    if response and item.turns:
        row["turns"] = _turn_rows(item, response, verdict)
    if item.images:
        row["images"] = [_image(image) for image in item.images]
    if sample.answers:
        row["answers"] = [_answer_row(item, answer) for answer in sample.answers]
    return row


def _image(image: Image) -> ImageRow:
    return {"name": image.name, "type": image.kind or None, "size": image.size or None, "sha256": image.digest}


def _turn_rows(item: Item, response: Response, verdict: Verdict) -> list[TurnRow]:
    """The turns of a conversation; those that an error kept from being asked have no answer."""
    said = [*response.earlier, response]
    rows: list[TurnRow] = []
    for place, turn in enumerate(item.turns):
        answer = said[place] if place < len(said) else Response()
        row: TurnRow = {"question": turn.question, "reference": turn.reference or None, "answer": answer.text}
        if answer.reasoning is not None:
            row["reasoning"] = answer.reasoning
        if verdict.turn_scores:
            row["score"] = verdict.turn_scores[place]
        rows.append(row)
    return rows


def _add_grades(row: SampleRow | AnswerRow, verdict: Verdict) -> None:
    """Add what a second model made of an answer, and what it is worth where that is partial: no key without a value."""
    if verdict.score is not None:
        row["score"] = verdict.score
    if verdict.judgements:
        row["judgements"] = list(verdict.judgements)
    if verdict.order_scores:
        row["order_scores"] = list(verdict.order_scores)
    if verdict.panel:
        row["panel"] = [_vote_row(name, each) for name, each in verdict.panel]


def _vote_row(judge: str, verdict: Verdict) -> VoteRow:
    row: VoteRow = {"judge": judge, "outcome": verdict.outcome, "judgements": list(verdict.judgements)}
    if verdict.score is not None:
        row["score"] = verdict.score
    if verdict.order_scores:
        row["order_scores"] = list(verdict.order_scores)
    return row


def _answer_row(item: Item, answer: Answer) -> AnswerRow:
    response, verdict = answer.response, answer.verdict
    row: AnswerRow = {
        "outcome": verdict.outcome,
        "prediction": verdict.prediction,
        "raw_output": response.text,
        "reasoning": response.reasoning,
        "finish_reason": response.finish_reason,
        "tokens": sum_tokens(*response.earlier, response),
        "why": verdict.why,
        "why_start": verdict.why_start,
        "rule": verdict.rule,
        "explanation": verdict.explanation,
        "error": _error(response, verdict),
    }
    _add_grades(row, verdict)
    if item.turns:
        row["turns"] = _turn_rows(item, response, verdict)
    if response.log_probability is not None:
        row["log_probability"] = response.log_probability
    if response.log_probability_tokens is not None:
        row["log_probability_tokens"] = response.log_probability_tokens
    if answer.rank is not None:
        row["rank"] = answer.rank if math.isfinite(answer.rank) else None
    return row


def every_response(sample: Sample) -> tuple[Response, ...]:
    """All answers to an item, of conversations with the earlier ones."""
    return tuple(each for response in sample.responses for each in (*response.earlier, response))


class Counted(Protocol):
    """What has counts of tokens, each None where it is not known."""

    @property
    def prompt_tokens(self) -> int | None:
        """Those of the prompt."""

    @property
    def completion_tokens(self) -> int | None:
        """Those that were generated."""

    @property
    def reasoning_tokens(self) -> int | None:
        """Of these, those that the model thought in."""

    @property
    def cached_tokens(self) -> int | None:
        """Of the prompt's, those that the server had in its cache."""


def sum_tokens(*counted: Counted) -> Tokens:
    """The tokens of some answers together."""
    tokens: Tokens = {
        "prompt": known_sum(each.prompt_tokens for each in counted),
        "completion": known_sum(each.completion_tokens for each in counted),
    }
    reasoning = known_sum(each.reasoning_tokens for each in counted)
    if reasoning is not None:
        tokens["reasoning"] = reasoning
    cached = known_sum(each.cached_tokens for each in counted)
    if cached is not None:
        tokens["cached"] = cached
    return tokens


def _error(response: Response | None, verdict: Verdict) -> str | None:
    """What went wrong: with the answer, or with the scorer that was to judge it."""
    if response is not None and response.error is not None:
        return response.error
    return verdict.explanation if verdict.outcome == "error" else None


def _show(message: Message) -> ChatMessage:
    return {"role": message.role, "content": message.content}
