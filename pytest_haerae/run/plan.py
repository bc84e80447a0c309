"""What a run measures and how: a configuration with all that it names looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.backends.reasoning import unavailable, with_reasoning
from pytest_haerae.backends.registry import (
    check_backend_parts,
    check_batches,
    check_price,
    find_backend,
    refusing,
    require_choices,
    require_log_probabilities,
    require_method,
    validate_parameters,
)
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.deviations import with_generation
from pytest_haerae.config.profiles import read_profiles
from pytest_haerae.config.run_config import RunConfig, told_of
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.prompt import Prompt
from pytest_haerae.prompts.registry import prompt_for
from pytest_haerae.redact import secrets_in
from pytest_haerae.replicas import check_replicas, on_other_machines
from pytest_haerae.run.identity import place_of_data, refuse_one_place
from pytest_haerae.run.keys import identity_digest
from pytest_haerae.run.loading import load_model
from pytest_haerae.run.second import SecondModel, make_reward, make_seconds
from pytest_haerae.run.ways import check_probes
from pytest_haerae.scoring.judging import combine, judge, skip_reason
from pytest_haerae.scoring.panel import Vote
from pytest_haerae.scoring.parameters import ChosenScorer, choose_scorer
from pytest_haerae.scoring.registry import CONSTRAIN, CONSTRAINTS, RANK
from pytest_haerae.types import CAPABILITY, Capability, DataKey, Item, Response, Selected, Verdict

if TYPE_CHECKING:
    from pytest_haerae.run.given_responses import GivenResponses

CONSTRAINED = f"--evaluator-params {CONSTRAIN}={CONSTRAINTS[0]}"
"""What keeps answers to letters, as it is typed."""

_ONE = "leave one of them out"


@dataclass(frozen=True, slots=True)
class Part:
    """How the items of one data set are asked and judged.

    Attributes:
        config: Its configuration, as a run of this data set alone has it.
        prompt: How items are asked.
        scorer: What judges their responses.
        further_prompts: By which a probe asks them, too.
    """

    config: RunConfig
    prompt: Prompt
    scorer: ChosenScorer
    further_prompts: tuple[Prompt, ...] = ()

    @property
    def kind(self) -> Capability:
        """What the model is asked for."""
        return CAPABILITY[self.config.method]

    def applies(self, item: Item) -> bool:
        """Whether an item can be asked by the method."""
        return skip_reason(item, self.config.method) is None

    def judge(self, item: Item, response: Response | None, second: Sequence[Response] = ()) -> Verdict:
        """Judge one item; without a response it was not asked, because the method does not apply.

        Args:
            item: The item.
            response: What the model answered.
            second: What the second model said of that, where the scorer asks it.
        """
        return judge(item, response, self.scorer, second)

    def combine(self, item: Item, response: Response, votes: Sequence[Vote]) -> Verdict:
        """What the verdicts on a response come to that several second models gave.

        Args:
            item: The item.
            response: What the model answered.
            votes: What each second model's answers came to.
        """
        return combine(item, response, self.scorer, votes)


@dataclass(frozen=True)
class Plan:
    """A run before anything is loaded or paid for. It keeps no state: it may be made again for another data set.

    Attributes:
        config: The configuration: of the run, and of its first data set.
        backend: The class of the model's backend.
        parameters: The model's parameters, validated.
        parts: The data sets that the run is about, in the order in which they were named, and how each is asked.
        secrets: Strings that must not appear in any output.
        seconds: The models that scorers ask about the answers, one after another; empty where none does.
        given: The answers that were made elsewhere, in the place of the model's; None where it is asked.
        reward: The model that ranks the answers; None where none does.
    """

    config: RunConfig
    backend: type[Backend]
    parameters: BackendParameters
    parts: Mapping[DataKey, Part]
    secrets: tuple[str, ...] = field(repr=False)
    seconds: tuple[SecondModel, ...] = ()
    given: GivenResponses | None = field(default=None, repr=False)
    reward: SecondModel | None = None

    @property
    def first(self) -> Part:
        """How the first of the data sets is asked."""
        return next(iter(self.parts.values()))

    @property
    def several(self) -> bool:
        """Whether the run is about several benchmarks, so that its subsets are named with theirs."""
        return len(self.parts) > 1

    def part_of(self, data: DataKey) -> Part:
        """How a data set is asked; one that a suite brings along as the run's first."""
        if data not in self._part_of:
            # One of the run's own may be named by a suite, too, by another path.
            place = place_of_data(data)
            same = (part for own, part in self.parts.items() if place_of_data(own) == place)
            self._part_of[data] = next(same, self.first)
        return self._part_of[data]

    def applies(self, selected: Selected) -> bool:
        """Whether an item can be asked by the method of its data set."""
        return self.part_of(selected.data).applies(selected.item)

    @cached_property
    def _part_of(self) -> dict[DataKey, Part]:
        """What `part_of` found: it is asked for each item."""
        return dict(self.parts)

    @cached_property
    def identity(self) -> str:
        """Hash of what determines a response beside its request; looks at local model files."""
        with refusing(f"--model={self.config.model_name}: its parameters' identity()"):
            return identity_digest({"backend": self.config.model, **self.parameters.identity()})

    def describe(self, asked: Iterable[str] = ()) -> str:
        """One line: backend, model, method, data.

        Args:
            asked: What the data sets are called that are asked, where suites bring some; else the configuration's.
        """
        data = ", ".join(dict.fromkeys([*asked] or [key.name for key in self.parts]))
        methods = " and ".join(dict.fromkeys(config.method for config in self.config.parts))
        return f"{self.named}, {methods}, {data}"

    def notices(self) -> list[str]:
        """What is to be known before anything is asked: of the model, and of the rows that benchmarks bring along."""
        benchmarks = (find_benchmark(data.name) for data in self.parts)
        told = [benchmark.notice for benchmark in benchmarks if benchmark is not None]
        return [notice for notice in (self.parameters.notice(), *told) if notice]

    @property
    def named(self) -> str:
        """Backend and model, in a few words, behind what the model is called in this run."""
        config, label = self.config, self.parameters.model_label()
        words = f"{config.model} {label}" if label else config.model
        return f"{config.called} ({words})" if config.called not in ("", words) else words

    def is_chat(self, config: RunConfig, kind: Capability) -> bool:
        """Whether the model is asked in a chat: as the user says, or else as the model is reached."""
        return _is_chat(config, self.parameters, kind)

    def load(self) -> Model:
        """Load the model: in this process, or as the replicas that are asked for.

        Raises:
            UsageError: It cannot be loaded.
        """
        return load_model(self.config, self.backend, self.parameters)


