"""The values that travel through an evaluation: Item, Request, Response, Verdict. Nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pytest_haerae.images import Image
from pytest_haerae.short_repr import ShortRepr

Method = Literal["log_likelihood", "string_match"]
Capability = Literal["generate", "loglikelihood", "reward"]
PassIf = Literal["majority", "any", "all"]
"""When an item with several answers is right: more than half of them are, any is, or all are."""
Outcome = Literal["correct", "wrong", "invalid", "cut", "error", "skipped", "unjudged"]
NOT_RIGHT: tuple[Outcome, ...] = ("wrong", "invalid", "cut")
"""The outcomes of an answer that is not right."""

Role = Literal["system", "user", "assistant"]
ReasoningLevel = Literal["off", "minimal", "low", "medium", "high"]
Reasoning = ReasoningLevel | int
"""How much a model thinks before it answers: a level, or at most so many tokens."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The letters of options, in order: an item has at most as many options."""
CAPABILITY: dict[Method, Capability] = {"log_likelihood": "loglikelihood", "string_match": "generate"}
"""What a backend has to be able to do for a method."""


class Turn(NamedTuple):
    """One question of several, and what is right; empty where nothing is to be compared with."""

    question: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question, or several of a conversation.

    Attributes:
        id: ASCII, stable across runs and machines: the subset's slug and the row's index, ``csat_geo-0042``.
        subset: The subset's name, as the data set spells it.
        index: The row's position in its subset, from 0.
        query: The whole question as shown to a base model; for lettered items it ends where the answer begins.
        options: The options' texts, or None for a free-text item.
        labels: The options' letters (``"A"``, …), as many as `options`; None for a free-text item.
        reference: The right option's letter, or the right text of a free-text item; empty where a free-text item has
            none, and of several questions that of the last.
        key: What the item is known by in its subset when its file grows: a hash of what it asks, after its row's `id`
            where it has one; a second equal one ends in ``#2``. Empty where nobody gave it one.
        metadata: Every column of its row that has no other meaning, as JSON has its value; cells that hold nothing are
            left out. It is no part of what tells one item from another.
        images: What is asked about beside the query, in order.
        turns: Of a conversation all questions in order, of which `query` is the first; empty for a single question.
    """

    id: str
    subset: str
    index: int
    query: str
    options: tuple[str, ...] | None
    labels: tuple[str, ...] | None
    reference: str
    key: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    images: tuple[Image, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat; its images stand before its text."""

    role: Role
    content: str
    images: tuple[Image, ...] = ()


