"""Scorers by method and name: those of the package, of a conftest.py, and what installed packages add."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_haerae.entry_points import entry_point_names, load_entry_point, named_entry_points
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.escaping import first_line
from pytest_haerae.scoring.metrics import METRICS, PENALIZE, TARGET_LANGUAGE
from pytest_haerae.types import CAPABILITY, Method, Request, Verdict

if TYPE_CHECKING:
    from pytest_haerae.scoring.parameters import ScorerParameters

ENTRY_POINT_GROUP = "pytest_haerae.scorers"
"""The entry points of scorers: a scorer's name, and the function that `register_scorer` decorates."""

DEFAULT_SCORER, STRICT_SCORER = "default", "strict"
CONSTRAIN = "constrain"
"""The evaluator parameter that keeps what a model generates to what it names."""
CONSTRAINTS = ("letters",)
"""What it may name."""
RANK = "rank"
"""The evaluator parameter that says which of several answers to an item is the best one."""
RESERVED: Mapping[Method, Mapping[str, type]] = {
    "log_likelihood": {METRICS: object, "return_logits": bool, "scorer": str, "time_limit": float},
    "string_match": {
        CONSTRAIN: str,
        METRICS: object,
        PENALIZE: bool,
        RANK: str,
        TARGET_LANGUAGE: str,
        "scorer": str,
        "strict": bool,
        "time_limit": float,
    },
}
"""The evaluator parameters that belong to a method, whichever scorer judges, and their types."""

_BUILT_IN: Mapping[Method, tuple[str, ...]] = {
    "log_likelihood": ("log_likelihood",),
    "string_match": (
        "string_match",
        "strict",
        "first_letter",
        "partial_match",
        "mathematics.scorer",
        "logical_puzzles",
        "judge.scorer",
        "instructions.scorer",
        "kudge",
    ),
}
"""The modules of the own scorers, imported when one is looked up: those of texts compile a hundred patterns."""

Judge = TypeVar("Judge", bound=Callable[..., Verdict])


@dataclass(frozen=True, slots=True)
class Scorer:
    """A way to judge the responses of one method.

    Attributes:
        method: The method whose responses it judges: ``string_match`` gives text, ``log_likelihood`` numbers.
        name: What ``--evaluator-params scorer=NAME`` calls it.
        judge: A pure function from item and response to verdict; its third argument are the scorer's parameters, where
            it has any.
        parameters: The model of its parameters; None where it takes none.
        require: Raises a `UsageError` where something that it needs is not installed; None where it needs nothing.
        description: One line for people.
        quick: Whether answers may be judged as they arrive.
        requests: What a second model is to be asked about an answer before it is judged; None where nothing is.
        compares: Whether it compares with the item's reference, so that one without a reference is refused.
        combine: What the verdicts of several second models come to; None for their mean score and the outcome of most.
        trusted: Whether it is the package's own comparison of numbers, which always ends, changes nothing and gives a
            sound verdict: it needs no time limit, no copies and no check, which would take ten times as long as it.
    """

    method: Method
    name: str
    judge: Callable[..., Verdict]
    parameters: type[ScorerParameters] | None = None
    require: Callable[[], None] | None = None
    description: str = ""
    quick: bool = False
    requests: Callable[..., Sequence[Request]] | None = None
    compares: bool = True
    combine: Callable[..., Verdict] | None = None
    trusted: bool = False


_TRUSTED = ("log_likelihood", DEFAULT_SCORER)
_SCORERS: dict[tuple[Method, str], Scorer] = {}


