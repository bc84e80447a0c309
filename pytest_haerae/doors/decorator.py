"""The decorator by which a function evaluates itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, overload

from pytest_haerae.doors.evaluator import Evaluator, as_options
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.doors.result import EvaluationResult

Taken = ParamSpec("Taken")
Given = TypeVar("Given", covariant=True)  # noqa: PLC0105 - as words go here


class Evaluated(Protocol, Generic[Taken, Given]):
    """A function that evaluates itself, and is otherwise what it was."""

    def __call__(self, *args: Taken.args, **kwargs: Taken.kwargs) -> Given:
        """Call the function."""
        ...

    def evaluate(self, **options: Any) -> EvaluationResult:  # noqa: ANN401 - an option's value
        """Evaluate it; what is given here stands before what the decorator was given."""
        ...


@overload
def evaluate(function: Callable[Taken, Given], /) -> Evaluated[Taken, Given]: ...


@overload
def evaluate(
    *,
    version: str | None = None,
    max_concurrency: int | None = None,
    timeout: float | None = None,
    **options: Any,  # noqa: ANN401 - an option's value
) -> Callable[[Callable[Taken, Given]], Evaluated[Taken, Given]]: ...


def evaluate(
    function: Callable[..., Any] | None = None,
    /,
    *,
    version: str | None = None,
    max_concurrency: int | None = None,
    timeout: float | None = None,
    **options: Any,
) -> Any:
    """Decorate a function that answers questions: it gets a method `evaluate`, and stays what it is otherwise.

    ``@evaluate(dataset="haerae_bench", subset="history")`` above ``def answer(question: str) -> str`` makes
    ``answer.evaluate(limit=20)`` an `Evaluator.run` with the function as the model. The function may be async, and may
    return a `Response` in place of a text.

    Args:
        function: The function, where the decorator is written without arguments.
        version: What tells the function from what it was earlier, where its source does not.
        max_concurrency: How many calls may run at once; one by default, of an async function eight.
        timeout: Seconds after which a call is given up, and is the error of its item.
        **options: Keywords of `Evaluator.run`; those of the call stand before them.

    Raises:
        UsageError: An option is unknown, or the function takes no attribute.
    """
    params = {"version": version, "max_concurrency": max_concurrency, "timeout": timeout}
    own = {name: value for name, value in params.items() if value is not None}
    known = _without_model(as_options(options, "evaluate"))
    if own:
        known["model_params"] = {**known.get("model_params", {}), **own}

    def decorate(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - the function
        def evaluate_it(**options: Any) -> EvaluationResult:  # noqa: ANN401 - an option's value
            now = _without_model(as_options(options, "evaluate"))
            both = {name: {**known[name], **now[name]} for name in ("model_params",) if name in known and name in now}
            given: dict[str, Any] = {**known, **now, **both}
            return Evaluator().run(model=function, **given)

        try:
            function.evaluate = evaluate_it  # type: ignore[attr-defined] # most functions take any attribute
        except AttributeError:
            raise UsageError(
                f"evaluate: {function!r} takes no attribute; decorate a function, or call Evaluator().run(model=…)"
            ) from None
        return function

    return decorate if function is None else decorate(function)


def _without_model(options: dict[str, Any]) -> dict[str, Any]:
    if "model" in options:
        raise UsageError("evaluate: the function is the model; leave model out")
    return options
