"""What `--evaluator-params` says: which scorer judges, and that scorer's own parameters, validated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.scoring.metrics import check_metrics
from pytest_haerae.scoring.panel import Vote, combine_votes
from pytest_haerae.scoring.ranking import RANKINGS
from pytest_haerae.scoring.registry import (
    CONSTRAIN,
    CONSTRAINTS,
    RANK,
    RESERVED,
    STRICT_SCORER,
    Scorer,
    find_scorer,
    scorer_name,
    scorers_with,
)
from pytest_haerae.scoring.time_limit import Patience
from pytest_haerae.types import Item, Method, Request, Response, Verdict

DEFAULT_TIME_LIMIT = 60.0
"""Seconds that a scorer may take for one item."""
LONGEST_TIME_LIMIT = 86_400.0
_WANTED = {bool: "true or false", str: "a name", float: f"a number of seconds above 0, at most {LONGEST_TIME_LIMIT:g}"}


class ScorerParameters(BaseModel):
    """The parameters of a scorer, validated before anything is asked; a scorer declares its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    def facts(self) -> Mapping[str, Any]:
        """What a report says of them beside themselves, such as the fingerprint of a file that they name."""
        return {}

    def refusal(self, item: Item) -> str | None:
        """Why an item cannot be judged by them, with the way out; None where it can. Called before it is asked."""
        return None

    def refusal_of_all(self, items: Sequence[Item]) -> str | None:
        """Why items cannot be judged though each of them could, with the way out; None where they can.

        Args:
            items: All that are to be judged by them, of which there is one at least.
        """
        return None

    def constrains(self) -> bool:
        """Whether what a second model writes is kept to choices, which not every backend can."""
        return False

    def are_quick(self) -> bool:
        """Whether a scorer that is `quick` is that with these, too."""
        return True


@dataclass(frozen=True, slots=True)
class ChosenScorer:
    """A scorer with what it judges by.

    Attributes:
        scorer: The scorer.
        parameters: Its parameters; None where it takes none.
        time_limit: Seconds that it may take for one item.
        patience: How often in a row that may be too little.
    """

    scorer: Scorer
    parameters: ScorerParameters | None
    time_limit: float = DEFAULT_TIME_LIMIT
    patience: Patience = field(default_factory=Patience, compare=False, repr=False)

    def check(self) -> None:
        """Refuse a scorer that lacks a library.

        Raises:
            UsageError: With the way out.
        """
        if self.scorer.require is not None:
            self.scorer.require()

    def judge(self, item: Item, response: Response, second: Sequence[Response] = ()) -> Verdict:
        """What the scorer's function says, not checked yet.

        Args:
            item: The question.
            response: The answer.
            second: What the second model answered to what the scorer wanted to know of it.
        """
        further = () if self.scorer.requests is None else (tuple(second),)
        return self.scorer.judge(item, response, *self._own, *further)

    def facts(self) -> Mapping[str, Any]:
        """What a report says of its parameters beside themselves."""
        return {} if self.parameters is None else self.parameters.facts()

    def refusal(self, item: Item) -> str | None:
        """Why an item cannot be judged, with the way out; None where it can."""
        if self.scorer.compares and not item.reference:
            return (
                f"it has no answer, and scorer {self.scorer.name} has nothing to compare with: take --evaluator-params"
                " scorer=judge and --judge=NAME"
            )
        return None if self.parameters is None else self.parameters.refusal(item)

    def refusal_of_all(self, items: Sequence[Item]) -> str | None:
        """Why items cannot be judged though each of them could; None where they can."""
        return None if self.parameters is None else self.parameters.refusal_of_all(items)

    @property
    def quick(self) -> bool:
        """Whether answers may be judged as they arrive."""
        return self.scorer.quick and (self.parameters is None or self.parameters.are_quick())

    @property
    def constrains(self) -> bool:
        """Whether it keeps the second model to choices."""
        return self.parameters is not None and self.parameters.constrains()

    @property
    def asks(self) -> bool:
        """Whether a second model is asked about the answers."""
        return self.scorer.requests is not None

    def requests(self, item: Item, response: Response, second: Sequence[Response]) -> Sequence[Request]:
        """What the second model is to be asked next about an answer.

        Args:
            item: The question.
            response: The answer.
            second: What it answered so far.
        """
        ask = self.scorer.requests
        return () if ask is None else ask(item, response, *self._own, tuple(second))

    def combine(self, item: Item, response: Response, votes: Sequence[Vote]) -> Verdict:
        """What the verdicts by several second models come to, not checked yet.

        Args:
            item: The question.
            response: The answer.
            votes: The verdicts, none of which is an error.
        """
        if self.scorer.combine is None:
            return combine_votes(item, response, votes)
        return self.scorer.combine(item, response, *self._own, tuple(votes))

    @property
    def _own(self) -> tuple[ScorerParameters, ...]:
        return () if self.parameters is None else (self.parameters,)


