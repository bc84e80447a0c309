"""The Python door: the same configuration, the same engine and the same report as under pytest."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.functions import with_functions
from pytest_haerae.errors import UnmeasurableRun, UsageError, unknown
from pytest_haerae.run.progress import ProgressLine, StreamWriter

if TYPE_CHECKING:
    from pytest_haerae.backends.protocol import Backend
    from pytest_haerae.doors.result import EvaluationResult
    from pytest_haerae.evaluation import Evaluation
    from pytest_haerae.run.engine import Progress
    from pytest_haerae.types import Item, Selected

ALIASES = {"evaluation_method": "method"}
"""Names of the tutorial for options that have another one here."""


class Evaluator:
    """Evaluates models; what it is made with is the default of every `run`.

    Args:
        backends: Backends of one's own by name, beside those of the entry points.
        progress: Whether to show progress on stderr.
        **defaults: Any of `run`'s keywords.

    Raises:
        UsageError: A keyword is unknown.
    """

    def __init__(
        self,
        *,
        backends: Mapping[str, type[Backend]] | None = None,
        progress: bool = True,
        **defaults: Any,  # noqa: ANN401 - an option's value: text, number, mapping or list
    ) -> None:
        self._backends = backends
        self._progress = progress
        self._defaults = as_options(defaults, "Evaluator")

    @overload
    def run(
        self,
        model: str | Callable[..., Any] | None = None,
        model_params: Mapping[str, Any] | None = None,
        dataset: str | Sequence[str] | None = None,
        subset: str | Sequence[str] | None = None,
        split: str | None = None,
        evaluation_method: str | None = None,
        dataset_params: Mapping[str, Any] | None = None,
        evaluator_params: Mapping[str, Any] | None = None,
        num_few_shot: int | None = None,
        **options: Any,  # noqa: ANN401 - an option's value
    ) -> EvaluationResult: ...

    @overload
    def run(
        self,
        model: Sequence[str | Callable[..., Any]],
        **options: Any,  # noqa: ANN401 - an option's value
    ) -> dict[str, EvaluationResult]: ...

    def run(  # noqa: PLR0917 - the tutorial's names in the tutorial's order; all are meant as keywords
        self,
        model: str | Callable[..., Any] | Sequence[str | Callable[..., Any]] | None = None,
        model_params: Mapping[str, Any] | None = None,
        dataset: str | Sequence[str] | None = None,
        subset: str | Sequence[str] | None = None,
        split: str | None = None,
        evaluation_method: str | None = None,
        dataset_params: Mapping[str, Any] | None = None,
        evaluator_params: Mapping[str, Any] | None = None,
        num_few_shot: int | None = None,
        **options: Any,
    ) -> EvaluationResult | dict[str, EvaluationResult]:
        """Run one evaluation, or one of each of several models.

        Args:
            model: The backend: ``huggingface``, ``vllm``, ``openai``, ``litellm``, ``llamacpp``, ``random``, a
                profile of ``[tool.pytest-haerae.models]`` in pyproject.toml, or a function of yours that takes a
                question and returns a text; a list of them is evaluated one after the other.
            model_params: The backend's parameters; of a function ``version``, ``max_concurrency`` and ``timeout``.
            dataset: ``haerae_bench`` (default), another benchmark's name, ``sample``, a hub id, or a folder or file; a
                list of them is one run, and ``all`` stands for every benchmark.
            subset: One name, several, or None for all of the data set.
            split: The split; ``test`` by default.
            evaluation_method: ``string_match`` (default) or ``log_likelihood``.
            dataset_params: ``revision`` and ``columns``, as ``--dataset-revision`` and ``--dataset-columns``; and
                ``where``, ``sample``, ``by`` and ``seed``, which choose items.
            evaluator_params: The scorer's parameters.
            num_few_shot: Few-shot examples before each item.
            **options: Every other option of the command line by its name, such as ``limit=20``.

        Returns:
            The result; of a list of models that of each, by its name.

        Raises:
            UsageError: Bad input, in one line, before anything is loaded or paid for.
            UnmeasurableRun: More items ended in an error than `max_error_rate` allows, or more verdicts of a judge are
                unreadable than `max_unjudged` allows; no score is given then. Further models are evaluated all the
                same, and what they came to is in their reports.
        """
        given = {
            "model": model,
            "model_params": model_params,
            "dataset": dataset,
            "subset": subset,
            "split": split,
            "method": evaluation_method,
            "dataset_params": dataset_params,
            "evaluator_params": evaluator_params,
            "num_few_shot": num_few_shot,
        }
        named = {name: value for name, value in given.items() if value is not None}
        raw = {**self._defaults, **as_options(options, "Evaluator.run"), **named}
        progress = progress_line if self._progress else None
        raw, backends = with_functions(raw, self._backends, Path.cwd())
        results = dict(evaluate_each(raw, Path.cwd(), progress=progress, backends=backends))
        several = len(results) > 1 or isinstance(raw.get("model"), list | tuple)
        return results if several else next(iter(results.values()))


def as_options(values: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Names as the table of options has them: hyphens and the tutorial's names are taken.

    Raises:
        UsageError: There is no such option (the nearest is named), or one is there by two names.
    """
    options: dict[str, Any] = {}
    for name, value in values.items():
        known = name.replace("-", "_")
        known = ALIASES.get(known, known)
        if known not in BY_NAME:
            raise UsageError(f"{place}: {unknown('option', name, [*BY_NAME, *ALIASES])}")
        if known in options:
            raise UsageError(f"{place}: '{name}' is the option {known}, which is there already; keep one")
        options[known] = value
    return options


