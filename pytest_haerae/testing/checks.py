"""The contract of a backend as a check: what `pytest_haerae.Backend` promises to a run, held against a class."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from inspect import isabstract
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.backends.registry import validate_parameters
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import is_secret_name
from pytest_haerae.run.validation import Malformed, validated
from pytest_haerae.types import Capability, Message, Request, Response

_CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
_PLANTED = "planted-secret-0123456789"
_UNHEARD_OF = "no_backend_has_this_parameter"
_OPTIONS = ("서울", "부산광역시", "대전", "광주")
_CHOICES = ("A", "B", "C", "D")
_TOLERANCE = 1e-3
"""Between two log-likelihoods of one request: what shares a batch may change the rounding."""


def check_backend(
    backend: type[Backend],
    parameters: Mapping[str, Any] | None = None,
    *,
    requests: Sequence[Request] = (),
    deterministic: bool = True,
) -> None:
    """Hold a backend to its contract: what it declares, its parameters, and its answers to a few requests.

    The model is loaded once and asked about a dozen requests for each method, over which it has to be able to answer.

    Args:
        backend: The class.
        parameters: Its parameters, as `--model-params` would give them.
        requests: What to ask in place of the requests of the check's own; at least two of each kind that it serves.
        deterministic: Whether the same request has the same answer each time, whatever is asked beside it. Where it has
            not, answers are not compared.

    Raises:
        AssertionError: A rule is broken; the message says which and how.
        UsageError: The parameters are not valid, or the model cannot be loaded.
    """
    given = dict(parameters or {})
    _check_declarations(backend)
    valid = validate_parameters(backend.__name__, backend, given)
    _check_names(backend, given)
    _check_identity(backend, given, valid)
    backend.check(valid)
    with closing(backend(valid)) as model:
        for kind in sorted(backend.methods):
            asked = [each for each in requests if each.kind == kind] or example_requests(kind, valid)
            if kind == "generate" and backend.constrains:
                asked += [replace(each, choices=_CHOICES[: number + 2]) for number, each in enumerate(asked)]
            if kind == "generate" and backend.log_probabilities:
                asked += [replace(each, log_probability=True) for each in asked]
            first = _answers(backend, model, asked)
            if deterministic:
                # The other way round: an answer that belongs to a place, and not to its request, is found out.
                again = _answers(backend, model, asked[::-1])[::-1]
                for index, (one, other) in enumerate(zip(first, again, strict=True)):
                    _require(
                        _alike(one, other),
                        backend,
                        f"request {index} was answered {_shown(one)}, and {_shown(other)} when the requests came in"
                        " reverse; an answer belongs to its request, not to a place (deterministic=False where the"
                        " model draws lots)",
                    )
        _check_words(backend, model)


def example_requests(kind: Capability, parameters: BackendParameters) -> list[Request]:
    """A few requests of a kind, as chats where the backend takes chats; no two ask the same."""
    chat = parameters.takes_chats(kind)
    requests = []
    for number in range(3):
        listed = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCD", _OPTIONS, strict=True))
        context = f"{number}번 문제: 대한민국의 도시 가운데 인구가 {number + 1}번째로 많은 곳은?\n{listed}\n정답:"
        messages = (Message("user", context),) if chat else None
        continuations = tuple(f" ({letter})" for letter in "ABCD"[: 4 - number]) if kind == "loglikelihood" else ()
        requests.append(Request(kind, "" if chat else context, continuations, messages))
        if kind == "reward":
            answered = (Message("user", context), Message("assistant", f"정답: ({'ABCD'[number]})"))
            requests[-1] = Request(kind, "", messages=answered)
    return requests


def _check_declarations(backend: type[Backend]) -> None:
    _require(isinstance(backend, type) and issubclass(backend, Backend), backend, "it is no subclass of Backend")
    _require(not isabstract(backend), backend, "it does not define run")
    methods = getattr(backend, "methods", None)
    known = isinstance(methods, frozenset) and methods and methods <= set(_CAPABILITIES)
    words = f"methods is {methods!r}; it has to be a frozenset of {' or '.join(map(repr, _CAPABILITIES))}, or several"
    _require(bool(known), backend, words)
    _require(
        isinstance(backend.parameters, type) and issubclass(backend.parameters, BackendParameters),
        backend,
        f"parameters is {backend.parameters!r}; it has to be a subclass of BackendParameters",
    )
    for name, listed in (("libraries", "distributions'"), ("requires", "modules'")):
        names = getattr(backend, name)
        _require(
            isinstance(names, tuple) and all(isinstance(each, str) for each in names),
            backend,
            f"{name} is {names!r}; it has to be a tuple of {listed} names",
        )
    for name in ("remote", "constrains", "log_probabilities"):
        told = getattr(backend, name)
        _require(isinstance(told, bool), backend, f"{name} is {told!r}; it has to be True or False")


def _check_names(backend: type[Backend], given: Mapping[str, Any]) -> None:
    try:
        validate_parameters(backend.__name__, backend, {**given, _UNHEARD_OF: 1})
    except UsageError:
        pass
    else:
        _require(False, backend, f"a parameter that nobody knows ({_UNHEARD_OF}) is taken; so would be a misspelt one")
    named = backend.parameters.uninfluential - set(backend.parameters.model_fields)
    unknown = named - backend.parameters.further_names() if named else named
    _require(not unknown, backend, f"uninfluential names what is no parameter: {', '.join(sorted(unknown))}")


def _check_identity(backend: type[Backend], given: Mapping[str, Any], valid: BackendParameters) -> None:
    """The identity is JSON, without secrets, and another one where a parameter that decides answers is another one."""
    identity = _as_json(backend, valid)
    _require(identity == _as_json(backend, valid), backend, "identity() is another one each time")
    for name, field in type(valid).model_fields.items():
        if is_secret_name(name):
            planted = _changed(valid, given, name, [_PLANTED])
            leaks = planted is not None and _PLANTED in _as_json(backend, planted)
            _require(not leaks, backend, f"identity() holds the secret of parameter {name}")
        elif name not in valid.uninfluential:
            other = _changed(valid, given, name, _others(getattr(valid, name), field.annotation))
            same = other is not None and _as_json(backend, other) == identity
            words = (
                f"identity() does not change with parameter {name}; name it in uninfluential if no answer does, either"
            )
            _require(not same, backend, words)


def _as_json(backend: type[Backend], parameters: BackendParameters) -> str:
    identity = parameters.identity()
    try:
        text = json.dumps(identity, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{backend.__name__}: identity() is no JSON: {error}") from None
    _require(isinstance(identity, dict), backend, f"identity() is {identity!r}; it has to be a dictionary")
    return text


def _changed(
    valid: BackendParameters, given: Mapping[str, Any], name: str, values: Iterable[Any]
) -> BackendParameters | None:
    """The same parameters but for one, which is the first of the values that is valid and another one."""
    for value in values:
        try:
            changed = type(valid)(**{**given, name: value})
        except ValidationError:
            continue
        if getattr(changed, name) != getattr(valid, name):
            return changed
    return None


def _others(value: Any, annotation: Any) -> list[Any]:  # noqa: ANN401 - a parameter's value and its type
    """Values that a parameter may take in place of its own: of its kind, or those that its type lists."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value - 1, value / 2]
    own = [f"{value}-x"] if isinstance(value, str) else []
    return [*_literals(annotation), *own, 1, 0.5, "x", ["x"], True]


