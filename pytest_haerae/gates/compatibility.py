"""Which earlier reports a run may be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.completeness import CompletenessInfo
from pytest_haerae.gates.protocols import protocols_apart
from pytest_haerae.redact import redact
from pytest_haerae.run.plan import Part, Plan
from pytest_haerae.run.second import SecondModel
from pytest_haerae.scoring.metrics import OF_METRICS
from pytest_haerae.scoring.registry import RANK, scorer_name
from pytest_haerae.statistics.scores import Count, Share
from pytest_haerae.types import DataKey, Method


class MeasuredInfo(TypedDict):
    """What a report's `info` says of how its accuracy was measured."""

    method: Method
    evaluator_params: dict[str, Any]
    """The scorer's parameters; they tell which scorer judged."""
    split: str | None
    prompt: str
    prompt_fingerprint: str
    """Hash of what the prompt says."""
    num_few_shot: Count
    """Few-shot examples before each item."""
    scorer_facts: NotRequired[dict[str, Any]]
    """What the scorer says of its parameters, such as the fingerprint of a template."""


class SecondModelInfo(TypedDict):
    """A model that was asked about the answers."""

    backend: str
    model: str | None
    model_params: dict[str, Any]
    """Its backend's parameters; secrets are masked."""


class JudgeModel(SecondModelInfo):
    """The model that graded the answers."""

    name: NotRequired[str]
    """Of several what this one is called: its profile, or its backend."""


class BenchmarkInfo(MeasuredInfo):
    """What `info` says of one benchmark of several."""

    scorer: str
    """The name of the scorer that judged."""
    revision: str | None
    """The hub revision that was read."""
    fingerprint: str
    """Hash of all its rows that were used."""


class PublishedInfo(TypedDict):
    """A number that was published of a model under a protocol."""

    model: str
    accuracy: Share | None
    subsets: dict[str, Share]
    metric: str
    """What the number is called there."""
    source: str
    note: NotRequired[str]
    same_model: bool
    """Whether it is of the model that this report is of, as far as names tell."""


class ProtocolInfo(TypedDict):
    """The published setting that a run followed."""

    name: str
    fingerprint: str
    """Hash of all that it decides."""
    deviations: list[str]
    """In what the run did not follow it, a line each."""
    free: NotRequired[list[str]]
    """The settings that the source sets for each model, so that they are not compared."""
    notes: NotRequired[list[str]]
    """What nobody can follow here as the source has it."""
    published: list[PublishedInfo]
    """What was published under it, as far as it was read in its source."""


class EarlierInfo(MeasuredInfo, CompletenessInfo):
    """What a report's `info` says that decides whether it may be a baseline.

    Of several benchmarks, it says of the first how it was measured, and of each in `benchmarks`.
    """

    benchmarks: NotRequired[dict[str, BenchmarkInfo]]
    """How each benchmark was asked, where the run asked several."""
    subset_fingerprints: NotRequired[dict[str, str]]
    """The hash of each subset's data."""
    judge: NotRequired[JudgeModel]
    """The model that graded the answers, where one did."""
    judges: NotRequired[list[JudgeModel]]
    """The models that graded them, where several did; then there is no `judge`."""
    protocol: NotRequired[ProtocolInfo]
    """The published setting that the run followed, where it followed one."""


class Measurement(TypedDict):
    """What must be equal for two accuracies to be of the same measurement; the model may differ."""

    method: Method
    scorer: str
    scorer_params: dict[str, Any]
    prompt: str
    prompt_fingerprint: str
    num_few_shot: int
    split: str | None
    scorer_facts: dict[str, Any]
    judge: str | None


_OF_NO_SCORER = ("scorer", "strict", "return_logits", "time_limit", RANK, *OF_METRICS)
"""Parameters that choose the scorer, or only how long it may take and what the report tells beside the accuracy."""