def evaluate_each(
    raw: Mapping[str, Any],
    rootdir: Path,
    *,
    progress: Callable[[], Progress] | None = None,
    backends: Mapping[str, type[Backend]] | None = None,
) -> Iterator[tuple[str, EvaluationResult]]:
    """Run one evaluation of each model that options as typed name, one after the other.

    Args:
        raw: Option name to value.
        rootdir: Folder below which ``.haerae/`` lies.
        progress: Makes what is told after each answer of one model.
        backends: Backends beside those of the entry points.

    Yields:
        Each model's name and its result.

    Raises:
        UsageError: Bad input.
        UnmeasurableRun: Of some model more items ended in an error than is allowed; raised behind the last, and the
            reports are written all the same.
    """
    # Imported here, with all that an evaluation needs: the name `Evaluator` is imported where nothing is evaluated yet.
    from pytest_haerae.evaluation import prepare_each

    unmeasurable: list[str] = []
    evaluations = prepare_each(raw, rootdir, backends).values()
    if any(evaluation.plan.config.dry_run for evaluation in evaluations):
        raise UsageError("dry_run: it gives no result; pytest-haerae run --dry-run says what would be asked")
    for evaluation in evaluations:
        name = evaluation.plan.config.model_name
        try:
            result = _evaluate(evaluation, progress() if progress else _silent)
        except UnmeasurableRun as error:
            unmeasurable.append(f"{name}: {error}" if len(evaluations) > 1 else str(error))
        else:
            yield name, result
    if unmeasurable:
        raise UnmeasurableRun("; ".join(unmeasurable))


def forecast_each(raw: Mapping[str, Any], rootdir: Path) -> Iterator[str]:
    """Say what `evaluate_each` would ask, in lines.

    Args:
        raw: Option name to value.
        rootdir: Folder below which ``.haerae/`` lies.

    Raises:
        UsageError: Bad input.
    """
    from pytest_haerae.evaluation import prepare_each

    for evaluation in prepare_each(raw, rootdir).values():
        yield from evaluation.forecast(_select(evaluation))


def _evaluate(evaluation: Evaluation, progress: Progress) -> EvaluationResult:
    from pytest_haerae.doors.result import EvaluationResult

    selection = _select(evaluation)
    with closing(evaluation.ask(selection, progress)) as answers:
        conclusion = evaluation.conclude(selection, answers.samples, answers)
    if conclusion.unmeasurable:
        config = evaluation.plan.config
        verdicts = [sample.verdict for sample in answers.joined.present(answers.samples)]
        errors = sum(verdict.outcome == "error" for verdict in verdicts)
        failed = errors > config.max_error_rate * len(verdicts)
        lost = "error" if failed else "unjudged"
        first = next((f", the first: {verdict.explanation}" for verdict in verdicts if verdict.outcome == lost), "")
        first += "".join(f"; {warning}" for warning in answers.joined.warnings())
        # Of answers that were made elsewhere none is asked here.
        asks = failed and config.responses is None
        again = "; the same run asks again for what failed alone" if asks else ""
        raise UnmeasurableRun(f"{conclusion.unmeasurable}{first}{again} (report: {config.output_file})")
    return EvaluationResult(conclusion.report)


def _silent(done: int, total: int) -> None:
    """Nobody wants to be told."""


def _select(evaluation: Evaluation) -> list[Selected]:
    from pytest_haerae.types import Selected

    source, named = evaluation.source, {data: evaluation.benchmark_of(data) for data in evaluation.plan.parts}
    wanted = {data: source.wanted(data) for data in named}
    source.check_subsets()
    selected = [
        Selected(item, suite_nodeid(item, data.name, benchmark), data, benchmark=benchmark)
        for data, benchmark in named.items()
        for subset in wanted[data]
        for item in source.items(data, subset)
    ]
    source.check_item_scope()
    return selected


def suite_nodeid(item: Item, dataset: str, benchmark: str = "") -> str:
    """The test of this project's suites that asks an item, so that reports of all doors are alike and name a rerun.

    Args:
        item: The item.
        dataset: Its data set, as typed. Subsets named like HAE-RAE Bench's have its suites if it has none.
        benchmark: What that is called in a run of several; empty in a run of one.
    """
    from pytest_haerae.catalogue.benchmark import GENERIC_SUITE
    from pytest_haerae.catalogue.benchmarks.haerae_bench import BENCHMARK as HAERAE_BENCH
    from pytest_haerae.catalogue.registry import find_benchmark
    from pytest_haerae.run.identity import parameter_id

    known = find_benchmark(dataset)
    suite = known.suite_of(item.subset) if known else GENERIC_SUITE
    if suite == GENERIC_SUITE and item.subset in HAERAE_BENCH.configurations:
        suite = HAERAE_BENCH.suite_of(item.subset)
    return f"{suite}[{parameter_id(item, benchmark)}]"


def progress_line() -> ProgressLine:
    """Progress on stderr."""
    return ProgressLine(StreamWriter(sys.stderr), live=sys.stderr.isatty(), width=shutil.get_terminal_size().columns)
