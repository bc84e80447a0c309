"""Each rule of a backend's contract can fail, and says which rule it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy
import pytest
from pydantic import ConfigDict, Field

from pytest_haerae import Backend, BackendParameters, Request, Response
from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import ScriptedBackend, check_backend
from pytest_haerae.types import Capability


class GoodParameters(BackendParameters):
    uninfluential: ClassVar[frozenset[str]] = frozenset({"threads"})

    api_key: str | None = None
    temperature: float = 0.0
    threads: int = 1

    def identity(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={*self.uninfluential, "api_key"})


class Good(Backend):
    """Keeps every rule; each subclass below breaks one."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters: ClassVar[type[BackendParameters]] = GoodParameters

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for index, request in enumerate(requests):
            yield index, self.respond(index, request)

    def respond(self, index: int, request: Request) -> Response:
        if request.kind == "generate":
            return Response(text=request.context)
        return Response(loglikelihoods=tuple(-float(len(request.context + each)) for each in request.continuations))


def variant(**members: Any) -> type[Backend]:  # noqa: ANN401 - any member of a class
    return type("Broken", (Good,), members)


def answering(**answer: Any) -> type[Backend]:  # noqa: ANN401 - any field of a response
    kind = {"loglikelihoods": "loglikelihood", "reward": "reward"}.get(next(iter(answer), ""), "generate")
    return variant(methods=frozenset({kind}), respond=lambda self, index, request: Response(**answer))


def scoring(*values: object) -> type[Backend]:
    def respond(self: Backend, index: int, request: Request) -> Response:
        return Response(loglikelihoods=(*values, *(-1.0 for _ in request.continuations[len(values) :])))  # type: ignore[arg-type]

    return variant(methods=frozenset({"loglikelihood"}), respond=respond)


def with_identity(identity: Any) -> type[Backend]:  # noqa: ANN401 - a function of the parameters
    return variant(parameters=type("P", (GoodParameters,), {"identity": identity}))


class Extra(GoodParameters):
    model_config = ConfigDict(extra="allow", frozen=True)

    @classmethod
    def further_names(cls) -> frozenset[str]:
        return frozenset({"no_backend_has_this_parameter"})


class Misspelt(GoodParameters):
    uninfluential: ClassVar[frozenset[str]] = frozenset({"thread"})


class Without:
    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    parameters = BackendParameters


class NoRun(Backend):
    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})


class Undeclared(Good):
    methods = None  # type: ignore[assignment]


COUNT: list[int] = []


def counted(self: BackendParameters) -> dict[str, Any]:
    COUNT.append(0)
    return {"calls": len(COUNT)}