def _literals(annotation: Any) -> list[Any]:  # noqa: ANN401 - a type
    parts = get_args(annotation)
    return list(parts) if get_origin(annotation) is Literal else [each for part in parts for each in _literals(part)]


def _answers(backend: type[Backend], model: Backend, requests: Sequence[Request]) -> list[Response]:
    """Ask once, and check all that is promised of the answers; one response a request, in order."""
    nothing = list(model.run([]))
    _require(not nothing, backend, f"asked nothing, it answered {nothing!r}")
    found: dict[int, Response] = {}
    for answer in model.run(requests):
        fits = isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], Response)  # noqa: PLR2004
        _require(fits, backend, f"run yielded {answer!r}; it has to yield an index with a Response")
        index, response = answer
        inside = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(requests)
        _require(inside, backend, f"run yielded index {index!r} of {len(requests)} requests")
        _require(index not in found, backend, f"request {index} was answered twice")
        _check_response(backend, index, requests[index], response)
        found[index] = response
    missing = [index for index in range(len(requests)) if index not in found]
    _require(not missing, backend, f"requests {missing} of {len(requests)} were not answered")
    return [found[index] for index in range(len(requests))]


def _check_response(backend: type[Backend], index: int, request: Request, response: Response) -> None:
    where = f"request {index} ({request.kind})"
    _require(response.error is None, backend, f"{where} ended in the error {response.error!r}")
    if request.kind == "generate":
        _require(isinstance(response.text, str), backend, f"{where} has text {response.text!r}; it has to be a string")
        kept = not request.choices or response.text in request.choices
        _require(
            kept, backend, f"{where} has text {response.text!r}; it has to be one of its choices {request.choices}"
        )
        told = response.log_probability is not None and response.log_probability_tokens is not None
        words = f"{where} has no log_probability with log_probability_tokens; they were asked for"
        _require(told or not request.log_probability, backend, words)
        _check_fields(backend, where, response)
        return
    if request.kind == "reward":
        told = isinstance(response.reward, float) and math.isfinite(response.reward)
        _require(told, backend, f"{where} has reward {response.reward!r}; it has to be a finite float")
        _check_fields(backend, where, response)
        return
    values = response.loglikelihoods
    if not isinstance(values, tuple) or len(values) != len(request.continuations):
        words = f"{where} has log-likelihoods {values!r}; it has to be a tuple of {len(request.continuations)}"
        raise AssertionError(f"{backend.__name__}: {words}")
    for value in values:
        possible = isinstance(value, float) and math.isfinite(value) and value <= 0
        _require(possible, backend, f"{where} has log-likelihood {value!r}; it has to be a finite float of at most 0")
    _check_fields(backend, where, response)


