"""Backends by name: of installed packages' entry points, of a hook, or handed over in Python."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from inspect import isabstract, isroutine
from typing import Any, ClassVar

from pydantic import ValidationError

from pytest_haerae.backends.function import bind
from pytest_haerae.backends.installed import check_installed
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.backends.sampling import SAMPLING, SearchedParameters
from pytest_haerae.entry_points import entry_point_modules, entry_point_names, find_entry_point, load_entry_point
from pytest_haerae.errors import HaeraeError, UsageError, raised, unknown
from pytest_haerae.escaping import shown
from pytest_haerae.types import CAPABILITY, Method, Request, Response

ENTRY_POINT_GROUP = "pytest_haerae.backends"


def is_installed(backend: type[Backend]) -> bool:
    """Whether a backend's class is this package's or an entry point's, and so has the same name everywhere."""
    own = backend.__module__.partition(".")[0] == __package__.partition(".")[0]
    return own or backend.__module__ in entry_point_modules(ENTRY_POINT_GROUP)


def backend_names(extra: Mapping[str, type[Any]] | None = None) -> tuple[str, ...]:
    """The names of all backends: of the entry points, and of the hook."""
    return tuple(sorted({*entry_point_names(ENTRY_POINT_GROUP), *(extra or {})}))


def find_backend(
    name: str, extra: Mapping[str, type[Any]] | None = None, profiles: Callable[[], Iterable[str]] = tuple
) -> type[Backend]:
    """Look a backend's class up by name; importing it loads no model.

    Args:
        name: As typed.
        extra: Backends beside those of the entry points, which they hide where a name is the same.
        profiles: Gives names that would stand for a backend with its parameters, where there is none: for the message.

    Returns:
        A subclass of `Backend`, also for a backend of version 0.1, which has no base class.

    Raises:
        UsageError: There is none, or more than one, a library it needs is not installed, or its class is no backend.
    """
    if extra and name in extra:
        return as_backend(name, extra[name])
    point = find_entry_point(ENTRY_POINT_GROUP, name, f"--model={name}")
    if point is None:
        valid = [*backend_names(extra), *profiles()]
        raise UsageError(f"--model: {unknown('backend', name, valid)}{_if_a_models_name(name)}")
    return as_backend(name, load_entry_point(point, f"--model={name}"))


def _if_a_models_name(name: str) -> str:
    """The way out for who named a model where a backend is named; ``""`` where the name looks like no model's."""
    if not any(character in name for character in "/-.0123456789"):
        return ""
    backend, parameter = ("huggingface", "model_name_or_path") if "/" in name else ("openai", "model_name")
    return f"; a model is named by a parameter, such as --model={backend} --model-params {parameter}={name}"


def as_backend(name: str, found: Any) -> type[Backend]:  # noqa: ANN401 - whatever stands behind a name
    """The class behind a name, as a subclass of `Backend`; a function is put behind the one for functions.

    Raises:
        UsageError: It does not declare what every backend declares.
    """
    if isroutine(found):
        return bind(found)
    for attribute, kind in (("methods", Collection), ("parameters", type)):
        if not isinstance(getattr(found, attribute, None), kind):
            words = f"{found!r} is no backend: it declares no {attribute}"
            raise UsageError(f"--model={name}: {words} (pytest_haerae.Backend says what a backend declares)")
    if isabstract(found):
        raise UsageError(f"--model={name}: {found!r} is no backend: it does not define run")
    return found if isinstance(found, type) and issubclass(found, Backend) else _adapt(found)


class _Adapted(Backend):
    """A backend of version 0.1: the attributes that it may lack are asked for here, and nowhere else."""

    kind: ClassVar[Callable[[Any], Any]]

    def __init__(self, parameters: BackendParameters) -> None:
        self._model = type(self).kind(parameters)

    @property
    def method_detail(self) -> str | None:  # type: ignore[override] # read when it is known, never assigned
        """What the model says at this moment."""
        found: str | None = getattr(self._model, "method_detail", None)
        return found

    @property
    def notes(self) -> Sequence[str]:  # type: ignore[override] # as above
        """What the model says at this moment."""
        found: Sequence[str] = getattr(self._model, "notes", ())
        return found

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """The model's own answers."""
        answers: Iterator[tuple[int, Response]] = self._model.run(requests)
        return answers

    def close(self) -> None:
        """Close the model."""
        self._model.close()


@lru_cache(maxsize=64)
def _adapt(found: Any) -> type[Backend]:  # noqa: ANN401 - a class without the base
    """Wrap a class of version 0.1, once; the wrapper has its name and module, by which it is sent to a replica."""
    declared = {
        "kind": staticmethod(found),
        "methods": frozenset(found.methods),
        "parameters": found.parameters,
        "libraries": getattr(found, "libraries", ()),
        "remote": getattr(found, "remote", False),
        "__module__": found.__module__,
        "__doc__": found.__doc__,
    }
    return type(found.__name__, (_Adapted,), declared)


