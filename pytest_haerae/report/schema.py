"""The report as types: what is written, what is read, and what its JSON Schema is made from.

The rooms below define what they make or read of it; here the parts are put together. Keys that are not required are
not promised: a reader does without them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from pytest_haerae.gates.changes import Changes, DetectableDrops
from pytest_haerae.gates.compatibility import EarlierInfo, SecondModelInfo
from pytest_haerae.gates.gate import GateEntry
from pytest_haerae.statistics.answer_row import OrderScores, Tokens, TurnRow, VoteRow
from pytest_haerae.statistics.pairing import PairedRow
from pytest_haerae.statistics.scores import Count, Metrics, Share, Spread

SCHEMA_VERSION: Literal[2] = 2
SCHEMA_FILE = "report.schema.json"
ROWS_AT_ONCE = 100
"""Rows that are held against the types together: the validator makes a copy of what it is given."""

LogLikelihood = Annotated[float, Field(le=0, allow_inf_nan=False)]


_ALWAYS_NAMED = ("pytest_haerae", "python")


def _names_both(versions: dict[str, str]) -> dict[str, str]:
    for name in _ALWAYS_NAMED:
        if name not in versions:
            raise ValueError(f"{name} is missing")
    return versions


Versions = Annotated[
    dict[str, str],
    AfterValidator(_names_both),
    Field(json_schema_extra={"required": list(_ALWAYS_NAMED)}),
]
"""Versions by distribution: this package, Python, pytest, and the backend's libraries."""


class Responses(TypedDict):
    """Where the answers came from."""

    computed: int
    """Requests that were sent to the model."""
    reused: int
    """Requests that the store answered."""


class Judging(TypedDict):
    """What the model took that graded the answers, or all of several; likewise of ranking, probes and calls."""

    tokens: Tokens
    cost_usd: Annotated[float, Field(allow_inf_nan=False)] | None
    responses: Responses
    judges: NotRequired[dict[str, Judging]]
    """What each of several took, by its name."""


class ItemsInScope(TypedDict):
    """Which items of the subsets a run is about, where not all."""

    where: NotRequired[dict[str, list[str]]]
    """Columns, and the values of which an item has one."""
    sample: NotRequired[Count]
    """How many items of each subset were drawn, at most."""
    by: NotRequired[str]
    """The column whose values are represented in the sample."""
    seed: NotRequired[int]
    """What decided which items were drawn."""


class Info(EarlierInfo):
    """What decided a run, and what it took."""

    backend: str
    model: str | None
    model_params: dict[str, Any]
    """The backend's parameters; secrets are masked."""
    dataset: str
    dataset_revision: str | None
    dataset_fingerprint: str
    """Hash of all rows that were used."""
    subsets: list[str]
    scope: NotRequired[ItemsInScope]
    versions: Versions
    git_commit: str | None
    git_branch: NotRequired[str | None]
    """The branch that was checked out; of a commit without one that which the CI system names."""
    started: str
    """ISO 8601, with the time zone."""
    elapsed_seconds: Spread
    items_per_second: Spread | None
    tokens: Tokens
    cost_usd: Annotated[float, Field(allow_inf_nan=False)] | None
    responses: Responses
    gates: list[GateEntry]
    inconclusive: NotRequired[Literal["fail"]]
    """That a gate that cannot tell turns the exit code to 1, where it does."""
    model_name: NotRequired[str]
    """What the run calls the model: its profile, or its backend beside others."""
    replicas: NotRequired[int | None]
    """Copies of a local model; null for one in the run's own process."""
    method_detail: NotRequired[str | None]
    """How the backend came by its numbers, in its words, and how many answers were kept to letters."""
    reasoning: NotRequired[str | int]
    """How much the model was to think, where that was set: a level, or a number of tokens."""
    generation: NotRequired[dict[str, Any] | None]
    """Generation parameters that the model brings along, as its engine applies them."""
    rules: NotRequired[dict[str, Count]]
    """How many answers each rule read, or found unreadable."""
    rules_not_read: NotRequired[dict[str, Count]]
    """Of those, the unreadable ones."""
    finish_reasons: NotRequired[dict[str, dict[str, Count]]]
    """Why generations ended: for each subset how often for which reason, in the backend's words."""
    truncated: NotRequired[Count]
    """Contexts that were cut from the left."""
    baseline: NotRequired[str | None]
    changes: NotRequired[Changes | None]
    detectable_drops: NotRequired[DetectableDrops]
    warnings: NotRequired[list[str]]
    judging: NotRequired[Judging]
    """What the `judge` or the `judges` took; `tokens`, `cost_usd` and `responses` beside it are without that."""
    reward_model: NotRequired[SecondModelInfo]
    """The model that ranked several answers to an item, where one did."""
    rewarding: NotRequired[Judging]
    """What the `reward_model` took; it is in none of the other numbers either."""
    probing: NotRequired[Judging]
    """What the probes of `metrics.probes` took; it is in none of the other numbers either."""
    calls: NotRequired[Judging]
    """What tests asked the model themselves: the part of `tokens`, `cost_usd` and `responses` that is of no item."""
    rerun_options: NotRequired[list[str] | None]
    """The options that ask the same model the same questions again, one argument an entry."""


