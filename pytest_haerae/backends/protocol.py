"""What a backend is: one class with its parameters. Everything that a run asks of it stands here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, Self

from pydantic import BaseModel, ConfigDict

from pytest_haerae.backends.batches import BatchEndpoint
from pytest_haerae.backends.fingerprints import fingerprints
from pytest_haerae.images import Image
from pytest_haerae.types import Capability, Request, Response


class Prices(NamedTuple):
    """What tokens cost, in US dollars each: of prompts, and generated ones."""

    prompt: float
    completion: float


class BackendParameters(BaseModel):
    """The parameters of a backend, validated before anything is loaded; a backend declares its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    uninfluential: ClassVar[frozenset[str]] = frozenset()
    """Names of parameters that change how fast an answer comes, never the answer: they stay out of the store's key."""

    younger: ClassVar[frozenset[str]] = frozenset({"reasoning"})
    """Names of parameters that came when answers were stored already: where one is None it stays out of the key."""

    sampling: ClassVar[frozenset[str]] = frozenset()
    """Names of parameters that a single request may set for itself: the backend reads them by `of_request`."""

    def takes_chats(self, kind: Capability) -> bool:
        """Whether the model is reached through a chat API for this, so that requests are chats from the beginning."""
        return False

    @classmethod
    def further_names(cls) -> frozenset[str]:
        """Names that are taken beside the fields (a model that allows extra ones says which); may import a library."""
        return frozenset()

    def identity(self) -> dict[str, Any]:
        """What determines an answer beside the request: a JSON object, without secrets.

        It has the parameters and, for each that is a `Path`, what lies there: a model that is edited in its place is
        another model.
        """
        unset = {name for name in self.younger if getattr(self, name, None) is None}
        identity = self.model_dump(mode="json", exclude={*self.uninfluential, *unset})
        paths = {name: value for name in identity if isinstance(value := getattr(self, name), Path)}
        files = {name: fingerprints(path) for name, path in paths.items()}
        return {**identity, "files": files} if files else identity

    def model_label(self) -> str | None:
        """The model's name for headers and reports."""
        return None

    def longest_answer(self) -> int | None:
        """The most tokens that a generated answer may have; None where none is known."""
        return None

    def repeats_problem(self) -> str | None:
        """Why there is one answer to a question and no other, for ``--repeats``; None where each is another one."""
        return None

    def choices_problem(self) -> str | None:
        """Why no text can be kept to choices with these parameters, for `Request.choices`; None where each can."""
        return None

    def notice(self) -> str | None:
        """A line for people before the model is asked, where its numbers could be taken for what they are not."""
        return None

    def of_request(self, request: Request) -> Self:
        """The parameters that a request is answered with: these, with its own `sampling` in their places.

        Where there is a `seed`, another answer to the same question (`Request.repeat`) is drawn with another seed.

        Raises:
            ValidationError: A value is none of its parameter (pydantic's error).
        """
        own = dict(request.sampling)
        seed: object = own.get("seed", getattr(self, "seed", None))
        if request.repeat and "seed" in self.sampling and isinstance(seed, int):
            own["seed"] = seed + request.repeat
        return type(self).model_validate({**dict(self), **own}) if own else self