def check_backend_parts(name: str, backend: type[Backend], parameters: BackendParameters) -> None:
    """Let a backend refuse what it can refuse at once, and find out that what it says of itself can be used.

    Raises:
        UsageError: It refuses, or its own code raises or gives something else than its type says.
    """
    with refusing(f"--model={name}"):
        check_installed(f"--model={name}", backend.requires, backend.install)
        backend.check(parameters)
        for what, said in (("model_label", parameters.model_label()), ("notice", parameters.notice())):
            if not (said is None or isinstance(said, str)):
                raise UsageError(f"--model={name}: {what}() gave {shown(said)}, which is no string")
        for kind in backend.methods:
            parameters.takes_chats(kind)


def check_price(name: str, backend: type[Backend], parameters: BackendParameters) -> None:
    """Refuse a limit of costs where nobody can tell what an answer costs.

    Raises:
        UsageError: Why not.
    """
    _refuse_without("--max-cost", name, "price_problem", lambda: backend.price_problem(parameters))


def check_batches(name: str, backend: type[Backend], parameters: BackendParameters) -> None:
    """Refuse to send through a batch endpoint where there is none.

    Raises:
        UsageError: Why not.
    """
    _refuse_without("--batch-api", name, "batch_problem", lambda: backend.batch_problem(parameters))


def _refuse_without(option: str, name: str, method: str, ask: Callable[[], str | None]) -> None:
    """Refuse an option in the words of the backend's own method, which knows what it lacks for it."""
    with refusing(f"--model={name}: its {method}()"):
        problem = ask()
    if problem is not None:
        raise UsageError(f"{option}: --model={name}: {problem}")


def validate_parameters(name: str, backend: type[Backend], params: Mapping[str, Any]) -> BackendParameters:
    """Check model parameters against what the backend takes.

    Raises:
        UsageError: A parameter is unknown (the nearest is named), missing, or of the wrong kind.
    """
    known = frozenset(backend.parameters.model_fields)
    for key in params:
        if key not in known and key not in (known := known | backend.parameters.further_names()):
            raise UsageError(f"--model-params of {name}: {unknown_parameter(name, 'parameter', key, known)}")
    with refusing(f"--model-params of {name}"):
        try:
            return backend.parameters(**params)
        except ValidationError as error:
            lacking = [each["loc"][0] for each in error.errors(include_input=False)[:1] if each["type"] == "missing"]
            way_out = f"; write --model-params {lacking[0]}=…" if lacking else ""
            raise UsageError(f"--model-params of {name}: {first_problem(error)}{way_out}") from None


def unknown_parameter(backend: str, kind: str, name: str, valid: Iterable[str]) -> str:
    """Word the error for a parameter that a backend does not take; one of a generation is had by others.

    Args:
        backend: The backend's name.
        kind: What the name stands for, such as ``"parameter"``.
        name: The parameter's name, as given.
        valid: The names that the backend takes.
    """
    having = backends_that(lambda each: name in each.parameters.sampling) if name in SAMPLING else []
    if name == "num_beams":
        having = backends_that(lambda each: issubclass(each.parameters, SearchedParameters))
    return f"{backend} has no {name}; {', '.join(having)} have it" if having else unknown(kind, name, valid)


def backends_that(have: Callable[[type[Backend]], bool]) -> list[str]:
    """The names of the installed backends that have something; a class that cannot be had has nothing."""
    names = []
    for name in backend_names():
        with suppress(HaeraeError):
            if have(find_backend(name)):
                names.append(name)
    return names


def first_problem(error: ValidationError) -> str:
    """The first of what pydantic found wrong: the parameter and the words, without the value, which may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return ": ".join(filter(None, (place, first["msg"].removeprefix("Value error, "))))


@contextmanager
def refusing(place: str) -> Iterator[None]:
    """Turn whatever a backend's own code raises in the block into one line.

    Args:
        place: What the line begins with.

    Raises:
        UsageError: It raised something.
    """
    try:
        yield
    except HaeraeError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{place}: {raised(error)}") from None


def require_method(name: str, backend: type[Backend], method: Method) -> None:
    """Refuse a method that the backend cannot serve."""
    if CAPABILITY[method] not in backend.methods:
        possible = [each for each, capability in CAPABILITY.items() if capability in backend.methods]
        raise UsageError(
            f"--method={method}: backend '{name}' cannot serve it; it serves {', '.join(possible) or 'none'}"
        )


def require_log_probabilities(place: str, name: str, backend: type[Backend]) -> None:
    """Refuse to rank texts by their log-probability where the backend does not tell it.

    Args:
        place: What asks for it.
        name: The backend's name.
        backend: Its class.

    Raises:
        UsageError: With those that do.
    """
    if not backend.log_probabilities:
        can = ", ".join(backends_that(lambda each: each.log_probabilities))
        raise UsageError(f"{place}: backend '{name}' tells no log-probability of what it generates; {can} do")


def require_choices(place: str, name: str, backend: type[Backend], parameters: BackendParameters) -> None:
    """Refuse to keep texts to choices where the backend cannot, at all or with its parameters.

    Args:
        place: What asks for it.
        name: The backend's name.
        backend: Its class.
        parameters: Its parameters.

    Raises:
        UsageError: With those that can, or the way out.
    """
    if not backend.constrains:
        can = ", ".join(backends_that(lambda each: each.constrains))
        raise UsageError(f"{place}: backend '{name}' cannot keep its texts to choices; {can} can")
    with refusing(f"--model={name}: its parameters' choices_problem()"):
        problem = parameters.choices_problem()
    if problem is not None:
        raise UsageError(f"{place}: {problem}")
