"""The second model of a run: it answers what scorers want to know of the first one's answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.backends.registry import (
    check_backend_parts,
    check_price,
    find_backend,
    refusing,
    require_choices,
    validate_parameters,
)
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
        backend: The class of its backend.
        parameters: Its parameters, validated.
        chat: Whether it is asked in chats; else in plain text.
        secrets: Strings that must not appear in any output.
    """

    config: RunConfig
    backend: type[Backend]
    parameters: BackendParameters
    chat: bool
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def backend_name(self) -> str:
        """What its backend is called."""
        return str(self.config.judge)

    @property
    def named(self) -> str:
        """Backend and model, in a few words."""
        label = self.parameters.model_label()
        return f"{self.backend_name} {label}" if label else self.backend_name

    @property
    def option(self) -> str:
        """What messages begin with."""
        return f"{OPTION}={self.config.judge}"

    @cached_property
    def identity(self) -> str:
        """Hash of what determines its answers beside their requests; never that of a model that answers items."""
        with refusing(f"{self.option}: its parameters' identity()"):
            own = {"backend": self.config.judge, **self.parameters.identity()}
        return identity_digest({"second": own})

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


def make_second(
    config: RunConfig, asking: Collection[ChosenScorer], backends: Mapping[str, type[Backend]] | None = None
) -> SecondModel | None:
    """Look up the second model; None where no scorer asks one.

    Args:
        config: The configuration.
        asking: The scorers that ask one.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: It is missing, idle, or not usable.
    """
    if config.judge is None:
        if config.judge_params:
            raise UsageError(f"{OPTION}-params: no model is named that takes them: add {OPTION}=NAME")
        if asking:
            name = min(each.scorer.name for each in asking)
            raise UsageError(
                f"--evaluator-params scorer={name}: a second model grades the answers and none is named: add"
                f" {OPTION}=NAME (a backend, or a profile of pyproject.toml)"
            )
        return None
    if not asking:
        raise UsageError(
            f"{OPTION}={config.judge}: no scorer of this run asks it: add --evaluator-params scorer=judge, or leave it"
            " out"
        )
    try:
        backend = find_backend(config.judge, backends)
        if "generate" not in backend.methods:
            raise UsageError(f"--model={config.judge}: it writes no text")
        if config.replicas is not None and not backend.remote:
            check_replicas(config.judge, backend)
        parameters = validate_parameters(config.judge, backend, config.judge_params)
        check_backend_parts(config.judge, backend, parameters)
        if any(each.constrains for each in asking):
            require_choices("--evaluator-params structured", config.judge, backend, parameters)
        if config.max_cost is not None:
            check_price(config.judge, backend, parameters)
    except HaeraeError as error:
        raise type(error)(of_second(str(error))) from None
    chat = parameters.takes_chats("generate") if config.apply_chat_template is None else config.apply_chat_template
    return SecondModel(config, backend, parameters, chat, tuple(secrets_in(config.judge_params)))