class Backend(ABC):
    """A kind of model; an object of it is one loaded model, built once a run and closed at its end.

    Args:
        parameters: What `--model-params` gave, validated: an object of the class's `parameters`.

    Raises:
        UsageError: The model cannot be loaded; one line says why and what to do.
    """

    methods: ClassVar[frozenset[Capability]]
    """What it can do: ``generate`` texts, give a ``loglikelihood``, both, or give answers a ``reward``."""

    constrains: ClassVar[bool] = False
    """Whether it keeps a generated text to `Request.choices`; one that does not is never given a request with some."""

    log_probabilities: ClassVar[bool] = False
    """Whether it tells the log-probability of a text where `Request.log_probability` asks for it."""
    takes_images: ClassVar[bool] = False
    """Whether it shows its model the images of a chat's messages; one that does not is never given any."""

    parameters: ClassVar[type[BackendParameters]] = BackendParameters
    """The class of its parameters."""

    libraries: ClassVar[tuple[str, ...]] = ()
    """Names of the distributions whose versions belong in a report."""

    requires: ClassVar[tuple[str, ...]] = ()
    """Top-level modules that it cannot do without; looked for, not imported, before `check` is called."""

    install: ClassVar[str] = ""
    """The command that installs them, for whom one is missing."""

    remote: ClassVar[bool] = False
    """Whether it holds no model itself, as one that asks a server does not: `--replicas` is refused then."""

    proven: bool = False
    """Whether the run that goes on now has answers of this model already; set before `run`. A server that refuses a
    request then refuses that one, not whoever asks."""

    method_detail: str | None = None
    """How it came by its numbers, in a sentence, where there is more than one way; read after `run`, and reported."""

    notes: Sequence[str] = ()
    """Lines for people, of what happened to it on the way; read after `run`, and shown at the end."""

    def __init__(self, parameters: Any) -> None:  # noqa: ANN401, B027 - each backend's own; there may be nothing to load
        """Load the model; a backend without a model needs none of its own."""

    @classmethod  # noqa: B027 - there may be nothing to check
    def check(cls, parameters: Any) -> None:  # noqa: ANN401 - each backend's own
        """Refuse what can be refused at once: a library or a file that is missing. Called before any data are read.

        It is called in each process of a run, so it loads nothing and asks no network.

        Args:
            parameters: As of the constructor.

        Raises:
            UsageError: One line says why, and what to do.
        """

    @classmethod
    def price_problem(cls, parameters: Any) -> str | None:  # noqa: ANN401 - each backend's own
        """Why nobody can tell what an answer costs, for ``--max-cost``; None where each answer says it.

        Args:
            parameters: As of the constructor.
        """
        return "its answers have no price"

    @classmethod
    def batch_problem(cls, parameters: Any) -> str | None:  # noqa: ANN401 - each backend's own
        """Why it has no batch endpoint, for ``--batch-api``; None where `batch_endpoint` gives one.

        Args:
            parameters: As of the constructor.
        """
        return "it has no batch endpoint"

    @classmethod
    def images_problem(cls, parameters: Any, images: Iterable[Image]) -> str | None:  # noqa: ANN401 - each backend's own
        """Why its model cannot read the images of a run, where the backend takes images; None where it can.

        Args:
            parameters: As of the constructor.
            images: All of them.
        """
        return None

    @classmethod
    def reward_models(cls) -> type[Backend] | None:
        """The class of its reward models, for ``--reward-model``; None where it has none."""
        return cls if "reward" in cls.methods else None

    @classmethod
    def reward_problem(cls, parameters: Any) -> str | None:  # noqa: ANN401 - each backend's own
        """Why its model gives no reward; None where it does. Called once before anything is asked, over a network too.

        Args:
            parameters: As of the constructor.
        """
        return None

    def batch_endpoint(self) -> BatchEndpoint | None:
        """The provider's batch endpoint, through which requests to generate are sent in place of `run`."""
        return None

    @classmethod
    def prices(cls, parameters: Any) -> Prices | None:  # noqa: ANN401 - each backend's own
        """What tokens cost, for ``--dry-run``; None where nobody can tell before.

        Args:
            parameters: As of the constructor.
        """
        return None

    @classmethod
    def count_tokens(cls, parameters: Any, requests: Sequence[Request]) -> Iterator[int] | None:  # noqa: ANN401 - each backend's own
        """Count the tokens of prompts, for ``--dry-run``: nothing is loaded but a tokenizer, and no network is asked.

        Args:
            parameters: As of the constructor.
            requests: All of one kind.

        Returns:
            The number of tokens of each request's prompt; None where the model's own tokenizer is not at hand.
        """
        return None

    def generation(self) -> Mapping[str, Any]:
        """The generation parameters that the model brings along, as they were applied: a JSON object.

        Those of a ``generation_config.json``, such as ``repetition_penalty``, and not those of `parameters`; read after
        `run`, and reported.
        """
        return {}

    @abstractmethod
    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests.

        Args:
            requests: What is to be answered, all of one kind and with the same `sampling`. They are made when they are
                looked at, so a long sequence is not to be copied into a list without need. There may be none. Where
                tests ask the model themselves, `run` is called again on the same object, once the call before ended.

        Yields:
            ``(index, response)`` as each is done, in any order, each index once. A response that is yielded is stored
            before the next one is asked for. It carries an answer or an `error`, never both; an answer is a `text` (of
            the request's `choices` one as it stands there, where it has some; with `log_probability` and
            `log_probability_tokens` where the request wants them), a `reward` of the chat's last message, or one
            log-likelihood for each of the request's continuations: the sum of the log-probabilities (natural logarithm)
            of its tokens after the context, finite and at most 0. Another index, one that came before, or something
            else than a `Response` ends the run with exit code 4; a field that is not what its type says is the error of
            its request.

        Raises:
            UsageError: This kind of run cannot be served at all; it ends the run with exit code 4.
            Exception: Anything else becomes the error of every request that is not answered yet. So does no answer for
                as long as ``--answer-timeout`` says, in the main thread.
        """

    def close(self) -> None:  # noqa: B027 - there may be nothing to release
        """Release the model; called once at the end, also after an error; what it raises costs no answer."""


class Model(Protocol):
    """What a run needs of a loaded model: a `Backend` is one, and so are several copies of it together."""

    @property
    def method_detail(self) -> str | None:
        """As of a `Backend`."""

    @property
    def notes(self) -> Sequence[str]:
        """As of a `Backend`."""

    def generation(self) -> Mapping[str, Any]:
        """As of a `Backend`."""
        ...

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """As of a `Backend`."""
        ...

    def close(self) -> None:
        """As of a `Backend`."""
