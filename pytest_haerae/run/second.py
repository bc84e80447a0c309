"""The second model of a run: it answers what scorers want to know of the first one's answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.backends.registry import (
    check_backend_parts,
    check_price,
    find_backend,
    refusing,
    require_choices,
    validate_parameters,
)
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.model_names import NamedModel
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.redact import secrets_in
from pytest_haerae.replicas import check_replicas
from pytest_haerae.run.keys import identity_digest
from pytest_haerae.run.loading import load_model
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.types import Request

OPTION = "--judge"


def of_second(words: str) -> str:
    """What a backend says of the first model, in the same words with the option that names this one."""
    return words.replace("--model", OPTION)


@dataclass(frozen=True)
class SecondModel:
    """A model that is asked about answers, before it is loaded.

    Attributes:
        config: The run's configuration.
        name: What it is called in this run: its backend's name, or of several judges its profile's.
        backend_name: What its backend is called.
        backend: The class of its backend.
        parameters: Its parameters, validated.
        params: They as the user gave them.
        chat: Whether it is asked in chats; else in plain text.
        identity: Hash of what determines its answers beside their requests; never that of a model that answers items.
        secrets: Strings that must not appear in any output.
    """

    config: RunConfig
    name: str
    backend_name: str
    backend: type[Backend]
    parameters: BackendParameters
    params: Mapping[str, Any]
    chat: bool
    identity: str
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def named(self) -> str:
        """Backend and model, in a few words, behind its own name where that is another."""
        label = self.parameters.model_label()
        words = f"{self.backend_name} {label}" if label else self.backend_name
        return words if self.name == self.backend_name else f"{self.name} ({words})"

    @property
    def option(self) -> str:
        """What messages begin with."""
        return f"{OPTION}={self.name}"

    def asked(self, request: Request) -> Request:
        """A request as it takes it: a chat, or the same in plain text."""
        if self.chat or request.messages is None:
            return request
        text = "\n\n".join(message.content for message in request.messages)
        return replace(request, context=text, messages=None)

    def load(self) -> Model:
        """Load it: in this process, or as the replicas that the run has.

        Raises:
            UsageError: It cannot be loaded.
        """
        return load_model(self.config, self.backend, self.parameters)


def make_seconds(
    config: RunConfig, asking: Collection[ChosenScorer], backends: Mapping[str, type[Backend]] | None = None
) -> tuple[SecondModel, ...]:
    """Look up the second models, in the order in which they were named; none where no scorer asks one.

    Args:
        config: The configuration.
        asking: The scorers that ask them.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: They are missing or idle, one is not usable, or two are the same.
    """
    if not config.judge:
        if config.judge_params:
            raise UsageError(f"{OPTION}-params: no model is named that takes them: add {OPTION}=NAME")
        if asking:
            raise UsageError(
                f"{_place_of(config, asking)}: a second model grades the answers and none is named: add {OPTION}=NAME"
                " (a backend, or a profile of pyproject.toml)"
            )
        return ()
    if not asking:
        raise UsageError(
            f"{OPTION}={','.join(config.judge)}: no scorer of this run asks it: add --evaluator-params scorer=judge, or"
            " leave it out"
        )
    (first, *_) = config.judge
    panel = config.panel or (NamedModel(name=first, backend=first, params=config.judge_params),)
    found = tuple(_make_second(config, each, asking, backends) for each in panel)
    by_identity: dict[str, str] = {}
    for each in found:
        if (other := by_identity.setdefault(each.identity, each.name)) != each.name:
            raise UsageError(f"{OPTION}: {other} and {each.name} are the same model; name it once")
    return found


def _place_of(config: RunConfig, asking: Collection[ChosenScorer]) -> str:
    """Where scorers come from that ask: the benchmarks that bring them along, or else the option that names them."""
    names = {each.scorer.name for each in asking}
    brought = [part.dataset for part in config.parts if part.scorer in names and _brings_its_scorer(part)]
    return f"--dataset={','.join(brought)}" if brought else f"--evaluator-params scorer={min(names)}"


def _brings_its_scorer(part: RunConfig) -> bool:
    benchmark = find_benchmark(part.dataset)
    return benchmark is not None and benchmark.scorers.get(part.method) == part.scorer


def _make_second(
    config: RunConfig,
    model: NamedModel,
    asking: Collection[ChosenScorer],
    backends: Mapping[str, type[Backend]] | None,
) -> SecondModel:
    try:
        backend = find_backend(model.backend, backends)
        if "generate" not in backend.methods:
            raise UsageError(f"--model={model.name}: it writes no text")
        if config.replicas is not None and not backend.remote:
            check_replicas(model.backend, backend)
        parameters = validate_parameters(model.backend, backend, model.params)
        check_backend_parts(model.backend, backend, parameters)
        if any(each.constrains for each in asking):
            require_choices("--evaluator-params structured", model.backend, backend, parameters)
        if config.max_cost is not None:
            check_price(model.backend, backend, parameters)
        # What it stands on, such as a function or files, is looked at here: later the first model was paid.
        with refusing(f"{OPTION}={model.name}: its parameters' identity()"):
            own = {"backend": model.backend, **parameters.identity()}
        chat = parameters.takes_chats("generate") if config.apply_chat_template is None else config.apply_chat_template
    except HaeraeError as error:
        words = of_second(str(error))
        is_named = OPTION in words and model.name == model.backend
        raise type(error)(words if is_named else f"{OPTION}={model.name}: {words}") from None
    return SecondModel(
        config,
        model.name,
        model.backend,
        backend,
        parameters,
        model.params,
        chat,
        identity_digest({"second": own}),
        tuple(secrets_in(model.params)),
    )