SamplingValue = int | float | tuple[tuple[int, float], ...]
"""A number, or numbers by token id."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a backend is asked.

    Attributes:
        kind: Score the continuations, generate a text, or reward the last message of a chat.
        context: The text before the continuations, or the prompt to generate from; empty for a chat request.
        continuations: The texts to score after the context; empty when generating.
        messages: The chat to answer or to score after, in place of `context`; None for plain text.
        stop: Texts at which a generation ends.
        sampling: Generation parameters of this request alone, by name and in that order, in place of the backend's.
        repeat: Which answer to this question it asks for, from 0: each is another one, where the model draws.
        choices: The texts of which the model is kept to one; empty where it writes what it likes.
        log_probability: Whether the log-probability of what it generates is wanted.
    """

    kind: Capability
    context: str
    continuations: tuple[str, ...] = ()
    messages: tuple[Message, ...] | None = None
    stop: tuple[str, ...] = ()
    sampling: tuple[tuple[str, SamplingValue], ...] = ()
    repeat: int = 0
    choices: tuple[str, ...] = ()
    log_probability: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Response(ShortRepr):
    """What a backend answered; either an answer or an `error`, never both.

    Attributes:
        text: The generated text, without the prompt.
        loglikelihoods: For each continuation the sum of its tokens' log-probabilities (natural logarithm).
        error: One line, when no answer could be had.
        prompt_tokens: Tokens of the prompt, None where the backend does not say.
        completion_tokens: Generated tokens, None where the backend does not say.
        finish_reason: Why a generation ended, in the backend's word (``stop``, ``length``, …).
        truncated: Whether the context was too long for the model and was cut from the left.
        latency_seconds: Wall time of this request, None where requests are batched.
        cost_usd: Its price in US dollars, None where it is not known.
        reasoning: What the model thought before it answered, told apart by the backend or by its own marks in `text`.
        reasoning_tokens: Those of `completion_tokens` that it thought in, None where the backend does not say.
        cached_tokens: Those of `prompt_tokens` that were in the server's cache, None where it does not say.
        log_probability: The sum of the log-probabilities (natural logarithm) that the model itself gave to the tokens
            that it generated, up to the one that ends the text, whatever filters and temperature they were drawn with;
            None where it was not asked for.
        log_probability_tokens: How many tokens that sum is of.
        reward: What a reward model gives the answer, the greater the better; of any scale.
        earlier: Of a conversation the answers before this one, joined to it when all are there; no backend gives them.
    """

    text: str | None = None
    loglikelihoods: tuple[float, ...] | None = None
    error: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None
    truncated: bool = False
    latency_seconds: float | None = None
    cost_usd: float | None = None
    reasoning: str | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    log_probability: float | None = None
    log_probability_tokens: int | None = None
    reward: float | None = None
    earlier: tuple[Response, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(ShortRepr):
    """What an item's response is worth.

    Attributes:
        outcome: What the answer came to; ``cut`` where the output ended at its limit before an answer was stated,
            ``unjudged`` where what a second model said of it could not be read.
        prediction: The letter or text that was read as the answer; None where there is none.
        explanation: One line for people: why it was judged so.
        rule: Which rule read the answer; None for log-likelihood.
        margin: Log-likelihood of the reference minus that of the best other option; None where it does not apply.
        character_f: Likeness of a free-text answer to the reference, 0 to 1; None where it does not apply.
        score: What the answer is worth, 0 to 1, where scores are partial; None where it is right or wrong alone.
        judgements: What a second model wrote about the answer, in the order in which it was asked.
        why: The words of the output that were read as the answer, as they stand there; None where nothing was read.
        why_start: Where these words begin in the output, in characters from 0; None where that is not known.
        turn_scores: In a conversation what each answer is worth, 0 to 1; empty where they are not judged one by one.
        order_scores: What it is worth shown before and after another answer; empty where it is compared with none.
        panel: Of several second models each one's name and verdict; no scorer gives it.
    """

    outcome: Outcome
    prediction: str | None = None
    explanation: str = ""
    rule: str | None = None
    margin: float | None = None
    character_f: float | None = None
    why: str | None = None
    why_start: int | None = None
    score: float | None = None
    judgements: tuple[str, ...] = ()
    turn_scores: tuple[float, ...] = ()
    order_scores: tuple[float, ...] = ()
    panel: tuple[tuple[str, Verdict], ...] = ()


class DataKey(NamedTuple):  # looked up many times an item
    """A data set: as typed, where relative paths begin (None: here), its own columns as JSON (None: the run's)."""

    name: str
    folder: str | None = None
    columns: str | None = None


def grouped(benchmark: str, subset: str) -> str:
    """What a subset is called: ``benchmark/subset`` in a run of several, its name alone where `benchmark` is empty."""
    return f"{benchmark}/{subset}" if benchmark else subset


@dataclass(frozen=True, slots=True)
class Terms:
    """What a suite's marker says of the items that it asks.

    Attributes:
        suite: The node id of the suite's test function.
        by: Metadata columns by whose values the accuracy is told.
        min_accuracy: The accuracy that its items have to reach; None for no gate.
    """

    suite: str
    by: tuple[str, ...] = ()
    min_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """An item that was selected to be asked.

    Attributes:
        item: The item.
        nodeid: The test that asks it.
        data: The data set that it is from.
        terms: What the suites that ask it say of it.
        benchmark: What its data set is called in a run of several; empty in a run of one.
        model: What the model is called that it is asked of, in a session of several; empty in one of one.
    """

    item: Item
    nodeid: str
    data: DataKey
    terms: tuple[Terms, ...] = ()
    benchmark: str = ""
    model: str = ""

    @property
    def group(self) -> str:
        """What its subset is called in this run."""
        return grouped(self.benchmark, self.item.subset)


@dataclass(frozen=True, slots=True)
class Answer:
    """One of several answers to an item.

    Attributes:
        response: What the model answered.
        verdict: What it is worth.
        rank: The greater, the more it is the one to be taken of all; None where nothing ranks them.
    """

    response: Response
    verdict: Verdict
    rank: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One judged item. Its request is not kept: it is made again from the selected item where it is shown.

    Attributes:
        selected: What was asked.
        response: The answer; of several the first that came to what the item came to.
        verdict: What the item came to.
        answers: All of several answers, in the order of `Request.repeat`; empty where one was asked for.
    """

    selected: Selected
    response: Response | None
    verdict: Verdict
    answers: tuple[Answer, ...] = ()

    @property
    def responses(self) -> tuple[Response, ...]:
        """All that the model answered; of a conversation the last answers."""
        if self.answers:
            return tuple(answer.response for answer in self.answers)
        return () if self.response is None else (self.response,)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on each answer."""
        return tuple(answer.verdict for answer in self.answers) or (self.verdict,)

    @property
    def item(self) -> Item:
        """The question."""
        return self.selected.item

    @property
    def nodeid(self) -> str:
        """The test that asked it."""
        return self.selected.nodeid

    @property
    def group(self) -> str:
        """What its subset is called in this run."""
        return self.selected.group