def make_plan(
    config: RunConfig, backends: Mapping[str, type[Backend]] | None = None, given: GivenResponses | None = None
) -> Plan:
    """Look up what a configuration names.

    Args:
        config: The configuration.
        backends: Backends beside those of the entry points, by name.
        given: The answers that were made elsewhere; None where a model is asked.

    Raises:
        UsageError: The backend, a parameter of it, a prompt or a scorer is not usable, or a data set is named twice.
    """
    if given is None:
        backend = find_backend(config.model, backends, partial(read_profiles, config.rootdir))
    else:
        # Imported here, as are its answers: most runs ask a model.
        from pytest_haerae.backends.given_responses import GivenBackend

        backend = GivenBackend
    config = with_generation(config, backend.parameters.model_fields, backend.parameters.further_names)
    for method in dict.fromkeys(part.method for part in config.parts):
        require_method(config.model, backend, method)
    if config.replicas is not None and given is None:
        check_replicas(config.model, backend)
    params = with_reasoning(config.model, backend, config.model_params, config.reasoning)
    parameters = validate_parameters(config.model, backend, params) if given is None else given.parameters
    _refuse_idle_reasoning(config, parameters)
    if any(part.constrained for part in config.parts):
        require_choices(CONSTRAINED, config.model, backend, parameters)
    for part in config.parts:
        _check_rank(part, backend)
    _refuse_one_text(config, parameters)
    if not on_other_machines(config.replicas, config.ray_address):
        check_backend_parts(config.model, backend, parameters)
    if config.max_cost is not None:
        check_price(config.model, backend, parameters)
    if config.batch_api:
        _check_batches(config, backend, parameters)
    names = [part.dataset for part in config.parts]
    parts = {DataKey(part.dataset): told_of(part.dataset, names, partial(_make_part, part)) for part in config.parts}
    refuse_one_place(parts)
    seconds = make_seconds(config, [part.scorer for part in parts.values() if part.scorer.asks], backends)
    secrets = tuple(secrets_in(config.model_params))
    check_probes(config, backend, [part.scorer for part in parts.values()], given)
    return Plan(config, backend, parameters, parts, secrets, seconds, given, make_reward(config, backends))