def doubled(self: Good, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
    yield from ((index, self.respond(index, request)) for index, request in enumerate([*requests, *requests[:1]]))


def doubled_index(self: Good, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
    yield from ((0, self.respond(0, request)) for request in requests)


BROKEN: dict[str, tuple[Any, str]] = {
    "no base class": (Without, "it is no subclass of Backend"),
    "no class": (Good(None), "it is no subclass of Backend"),
    "no run": (NoRun, "it does not define run"),
    "no methods": (Undeclared, "methods is None"),
    "empty methods": (variant(methods=frozenset()), "methods is frozenset()"),
    "unknown method": (variant(methods=frozenset({"score"})), "methods is frozenset({'score'})"),
    "mutable methods": (variant(methods={"generate"}), "methods is {'generate'}"),
    "parameters without the base": (variant(parameters=dict), "parameters is <class 'dict'>"),
    "requires as a string": (variant(requires="torch"), "requires is 'torch'"),
    "libraries as a string": (variant(libraries="torch"), "libraries is 'torch'"),
    "remote as a word": (variant(remote="yes"), "remote is 'yes'"),
    "any parameter is taken": (variant(parameters=Extra), "a parameter that nobody knows"),
    "misspelt uninfluential": (variant(parameters=Misspelt), "uninfluential names what is no parameter: thread"),
    "identity without a parameter": (
        with_identity(lambda self: {}),
        "identity() does not change with parameter temperature",
    ),
    "identity with the secret": (
        with_identity(lambda self: self.model_dump()),
        "holds the secret of parameter api_key",
    ),
    "identity of objects": (with_identity(lambda self: {"x": object()}), "identity() is no JSON"),
    "identity as a string": (with_identity(lambda self: "x"), "it has to be a dictionary"),
    "identity changes by itself": (with_identity(counted), "identity() is another one each time"),
    "answers nothing asked": (variant(run=lambda self, requests: [(0, Response(text=""))]), "asked nothing"),
    "no pair": (variant(run=lambda self, requests: [Response(text="")] if requests else []), "run yielded Response"),
    "no response": (variant(run=lambda self, requests: [(0, "")] if requests else []), "with a Response"),
    "index beyond": (variant(run=doubled), "run yielded index 3 of 3 requests"),
    "negative index": (
        variant(run=lambda self, requests: [(-1, Response(text=""))] if requests else []),
        "run yielded index -1",
    ),
    "index twice": (variant(run=doubled_index), "request 0 was answered twice"),
    "requests left out": (variant(run=lambda self, requests: []), "requests [0, 1, 2] of 3 were not answered"),
    "an error": (answering(error="lost"), "ended in the error 'lost'"),
    "no text": (answering(), "has text None"),
    "text as bytes": (answering(text=b"x"), "has text b'x'"),
    "too few values": (answering(loglikelihoods=(-1.0,)), "it has to be a tuple of 4"),
    "values as a list": (answering(loglikelihoods=[-1.0] * 4), "it has to be a tuple of 4"),
    "not a number": (scoring(math.nan), "log-likelihood nan"),
    "minus infinity": (scoring(-math.inf), "log-likelihood -inf"),
    "above zero": (scoring(0.25), "log-likelihood 0.25"),
    "an integer": (scoring(-1), "log-likelihood -1"),
    "no number as a reward": (answering(reward=math.inf), "has reward inf; it has to be a finite float"),
    "no reward": (answering(reward=None), "has reward None"),
    "rewards by place": (
        variant(methods=frozenset({"reward"}), respond=lambda self, index, request: Response(reward=float(index))),
        "request 0 was answered (0.0,), and (2.0,) when the requests came in reverse",
    ),
    "text by place": (
        variant(methods=frozenset({"generate"}), respond=lambda self, index, request: Response(text=str(index))),
        "request 0 was answered '0', and '2' when the requests came in reverse",
    ),
    "values by place": (
        variant(
            methods=frozenset({"loglikelihood"}),
            respond=lambda self, index, request: Response(loglikelihoods=(-1.0 - index,) * len(request.continuations)),
        ),
        "when the requests came in reverse",
    ),
    "a bool for an index": (
        variant(run=lambda self, requests: [(False, Response(text=""))] if requests else []),
        "run yielded index False",
    ),
    "tokens as a string": (answering(text="x", prompt_tokens="12"), "gave prompt_tokens '12', which is no number"),
    "cost without a number": (answering(text="x", cost_usd=math.nan), "gave cost_usd nan, which is no amount"),
    "a library's number": (answering(text="x", prompt_tokens=numpy.int64(3)), "has fields of a library's kinds"),
    "generation as a list": (variant(generation=lambda self: []), "generation() is []"),
    "generation that is no JSON": (variant(generation=lambda self: {"x": math.nan}), "generation() is {'x': nan}"),
    "detail as a list": (variant(method_detail=["x"]), "method_detail is ['x']"),
    "notes as a string": (variant(notes="x"), "notes is 'x'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_backend_that_breaks_a_rule_is_told_which(name: str) -> None:
    backend, words = BROKEN[name]
    with pytest.raises(AssertionError) as caught:
        check_backend(backend)
    assert words in str(caught.value)


@pytest.mark.parametrize("backend", [Good, RandomBackend, ScriptedBackend])
def test_a_backend_that_keeps_them_passes(backend: type[Backend]) -> None:
    check_backend(backend)


def test_a_model_that_draws_lots_passes_where_that_is_said() -> None:
    lots = variant(
        methods=frozenset({"generate"}), respond=lambda self, index, request: Response(text=str(next(NUMBERS)))
    )
    with pytest.raises(AssertionError, match="deterministic=False"):
        check_backend(lots)
    check_backend(lots, deterministic=False)


NUMBERS = iter(range(100))


def test_a_model_is_closed_also_where_a_rule_is_broken() -> None:
    closed: list[bool] = []
    with pytest.raises(AssertionError):
        check_backend(variant(respond=lambda *_: Response(), close=lambda self: closed.append(True)))
    assert closed == [True]


def test_requests_of_ones_own_are_asked() -> None:
    asked: list[str] = []

    def respond(self: Backend, index: int, request: Request) -> Response:
        asked.append(request.context)
        return Response(text=request.context)

    own = [Request("generate", "가"), Request("generate", "나")]
    check_backend(variant(methods=frozenset({"generate"}), respond=respond), requests=own)
    assert set(asked) == {"가", "나"}


class Varied(GoodParameters):
    """Each kind of value that a parameter may have."""

    switch: bool = False
    share: float = Field(default=1.0, gt=0, le=1)
    count: int = Field(default=8, ge=8, le=8)
    word: str = "word"
    choice: Literal["one", "other"] = "one"
    perhaps: int | None = None
    folder: str | None = None
    size: int | Literal["auto"] = "auto"
    stop: tuple[str, ...] = ()
    nested: dict[str, int] = Field(default_factory=dict)


@pytest.mark.parametrize("name", ["switch", "share", "word", "choice", "perhaps", "folder", "size"])
def test_a_parameter_of_any_kind_that_identity_forgets_is_named(name: str) -> None:
    check_backend(variant(parameters=Varied))
    forgetful = type("P", (Varied,), {"identity": lambda self: self.model_dump(mode="json", exclude={"api_key", name})})
    with pytest.raises(AssertionError, match=f"identity.. does not change with parameter {name}; "):
        check_backend(variant(parameters=forgetful))


def test_parameters_that_are_not_valid_are_no_broken_rule() -> None:
    with pytest.raises(UsageError, match="--model-params of Good: temperature: "):
        check_backend(Good, {"temperature": "hot"})


def test_a_backend_that_says_that_it_tells_log_probabilities_is_asked_for_them() -> None:
    def respond(self: Backend, index: int, request: Request) -> Response:
        told = {"log_probability": -1.0, "log_probability_tokens": 2} if request.log_probability else {}
        return Response(text="A", **told)  # type: ignore[arg-type] # these two are numbers

    generating = {"methods": frozenset({"generate"}), "log_probabilities": True}
    check_backend(variant(respond=respond, **generating))
    with pytest.raises(AssertionError, match="has no log_probability with log_probability_tokens; they were asked for"):
        check_backend(variant(respond=lambda *_: Response(text="A"), **generating))
    with pytest.raises(AssertionError, match="log_probabilities is 1; it has to be True or False"):
        check_backend(variant(log_probabilities=1))
