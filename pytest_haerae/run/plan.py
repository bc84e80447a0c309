"""What a run measures and how: a configuration with all that it names looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.backends.registry import (
    check_backend_parts,
    find_backend,
    refusing,
    require_method,
    validate_parameters,
)
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.prompts.prompt import Prompt
from pytest_haerae.prompts.registry import find_prompt, refuse_method
from pytest_haerae.redact import secrets_in
from pytest_haerae.replicas import Replicas, check_replicas, on_other_machines
from pytest_haerae.run.keys import identity_digest
from pytest_haerae.scoring.judging import judge
from pytest_haerae.scoring.parameters import ChosenScorer, choose_scorer
from pytest_haerae.types import DataKey, Item, Response, Verdict


@dataclass(frozen=True)
class Plan:
    """A run before anything is loaded or paid for. It keeps no state: it may be made again for another data set.

    Attributes:
        config: The configuration.
        backend: The class of the model's backend.
        parameters: The model's parameters, validated.
        prompt: How items are asked.
        scorer: What judges their responses.
        secrets: Strings that must not appear in any output.
    """

    config: RunConfig
    backend: type[Backend]
    parameters: BackendParameters
    prompt: Prompt
    scorer: ChosenScorer
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def data(self) -> DataKey:
        """The data set of suites that name none of their own."""
        return DataKey(self.config.dataset)

    @cached_property
    def identity(self) -> str:
        """Hash of what determines a response beside its request; looks at local model files."""
        with refusing(f"--model={self.config.model}: its parameters' identity()"):
            return identity_digest({"backend": self.config.model, **self.parameters.identity()})

    def describe(self, asked: Iterable[DataKey] = ()) -> str:
        """One line: backend, model, method, data.

        Args:
            asked: The data sets that are asked, where suites bring some of their own along; else the configuration's.
        """
        data = ", ".join(dict.fromkeys(key.name for key in asked)) or self.config.dataset
        label = self.parameters.model_label()
        model = f"{self.config.model} {label}" if label else self.config.model
        return f"{model}, {self.config.method}, {data}"

    def load(self) -> Model:
        """Load the model: in this process, or as the replicas that are asked for.

        Raises:
            UsageError: It cannot be loaded.
        """
        config = self.config
        if config.replicas is None:
            return self.backend(self.parameters)
        return Replicas(
            self.backend,
            self.parameters,
            count=config.replicas,
            address=config.ray_address,
            gpus=config.gpus_per_replica,
        )

    def judge(self, item: Item, response: Response | None) -> Verdict:
        """Judge one item; without a response it was not asked, because the method does not apply."""
        return judge(item, response, self.scorer)


def make_plan(config: RunConfig, backends: Mapping[str, type[Backend]] | None = None) -> Plan:
    """Look up what a configuration names.

    Args:
        config: The configuration.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: The backend, a parameter of it, the prompt or the scorer is not usable.
    """
    backend = find_backend(config.model, backends)
    require_method(config.model, backend, config.method)
    if config.replicas is not None:
        check_replicas(config.model, backend)
    parameters = validate_parameters(config.model, backend, config.model_params)
    if not on_other_machines(config.replicas, config.ray_address):
        check_backend_parts(config.model, backend, parameters)
    prompt = find_prompt(config.prompt)
    refuse_method(prompt, config.method)
    scorer = choose_scorer(config.method, config.evaluator_params)
    scorer.check()
    return Plan(config, backend, parameters, prompt, scorer, tuple(secrets_in(config.model_params)))