def _refuse_idle_reasoning(config: RunConfig, parameters: BackendParameters) -> None:
    """Refuse a setting that would change nothing: options are scored without a thought, and texts have no template."""
    if config.reasoning is None:
        return
    generating = [part for part in config.parts if part.method == "string_match"]
    if not generating:
        raise unavailable(config.reasoning, "--method=log_likelihood scores the options, and no model thinks there")
    if not any(_is_chat(part, parameters, "generate") for part in generating):
        raise unavailable(config.reasoning, "it is set in a chat, and plain text is asked: add --apply-chat-template")


def _refuse_one_text(config: RunConfig, parameters: BackendParameters) -> None:
    """Refuse several answers to an item where they would be one, again and again."""
    with refusing(f"--model={config.model_name}: its parameters' repeats_problem()"):
        problem = parameters.repeats_problem() if config.repeats > 1 else None
    if problem is not None:
        raise UsageError(f"--repeats={config.repeats}: --model={config.model_name}: {problem}")


def _check_rank(config: RunConfig, backend: type[Backend]) -> None:
    """Refuse a rank where there is one answer to take, or where the backend does not tell what it is by."""
    if config.ranking is None:
        return
    place = f"--evaluator-params {RANK}={config.evaluator_params[RANK]}"
    if config.repeats == 1:
        raise UsageError(f"{place}: it finds the best of several answers to an item; add --repeats=K, or leave it out")
    if config.ranking.needs_log_probability:
        require_log_probabilities(place, config.model, backend)


def _check_batches(config: RunConfig, backend: type[Backend], parameters: BackendParameters) -> None:
    """Refuse to send through a batch endpoint what cannot go through one."""
    check_batches(config.model, backend, parameters)
    if any(part.method == "log_likelihood" for part in config.parts):
        raise UsageError(
            "--batch-api: --method=log_likelihood finds out from each answer what to ask next, and a batch answers"
            " hours later; leave --batch-api out, or take --method=string_match"
        )
    if config.max_cost is not None:
        raise UsageError(
            "--batch-api: what a batch costs is known when all of it is paid for, so --max-cost cannot stop it;"
            f" {_ONE} (--limit makes a batch smaller)"
        )
    if any(part.constrained for part in config.parts):
        raise UsageError(f"--batch-api: {CONSTRAINED}: how a server keeps to choices is found out by asking it; {_ONE}")
    if any(part.ranking is not None and part.ranking.needs_log_probability for part in config.parts):
        words = "whether a server tells log-probabilities is found out by asking it"
        raise UsageError(f"--batch-api: --evaluator-params {RANK}: {words}; {_ONE}")


def _is_chat(config: RunConfig, parameters: BackendParameters, kind: Capability) -> bool:
    chat = config.apply_chat_template
    return parameters.takes_chats(kind) if chat is None else chat


def _make_part(config: RunConfig) -> Part:
    prompt, *further = (prompt_for(config.method, name) for name in (config.prompt, *config.prompts))
    scorer = choose_scorer(config.method, config.evaluator_params)
    scorer.check()
    return Part(config, prompt, scorer, tuple(further))
