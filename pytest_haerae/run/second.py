"""The second models of a run: they answer what scorers want to know of the first one's answers, or rank these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.backends.registry import (
    backends_that,
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
from pytest_haerae.scoring.registry import RANK
from pytest_haerae.types import Request


@dataclass(frozen=True, slots=True)
class Role:
    """What a second model is for.

    Attributes:
        option: The option that names it.
        params: The option of its parameters.
        key: What tells its answers from those of the same model in another role.
    """

    option: str
    params: str
    key: str

    def words(self, words: str) -> str:
        """What a backend says of the first model, in the same words with the options that name this one."""
        return words.replace("--model-params", self.params).replace("--model", self.option)


JUDGE = Role("--judge", "--judge-params", "second")
REWARD = Role("--reward-model", "--reward-params", "reward")


@dataclass(frozen=True)
class SecondModel:
    """A model that is asked about answers, before it is loaded.

    Attributes:
        role: What it is for.
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

    role: Role
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
        return f"{self.role.option}={self.name}"

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
    """Look up the models that scorers ask, in the order in which they were named; none where no scorer asks one.

    Args:
        config: The configuration.
        asking: The scorers that ask them.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: They are missing or idle, one is not usable, or two are the same.
    """
    if not config.judge:
        if config.judge_params:
            raise _idle_params(JUDGE)
        if asking:
            raise UsageError(
                f"{_place_of(config, asking)}: a second model grades the answers and none is named: add"
                f" {JUDGE.option}=NAME (a backend, or a profile of pyproject.toml)"
            )
        return ()
    if not asking:
        place = f"{JUDGE.option}={','.join(config.judge)}"
        words = "no scorer of this run asks it: add --evaluator-params scorer=judge, or leave it out"
        raise UsageError(f"{place}: {words}")
    (first, *_) = config.judge
    panel = config.panel or (NamedModel(name=first, backend=first, params=config.judge_params),)
    constrains = any(each.constrains for each in asking)
    found = tuple(_make_second(JUDGE, config, each, backends, constrains=constrains) for each in panel)
    by_identity: dict[str, str] = {}
    for each in found:
        if (other := by_identity.setdefault(each.identity, each.name)) != each.name:
            raise UsageError(f"{JUDGE.option}: {other} and {each.name} are the same model; name it once")
    return found


def _place_of(config: RunConfig, asking: Collection[ChosenScorer]) -> str:
    """Where scorers come from that ask: the benchmarks that bring them along, or else the option that names them."""
    names = {each.scorer.name for each in asking}
    brought = [part.dataset for part in config.parts if part.scorer in names and _brings_its_scorer(part)]
    return f"--dataset={','.join(brought)}" if brought else f"--evaluator-params scorer={min(names)}"


def _brings_its_scorer(part: RunConfig) -> bool:
    benchmark = find_benchmark(part.dataset)
    return benchmark is not None and benchmark.scorers.get(part.method) == part.scorer


def make_reward(config: RunConfig, backends: Mapping[str, type[Backend]] | None = None) -> SecondModel | None:
    """Look up the reward model; None where nothing is ranked by one.

    Args:
        config: The configuration.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: It is missing or idle, or not usable.
    """
    wanted = any(part.ranking is not None and part.ranking.needs_reward for part in config.parts)
    name, rank = config.reward_model, f"--evaluator-params {RANK}=reward"
    if name is None:
        if config.reward_params:
            raise _idle_params(REWARD)
        if wanted:
            words = "a reward model ranks the answers and none is named"
            raise UsageError(
                f"{rank}: {words}: add {REWARD.option}={_having_rewards()} (or a profile of pyproject.toml)"
            )
        return None
    if not wanted:
        raise UsageError(f"{REWARD.option}={name}: nothing asks it: add {rank}, or leave it out")
    return _make_second(REWARD, config, NamedModel(name=name, backend=name, params=config.reward_params), backends)


def _idle_params(role: Role) -> UsageError:
    return UsageError(f"{role.params}: no model is named that takes them: add {role.option}=NAME")


def _having_rewards() -> str:
    return ", ".join(backends_that(lambda each: each.reward_models() is not None))


def _find(role: Role, model: NamedModel, backends: Mapping[str, type[Backend]] | None) -> type[Backend]:
    """The class of a second model, which can do what its role needs."""
    backend = find_backend(model.backend, backends)
    if role is REWARD:
        rewards = backend.reward_models()
        if rewards is None:
            raise UsageError(f"--model={model.name}: it has no reward models; {_having_rewards()} has")
        return rewards
    if "generate" not in backend.methods:
        raise UsageError(f"--model={model.name}: it writes no text")
    return backend


def _make_second(
    role: Role,
    config: RunConfig,
    model: NamedModel,
    backends: Mapping[str, type[Backend]] | None,
    *,
    constrains: bool = False,
) -> SecondModel:
    try:
        backend = _find(role, model, backends)
        if config.replicas is not None and not backend.remote:
            check_replicas(model.backend, backend)
        parameters = validate_parameters(model.backend, backend, model.params)
        check_backend_parts(model.backend, backend, parameters)
        if constrains:
            require_choices("--evaluator-params structured", model.backend, backend, parameters)
        # A reward model in this process costs nobody anything.
        if config.max_cost is not None and (role is JUDGE or backend.remote):
            check_price(model.backend, backend, parameters)
        # What it stands on, such as a function or files, is looked at here: later the first model was paid.
        with refusing(f"{role.option}={model.name}: its parameters' identity()"):
            own = {"backend": model.backend, **parameters.identity()}
        chat = parameters.takes_chats("generate") if config.apply_chat_template is None else config.apply_chat_template
    except HaeraeError as error:
        words = role.words(str(error))
        is_named = role.option in words and model.name == model.backend
        raise type(error)(words if is_named else f"{role.option}={model.name}: {words}") from None
    return SecondModel(
        role,
        config,
        model.name,
        model.backend,
        backend,
        parameters,
        model.params,
        chat,
        identity_digest({role.key: own}),
        tuple(secrets_in(model.params)),
    )