def scorer_params(evaluator_params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the scorer judges by."""
    return {name: value for name, value in evaluator_params.items() if name not in _OF_NO_SCORER}


def measurement_of(info: MeasuredInfo, judges: Sequence[JudgeModel] = ()) -> Measurement:
    """How a report's accuracy was measured, or that of one of its benchmarks.

    Args:
        info: What it says of that.
        judges: The models that graded its answers.
    """
    facts = info.get("scorer_facts", {})
    return {
        "method": info["method"],
        "scorer": scorer_name(info["evaluator_params"]),
        "scorer_params": scorer_params(info["evaluator_params"]),
        "prompt": info["prompt"],
        "prompt_fingerprint": info["prompt_fingerprint"],
        "num_few_shot": info["num_few_shot"],
        "split": info["split"],
        "scorer_facts": facts,
        # One judge may grade a part of the benchmarks alone; whose scorer has no template asks none.
        # The order of several decides nothing.
        "judge": ", ".join(sorted(map(model_title, judges))) if judges and facts else None,
    }


def measured_by(part: Part) -> MeasuredInfo:
    """How a run asks and judges the items of a data set."""
    config = part.config
    found: MeasuredInfo = {
        "method": config.method,
        "evaluator_params": config.evaluator_params,
        "split": config.split,
        "prompt": config.prompt,
        "prompt_fingerprint": part.prompt.fingerprint,
        "num_few_shot": config.num_few_shot,
    }
    if facts := part.scorer.facts():
        found["scorer_facts"] = dict(facts)
    return found


def model_title(model: SecondModelInfo) -> str:
    """Backend and model of a judge, or of a reward model."""
    return " ".join(filter(None, (model["backend"], model["model"])))


def judges_of(plan: Plan) -> list[JudgeModel]:
    """The models that grade a run's answers, in the order in which they do; several have their names."""
    if len(plan.seconds) == 1:
        return [cast(JudgeModel, told_of_model(plan.seconds[0]))]
    return [{**told_of_model(second), "name": second.name} for second in plan.seconds]


def told_of_model(second: SecondModel) -> SecondModelInfo:
    """What a report tells of a second model."""
    params: dict[str, Any] = redact(second.params, second.secrets)
    return {"backend": second.backend_name, "model": second.parameters.model_label(), "model_params": params}


def _judges_in(info: EarlierInfo) -> list[JudgeModel]:
    judge = info.get("judge")
    return info.get("judges") or ([judge] if judge else [])


@dataclass(frozen=True, slots=True)
class Measured:
    """How a run measured each of its data sets.

    Attributes:
        of: Each data set's measurement, by what it is called.
        several: Whether these are several benchmarks, of which the names tell which is which. One data set may be
            called otherwise tomorrow.
        protocol: The protocol that it followed, with its fingerprint; empty where it followed none.
    """

    of: Mapping[str, Measurement]
    several: bool
    protocol: str = ""

    @classmethod
    def of_report(cls, info: EarlierInfo, datasets: Iterable[str] = ()) -> Measured:
        """What a report tells.

        Args:
            info: Its `info`.
            datasets: The data sets that its samples are from, one a sample or each once.
        """
        benchmarks, judges = info.get("benchmarks"), _judges_in(info)
        if benchmarks:
            return cls({name: measurement_of(entry, judges) for name, entry in benchmarks.items()}, several=True)
        measured = measurement_of(info, judges)
        followed = info.get("protocol")
        protocol = f"{followed['name']} ({followed['fingerprint']})" if followed else ""
        return cls(dict.fromkeys(datasets, measured) or {"": measured}, several=False, protocol=protocol)

    @classmethod
    def of_plan(cls, plan: Plan, called: Mapping[DataKey, str]) -> Measured:
        """How a run is going to measure.

        Args:
            plan: What is measured.
            called: What each data set is called in the report.
        """
        judges = judges_of(plan)
        measured = {name: measurement_of(measured_by(plan.part_of(data)), judges) for data, name in called.items()}
        recipe = plan.config.recipe
        return cls(measured, plan.several, f"{recipe.name} ({recipe.fingerprint})" if recipe else "")

    def differences_to(self, other: Measured) -> dict[str, tuple[object, object]]:
        """The settings in which the data sets that both have differ, each with both values."""
        if not (self.several or other.several):
            return differences(next(iter(self.of.values())), next(iter(other.of.values())))
        return {
            f"{field} of {name}": values
            for name, one in self.of.items()
            if name in other.of
            for field, values in differences(one, other.of[name]).items()
        }


def differences(before: Measurement, after: Measurement) -> dict[str, tuple[object, object]]:
    """The settings in which two measurements differ, each with both values."""
    names = Measurement.__annotations__
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: (then, now) for name, (then, now) in pairs.items() if then != now}


def check_measurement(
    place: str, info: EarlierInfo, before: Measured, after: Measured, *, across: bool = False
) -> None:
    """Refuse a baseline that was measured in another way.

    Args:
        place: What the user named it by: ``--baseline base.json``.
        info: Its report's `info`.
        before: How that measured.
        after: How this run measures.
        across: Whether another protocol, and what it sets otherwise, is compared all the same.

    Raises:
        UsageError: Naming the field.
    """
    if not info["complete"]:
        raise UsageError(f"{place}: incompatible: its run is not complete")
    if apart := protocols_apart(before, after):
        if across:
            return
        raise UsageError(f"{place}: incompatible: its protocol and this run's are {apart}")
    for name, (then, now) in before.differences_to(after).items():
        raise UsageError(f"{place}: incompatible: its {name} is {then!r}, this run's is {now!r}")
