"""One evaluation, without pytest: items to requests, responses, samples and the report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from pytest_haerae.backends import Backend, find_backend, require_method, validate_parameters
from pytest_haerae.config import RunConfig
from pytest_haerae.data import ItemLoader, open_dataset
from pytest_haerae.engine import Engine, Progress
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.gates import Completeness, check_baseline_data, evaluate_gates, load_baseline
from pytest_haerae.prompts import choose_shots, find_prompt, make_request
from pytest_haerae.redact import secrets_in
from pytest_haerae.report.build import RunFacts, check_writable, make_report, write_report
from pytest_haerae.report.metrics import make_metrics
from pytest_haerae.scoring import find_scorer, judge, skip_reason
from pytest_haerae.store import Store, identity_digest, response_key
from pytest_haerae.types import CAPABILITY, Item, Request, Response, Sample, Usage, Verdict


@dataclass(frozen=True, slots=True)
class DataKey:
    """Names a data set: as typed, and the folder that relative paths begin in (None: the current one)."""

    name: str
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """An item that was selected to be asked, with the test that asks it."""

    item: Item
    nodeid: str
    data: DataKey


class Run:
    """A validated configuration with all that it names looked up; nothing is loaded or paid for yet.

    Args:
        config: The configuration.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: The backend, a parameter, the prompt, the output folder or the baseline is not usable.
    """

    def __init__(self, config: RunConfig, backends: Mapping[str, type[Backend]] | None = None) -> None:
        self.config = config
        self._backend = find_backend(config.model, backends)
        require_method(config.model, self._backend, config.method)
        self._parameters = validate_parameters(config.model, self._backend, config.model_params)
        self._prompt = find_prompt(config.prompt)
        find_scorer(config.method, config.scorer)
        check_writable(config.output_file)
        if config.report_html:
            check_writable(config.report_html, "--report-html")
        self.baseline = load_baseline(config.baseline, config) if config.baseline else None
        self._secrets = tuple(secrets_in(config.model_params))
        self._loaders: dict[tuple[DataKey, str], ItemLoader] = {}
        self._started = datetime.now(UTC)
        self._clock = perf_counter()
        self.usage = Usage()
        self._store: Store | None = None
        self._identity: str | None = None
        self.run_number = 0
        self.resumed = False

    @property
    def default_data(self) -> DataKey:
        """The data set of suites that name none of their own."""
        return DataKey(self.config.dataset)

    def loader(self, data: DataKey, split: str | None = None) -> ItemLoader:
        """The items of a data set, loaded once."""
        split = split or self.config.split
        if (data, split) not in self._loaders:
            revision = self.config.dataset_revision if data == self.default_data else None
            folder = Path(data.folder) if data.folder else None
            self._loaders[data, split] = ItemLoader(
                open_dataset(data.name, split, revision, folder), self.config.dataset_columns
            )
        return self._loaders[data, split]

    def items(self, data: DataKey, subset: str) -> list[Item]:
        """The items of a subset that are in scope: the first `limit` of them."""
        return self.loader(data).items(subset)[: self.config.limit]

    def check_subsets(self) -> None:
        """Refuse a subset that none of the opened data sets has.

        Raises:
            UsageError: With the nearest match and the valid ones.
        """
        known = {subset for loader in self._loaders.values() for subset in loader.dataset.subsets()}
        gated = [minimum.subset for minimum in self.config.min_accuracy if minimum.subset]
        for option, names in (("--subset", self.config.subset), ("--min-accuracy", gated)):
            for name in names:
                if name not in known:
                    raise UsageError(f"{option}: {unknown('subset', name, known)}")

    def request(self, selected: Selected) -> Request | None:
        """The request that asks an item; None where the method does not apply to it."""
        item, config = selected.item, self.config
        if skip_reason(item, config.method):
            return None
        shots: list[Item] = []
        if config.num_few_shot:
            pool = self.loader(selected.data, config.few_shot_split).items(item.subset)
            shots = choose_shots(pool, item, config.num_few_shot, config.few_shot_seed)
        return make_request(
            item,
            self._prompt,
            CAPABILITY[config.method],
            shots,
            chat=self._parameters.is_chat if config.apply_chat_template is None else config.apply_chat_template,
            system_prompt=config.system_prompt,
        )

    def describe(self) -> str:
        """One line: backend, model, method, data."""
        label = self._parameters.model_label()
        model = f"{self.config.model} {label}" if label else self.config.model
        return f"{model}, {self.config.method}, {self.config.dataset}"

    def ask(self, selection: Sequence[Selected], progress: Progress) -> list[Sample]:
        """Ask all selected items in one pass and judge the answers.

        Raises:
            UsageError: The model can not be loaded, or the baseline lacks an item.
            StoreError: Answers can not be kept.
        """
        requests = [self.request(selected) for selected in selection]
        if self.baseline is not None and self.config.baseline is not None:
            unanswered = [Sample(entry.item, entry.nodeid, None, None, Verdict("skipped")) for entry in selection]
            check_baseline_data(self.config.baseline, self.baseline, unanswered)
        asked = [(index, request) for index, request in enumerate(requests) if request is not None]
        keys = [response_key(self.identity(), request) for _, request in asked]
        self._begin(keys)
        engine = Engine(
            lambda: self._backend(self._parameters),  # type: ignore[call-arg]
            self.store(),
            self.run_number,
            reuse=self.config.reuse,
            secrets=self._secrets,
        )
        answers = dict(
            zip(
                (index for index, _ in asked),
                engine.ask(keys, [request for _, request in asked], progress),
                strict=True,
            )
        )
        self.usage = engine.usage
        return [
            self._sample(entry, request, answers.get(index))
            for index, (entry, request) in enumerate(zip(selection, requests, strict=True))
        ]

    def stored_sample(self, selected: Selected) -> Sample:
        """Judge an item by what the store has for this run; how a worker process learns its verdicts."""
        request = self.request(selected)
        if request is None:
            return self._sample(selected, None, None)
        key = response_key(self.identity(), request)
        response = self.store().get(self.run_number, key)
        if response is None:
            error = self.store().failure(self.run_number, key) or "no response was stored for this item"
            response = Response(error=error)
        return self._sample(selected, request, response)

    def _sample(self, selected: Selected, request: Request | None, response: Response | None) -> Sample:
        verdict = judge(selected.item, response, self.config.method, self.config.scorer)
        return Sample(selected.item, selected.nodeid, request, response, verdict)

    def identity(self) -> str:
        """Hash of what determines a response beside its request."""
        if self._identity is None:
            self._identity = identity_digest({"backend": self.config.model, **self._parameters.identity()})
        return self._identity

    def store(self) -> Store:
        """The response store, opened at first use."""
        if self._store is None:
            self._store = Store(self.config.store)
        return self._store

    def _begin(self, keys: Sequence[str]) -> None:
        """Begin or resume: runs are the same when they ask the same model the same requests."""
        fingerprint = hashlib.sha256("".join(keys).encode()).hexdigest()
        self.run_number, self.resumed = self.store().begin(
            fingerprint, resume=self.config.resume, rerun_errors=self.config.rerun == "errors"
        )

    def report(
        self, selection: Sequence[Selected], samples: Sequence[Sample], completeness: Completeness
    ) -> dict[str, Any]:
        """Make the report and, where the run could be measured, mark it as finished in the store.

        Args:
            selection: All that was selected.
            samples: The samples whose tests reported, in any order.
            completeness: What is known of the missing ones.
        """
        ordered = sorted(samples, key=lambda sample: (sample.item.subset, sample.item.index, sample.nodeid or ""))
        metrics = make_metrics(ordered)
        gates = evaluate_gates(self.config, metrics, ordered, self.baseline, completeness)
        names = list(dict.fromkeys(entry.data for entry in selection)) or [self.default_data]
        facts = RunFacts(
            model=self._parameters.model_label(),
            libraries=self._backend.libraries,
            dataset=",".join(data.name for data in names),
            dataset_revision=self.loader(names[0]).dataset.revision,
            dataset_fingerprint=self._fingerprint(selection),
            prompt_fingerprint=self._prompt.fingerprint,
            started=self._started,
            elapsed_seconds=perf_counter() - self._clock,
            usage=self.usage,
            complete=completeness.missing == 0,
        )
        if completeness.reason() is None:
            self.store().finish(self.run_number)
        return make_report(self.config, facts, metrics, ordered, gates)

    def write(self, report: Mapping[str, Any]) -> None:
        """Write the report, and the page where one was asked for."""
        write_report(report, self.config.output_file)
        if self.config.report_html:
            from pytest_haerae.report.html import write_page

            write_page(self.config.report_html, report, self.baseline)

    def _fingerprint(self, selection: Sequence[Selected]) -> str:
        """One hash of all rows of the subsets that were used."""
        used = sorted({(entry.data, entry.item.subset) for entry in selection}, key=str)
        text = json.dumps([self.loader(data).fingerprint(subset) for data, subset in used])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
            self._store = None