def choose_scorer(
    method: Method, evaluator_params: Mapping[str, Any] | None = None, default: str | None = None
) -> ChosenScorer:
    """Find the scorer that evaluator parameters choose, and validate all of them.

    Args:
        method: How the responses are judged.
        evaluator_params: ``scorer`` and ``strict`` choose, ``time_limit`` bounds what it takes for an item, in seconds,
            ``constrain`` is of how the model is asked, ``rank`` of several answers; what the method does not take
            belongs to the chosen scorer.
        default: The scorer where they choose none; that of the method where this is None.

    Raises:
        UsageError: A scorer or a parameter does not exist (the nearest is named), is missing, or is of the wrong kind.
    """
    params = dict(evaluator_params or {})
    reserved = {name: params.pop(name) for name in RESERVED[method] if name in params}
    for name, setting in reserved.items():
        kind = RESERVED[method][name]
        if not (_is_seconds(setting) if kind is float else isinstance(setting, kind)):
            raise UsageError(f"--evaluator-params: {name} is {_WANTED[kind]}, not {setting!r}")
    check_metrics(method, reserved)
    if reserved.get(CONSTRAIN, CONSTRAINTS[0]) not in CONSTRAINTS:
        raise UsageError(f"--evaluator-params: {unknown('constraint', reserved[CONSTRAIN], CONSTRAINTS)}")
    if RANK in reserved and reserved[RANK] not in RANKINGS:
        raise UsageError(f"--evaluator-params: {unknown('rank', reserved[RANK], RANKINGS)}")
    if reserved.get("strict") and reserved.get("scorer", STRICT_SCORER) != STRICT_SCORER:
        raise UsageError(
            f"--evaluator-params: strict is a scorer of its own; leave out either it or {reserved['scorer']!r}"
        )
    chosen = default is None or "scorer" in reserved or reserved.get("strict")
    scorer = find_scorer(method, scorer_name(reserved) if chosen else str(default))
    return ChosenScorer(scorer, _validated(scorer, params), float(reserved.get("time_limit", DEFAULT_TIME_LIMIT)))


def _is_seconds(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and 0 < setting <= LONGEST_TIME_LIMIT


def _validated(scorer: Scorer, params: Mapping[str, Any]) -> ScorerParameters | None:
    """The scorer's own parameters."""
    model = scorer.parameters
    fields = {field.alias or name for name, field in model.model_fields.items()} if model else set()
    extra = model is not None and model.model_config.get("extra") == "allow"
    for name in params:
        if name not in fields and not extra:
            if other := next((method for method in RESERVED if name in RESERVED[method]), None):
                raise UsageError(f"--evaluator-params: {name} is of --method={other}, not of {scorer.method}")
            if having := scorers_with(scorer.method, name):
                words = f"{name} is of scorer {' and '.join(having)}, not of {scorer.name}: add scorer={having[0]}"
                raise UsageError(f"--evaluator-params: {words}")
            raise UsageError(f"--evaluator-params: {unknown('parameter', name, {*RESERVED[scorer.method], *fields})}")
    if model is None:
        return None
    try:
        return model(**params)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"--evaluator-params of scorer {scorer.name}: {place}: {first['msg']}") from None