class ChatMessage(TypedDict):
    """One message of a chat."""

    role: str
    content: str


class ImageRow(TypedDict):
    """An image that an item is about; the image itself is in no report."""

    name: str
    """Its file's name, or its address."""
    type: str | None
    """Its media type; null for an address."""
    size: Count | None
    """Its bytes; null for an address."""
    sha256: str
    """SHA-256 of its content; of an address that of the address."""


class SampleRow(PairedRow):
    """One item: what was asked, what came back, and how it was judged."""

    nodeid: str | None
    """The test that asks the item."""
    prediction: str | None
    """The letter or text that was read as the answer."""
    raw_output: str | None
    loglikelihoods: list[LogLikelihood] | None
    """For each option the sum of its tokens' log-probabilities (natural logarithm)."""
    error: str | None
    explanation: NotRequired[str]
    """One line for people: why it was judged so."""
    rule: NotRequired[str | None]
    """Which rule read the answer."""
    why: str | None
    """The words of the output that were read as the answer, as they stand there."""
    why_start: NotRequired[int | None]
    """Where these words begin in the output, in Unicode characters from 0."""
    reasoning: str | None
    """What the model thought before it answered: told apart by the backend, or between the model's own marks."""
    character_f: NotRequired[Share | None]
    """Likeness of a free-text answer to its reference."""
    score: NotRequired[Share]
    """What the answer is worth, where scores are partial."""
    judgements: NotRequired[list[str]]
    """What a judge wrote about the answer, in the order in which it was asked."""
    panel: NotRequired[list[VoteRow]]
    """What each of several judges made of the answer; then there are no `judgements` beside."""
    order_scores: NotRequired[OrderScores]
    """Where the answer was compared with another one in both orders: what it is worth shown first, and second."""
    turns: NotRequired[list[TurnRow]]
    """Of a conversation its questions and answers in order; `raw_output` is the last answer."""
    finish_reason: str | None
    """Why the generation ended, in the backend's word."""
    tokens: Tokens
    metadata: NotRequired[dict[str, Any]]
    """The columns of the item's row that have no other meaning."""
    images: NotRequired[list[ImageRow]]
    """What the item is about beside its text, in order; only where there is any."""
    truncated: NotRequired[bool]
    """Whether the context was cut from the left."""
    messages: NotRequired[list[ChatMessage] | None]
    """The chat that was sent, of a conversation the last one; null for plain text."""


@with_config(ConfigDict(strict=True, extra="allow", use_attribute_docstrings=True))
class Report(TypedDict):
    """The report of one run, schema version 2."""

    schema_version: Literal[2]
    metrics: Metrics
    info: Info
    samples: Sequence[SampleRow]
    """One entry an item, in item order."""


@with_config(ConfigDict(strict=True, extra="ignore"))
class _Rows(TypedDict):
    """Rows alone: what else they say is neither looked at nor copied."""

    samples: list[SampleRow]


class _JsonSchema(GenerateJsonSchema):
    """Pydantic's schema without a title for each field, which would repeat its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


@cache
def reader() -> TypeAdapter[Report]:
    """What holds a report that was read against the types; further keys are allowed everywhere."""
    return TypeAdapter(Report)


@cache
def _rows_reader() -> TypeAdapter[_Rows]:
    return TypeAdapter(_Rows)


def check_rows(rows: list[Any]) -> None:
    """Hold rows of a report's `samples` against the types.

    Raises:
        ValidationError: One of them is none.
    """
    _rows_reader().validate_python({"samples": rows})


def check_report(report: object) -> None:
    """Hold a report that was read against the types.

    Raises:
        ValidationError: It is none; the first error names the first wrong place.
    """
    samples = report.get("samples") if isinstance(report, dict) else None
    if isinstance(report, dict) and isinstance(samples, list):
        try:
            reader().validate_python({**report, "samples": []})
            for start in range(0, len(samples), ROWS_AT_ONCE):
                check_rows(samples[start : start + ROWS_AT_ONCE])
        except ValidationError:
            pass
        else:
            return
    reader().validate_python(report)


def make_json_schema() -> dict[str, Any]:
    """The JSON Schema of reports, made from the types."""
    schema = reader().json_schema(schema_generator=_JsonSchema)
    schema["title"] = f"pytest-haerae report, schema version {SCHEMA_VERSION}"
    # What is written has the four parts and no other; a reader forgives more.
    schema["additionalProperties"] = False
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


def load_json_schema() -> dict[str, Any]:
    """The JSON Schema of reports, as it is shipped in the package."""
    text = (files("pytest_haerae.report") / SCHEMA_FILE).read_text(encoding="utf-8")
    return dict(json.loads(text))