def _check_fields(backend: type[Backend], where: str, response: Response) -> None:
    """All else that a response carries is what a run would store."""
    try:
        found = validated(response)
    except Malformed as error:
        raise AssertionError(f"{backend.__name__}: {where} gave {error}") from None
    words = f"{where} has fields of a library's kinds; they have to be Python's own"
    _require(found is response, backend, words)


def _check_words(backend: type[Backend], model: Backend) -> None:
    detail, notes, generation = model.method_detail, model.notes, model.generation()
    _require(detail is None or isinstance(detail, str), backend, f"method_detail is {detail!r}; a string or None")
    listed = not isinstance(notes, str) and all(isinstance(line, str) for line in notes)
    _require(listed, backend, f"notes is {notes!r}; it has to be a sequence of lines")
    words = f"generation() is {generation!r}; it has to be a dictionary of JSON values"
    try:
        json.dumps(generation, allow_nan=False)
    except (TypeError, ValueError):
        raise AssertionError(f"{backend.__name__}: {words}") from None
    _require(isinstance(generation, dict), backend, words)


def _alike(one: Response, other: Response) -> bool:
    numbers, others = _numbers(one), _numbers(other)
    if not numbers or not others:
        return one.text == other.text
    pairs = zip(numbers, others, strict=True)
    return all(math.isclose(value, again, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE) for value, again in pairs)


def _numbers(response: Response) -> tuple[float, ...]:
    return response.loglikelihoods or (() if response.reward is None else (response.reward,))


def _shown(response: Response) -> str:
    return repr(_numbers(response) or response.text)


def _require(holds: bool, backend: Any, words: str) -> None:  # noqa: ANN401 - may be no class
    if not holds:
        raise AssertionError(f"{getattr(backend, '__name__', backend)}: {words}")
