"""Models that answer requests: the protocol, and the look-up by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import CAPABILITY, Capability, Method, Request, Response

ENTRY_POINT_GROUP = "pytest_haerae.backends"


class BackendParameters(BaseModel):
    """The parameters of a backend, validated before anything is loaded; a backend declares its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    uninfluential: ClassVar[frozenset[str]] = frozenset()
    """Names of parameters that change how fast an answer comes, never the answer: they stay out of the store's key."""

    def takes_chats(self, kind: Capability) -> bool:
        """Whether the model is reached through a chat API for this, so that requests are chats from the beginning."""
        return False

    @classmethod
    def further_names(cls) -> frozenset[str]:
        """Names that are taken beside the fields (a model that allows extra ones says which); may import a library."""
        return frozenset()

    def identity(self) -> dict[str, Any]:
        """What determines an answer beside the request: a JSON object, without secrets."""
        return self.model_dump(mode="json", exclude=set(self.uninfluential))

    def model_label(self) -> str | None:
        """The model's name for headers and reports."""
        return None


class Model(Protocol):
    """A loaded model that answers requests, closed at the end."""

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests, yielding ``(index, response)`` as each is done, in any order, each index once."""
        ...

    def close(self) -> None:
        """Release the model."""
        ...


class Backend(Model, Protocol):
    """A kind of model; an object of it is one model, built once a run.

    Constructing it loads the model and may raise `UsageError` for a model that can not be loaded. A backend that has
    more than one way to its log-likelihoods names the one it took in an attribute `method_detail`: it is reported. One
    that asks a server and holds no model says so in an attribute `remote`: it can not be replicated.
    """

    methods: ClassVar[frozenset[Capability]]
    parameters: ClassVar[type[BackendParameters]]
    libraries: ClassVar[tuple[str, ...]]
    """Names of the distributions whose versions belong in a report."""


def stop_texts(own: Iterable[str], request: Request) -> list[str]:
    """The texts at which a generation ends, each once: those of the model's parameters, then those of the request."""
    return list(dict.fromkeys((*own, *request.stop)))


BackendFactory = Callable[[Any], Backend]


@lru_cache(maxsize=1)
def _entry_points() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def is_installed(backend: type[Backend]) -> bool:
    """Whether a backend's class comes from an installed package's entry point, and so has the same name everywhere."""
    return any(point.module == backend.__module__ for point in _entry_points().values())


def backend_names(extra: Mapping[str, type[Backend]] | None = None) -> tuple[str, ...]:
    """The names of all backends: of the entry points, and of the hook."""
    return tuple(sorted({*_entry_points(), *(extra or {})}))


def find_backend(name: str, extra: Mapping[str, type[Backend]] | None = None) -> type[Backend]:
    """Look a backend's class up by name; importing it loads no model.

    Raises:
        UsageError: There is none, or a library it needs is not installed.
    """
    if extra and name in extra:
        return extra[name]
    if name not in _entry_points():
        raise UsageError(f"--model: {unknown('backend', name, backend_names(extra))}")
    try:
        backend: type[Backend] = _entry_points()[name].load()
    except ImportError as error:
        raise UsageError(f"--model={name}: {error}") from None
    return backend


def validate_parameters(name: str, backend: type[Backend], params: Mapping[str, Any]) -> BackendParameters:
    """Check model parameters against what the backend takes.

    Raises:
        UsageError: A parameter is unknown (the nearest is named), missing, or of the wrong kind.
    """
    known = frozenset(backend.parameters.model_fields)
    for key in params:
        if key not in known and key not in (known := known | backend.parameters.further_names()):
            raise UsageError(f"--model-params of {name}: {unknown('parameter', key, known)}")
    try:
        return backend.parameters(**params)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"--model-params of {name}: {place}: {first['msg']}") from None


def require_method(name: str, backend: type[Backend], method: Method) -> None:
    """Refuse a method that the backend can not serve."""
    if CAPABILITY[method] not in backend.methods:
        possible = [each for each, capability in CAPABILITY.items() if capability in backend.methods]
        raise UsageError(f"--method={method}: backend '{name}' can not serve it; it serves {', '.join(possible)}")