def register_scorer(
    method: Method,
    name: str,
    *,
    parameters: type[ScorerParameters] | None = None,
    require: Callable[[], None] | None = None,
    description: str = "",
    quick: bool = False,
    requests: Callable[..., Sequence[Request]] | None = None,
    compares: bool = True,
    combine: Callable[..., Verdict] | None = None,
) -> Callable[[Judge], Judge]:
    """Decorate a pure function from item and response to verdict, in a conftest.py or a package of one's own.

    Args:
        method: The method whose responses it judges: ``string_match`` gives text, ``log_likelihood`` numbers.
        name: What ``--evaluator-params scorer=NAME`` calls it; one of the package's own names is replaced.
        parameters: The model of its parameters, which the function then takes as its third argument.
        require: Called before anything is asked; raises a `UsageError` where something that it needs is missing.
        description: One line for people; by default the first line of the function's docstring.
        quick: Whether it takes well below a millisecond: answers are then judged as they arrive, while the model
            waits, and the running accuracy is shown.
        requests: From item and response, the parameters where it has any, and what the second model (``--judge``)
            answered so far to the requests about this response: the next requests to it, none when all is asked. What
            it answered to all of them is then the decorated function's last argument.
        compares: Whether it compares with the item's reference; False lets it judge items that have none.
        combine: From item and response, the parameters where it has any, and pairs of a second model's name and the
            verdict by what it said, to one verdict, where ``--judge`` names several models; the verdicts are no errors.
            By default the mean of the scores, and the outcome of most.

    Raises:
        UsageError: The method does not exist, or a parameter has a name that belongs to the method.
    """
    if method not in CAPABILITY:
        raise UsageError(f"scorer '{name}': {unknown('method', str(method), CAPABILITY)}")
    taken = set(parameters.model_fields if parameters else ()).intersection(RESERVED[method])
    if taken:
        raise UsageError(
            f"scorer '{name}': its parameter '{min(taken)}' is one of {method} itself; choose another name"
        )

    def register(judge: Judge) -> Judge:
        said = description or first_line(judge.__doc__)
        own = judge.__module__.startswith(f"{__package__}.")
        trusted = own and (method, name) == _TRUSTED
        scorer = Scorer(method, name, judge, parameters, require, said, quick, requests, compares, combine, trusted)
        if own:
            # Imported late, the package's own does not replace what replaced it.
            _SCORERS.setdefault((method, name), scorer)
        else:
            _SCORERS[method, name] = scorer
        return judge

    return register


def _load_built_in(method: Method) -> None:
    for module in _BUILT_IN[method]:
        import_module(f"{__package__}.{module}")


def scorer_name(evaluator_params: Mapping[str, Any]) -> str:
    """The name of the scorer that evaluator parameters choose: ``strict: true`` is another way to say scorer=strict."""
    strict = evaluator_params.get("strict") is True
    return str(evaluator_params.get("scorer", STRICT_SCORER if strict else DEFAULT_SCORER))


def scorer_names(method: Method) -> tuple[str, ...]:
    """The names of a method's scorers, sorted; imports the installed packages that add some."""
    _load_built_in(method)
    for name in entry_point_names(ENTRY_POINT_GROUP):
        # A package that cannot be imported has no scorers; whoever asks for one of them is told why.
        with contextlib.suppress(UsageError):
            for point in named_entry_points(ENTRY_POINT_GROUP, name):
                load_entry_point(point, name)
    return tuple(sorted(name for each, name in _SCORERS if each == method))


def scorers_with(method: Method, parameter: str) -> tuple[str, ...]:
    """The names of a method's scorers that have a parameter, sorted: of those that are looked up by now."""
    having = (
        name
        for (each, name), scorer in _SCORERS.items()
        if each == method and scorer.parameters is not None and parameter in scorer.parameters.model_fields
    )
    return tuple(sorted(having))


def find_scorer(method: Method, name: str) -> Scorer:
    """Look a scorer up.

    Raises:
        UsageError: The method has none of this name, or the package that has it cannot be imported.
    """
    _load_built_in(method)
    if (method, name) in _SCORERS:
        return _SCORERS[method, name]
    for point in named_entry_points(ENTRY_POINT_GROUP, name):
        load_entry_point(point, f"--evaluator-params scorer={name}")
        if (method, name) in _SCORERS:
            return _SCORERS[method, name]
        if not any(registered == name for _, registered in _SCORERS):
            raise UsageError(f"--evaluator-params: '{point.value}' registers no scorer '{name}'")
    raise UsageError(f"--evaluator-params: {unknown('scorer', name, scorer_names(method))}")
